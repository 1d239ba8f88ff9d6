//! The platform as this app reaches it: requests with the app's credentials, their retries, and
//! replies read as values.
//!
//! Not to be mistaken for an OAuth client, which is [`OAuthClient`](crate::auth::OAuthClient). The
//! heart of it is [`exchange`](PlatformClient::exchange): a grant becomes a request, the reply becomes
//! a token.
//!
//! `identity` turns to another clock or key when the platform refuses a JWT, `signing` signs it once for all,
//! `authentication` authenticates the OAuth client, `minting` gets tokens for the app and its
//! installations, `lookup` finds installations, `calls` makes the caller's API calls, `operations`
//! everything that takes one request, and `proof` tells what a failure proves.

mod app_tokens;
mod authentication;
mod breaker;
mod calls;
mod identity;
mod lookup;
mod minting;
mod operations;
mod proof;
mod signing;
mod waits;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use url::Url;

use self::{breaker::Breakers, signing::Jwts, waits::Waits};
pub(crate) use self::{
    calls::{Attempt, Credential},
    identity::{jwt_descriptor, missing},
    operations::TokenEndpointCall,
    proof::Proof,
};
use crate::{
    auth::{Grant, Signer},
    error::Result,
    event::{Event, EventKind, EventSink},
    http::{
        Quota, Repeat, Request, Response, RetryPolicy, SendBy, Transport,
        clock_offset::PlatformClock,
        quota::{QuotaOwner, Quotas},
        retry::{RetryHint, retry_after},
    },
    platform::{
        Platform,
        descriptor::{Base, Operation},
        reply::Reply,
    },
    resources::pager::{Listed, Pager},
    secret::Secret,
    tasks::Deadline,
    token::Token,
};

/// Sends this app's requests to its platform.
pub(crate) struct PlatformClient {
    config: ClientConfig,
    /// The root of the API, if the platform has one.
    api_root: Option<Url>,
    transport: Arc<dyn Transport>,
    clock: Arc<PlatformClock>,
    events: Arc<EventSink>,
    /// Counts up whenever the other of two signers is used from now on.
    signer_in_use: AtomicUsize,
    jwts: Jwts,
    breakers: Breakers,
    waits: Waits,
    quotas: Quotas,
}

/// The app's identity on the platform, and the rules for its requests.
#[derive(Clone)]
pub(crate) struct ClientConfig {
    pub(crate) platform: Platform,
    pub(crate) app_id: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<Secret>,
    /// The signer in use, and the one to turn to when the platform does not know its key.
    pub(crate) signers: Vec<Arc<dyn Signer>>,
    pub(crate) jwt_back_date: Option<Duration>,
    pub(crate) jwt_lifetime: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    /// The largest body of an API reply, in bytes.
    pub(crate) max_response_body: usize,
}

impl PlatformClient {
    pub(crate) fn new(
        config: ClientConfig,
        transport: Arc<dyn Transport>,
        clock: Arc<PlatformClock>,
        events: Arc<EventSink>,
    ) -> Self {
        Self {
            api_root: config.platform.endpoint(Base::Api, "/", &[]).ok(),
            config,
            transport,
            clock,
            events,
            signer_in_use: AtomicUsize::new(0),
            jwts: Jwts::new(),
            breakers: Breakers::default(),
            waits: Waits::default(),
            quotas: Quotas::default(),
        }
    }

    pub(crate) fn platform(&self) -> &Platform {
        &self.config.platform
    }

    pub(crate) fn clock(&self) -> &PlatformClock {
        &self.clock
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.config.retry
    }

    /// Forgets the JWT and closes idle connections.
    pub(crate) fn close(&self) {
        self.jwts.forget();
        self.transport.close();
    }

    /// Exchanges a grant for a token.
    pub(crate) fn exchange(&self, grant: &Grant, deadline: Deadline) -> Result<Token> {
        self.exchange_by(grant, None, deadline)
    }

    /// Exchanges a grant for a token, unless it is too late to send it once a connection is made.
    fn exchange_by(
        &self,
        grant: &Grant,
        send_by: Option<&SendBy>,
        deadline: Deadline,
    ) -> Result<Token> {
        let mut request = grant.request(self.platform())?;
        request.send_by = send_by.cloned();
        let response = self.send(&request, deadline)?;
        grant.token_in(&self.reply(grant.operation(), &grant.subject(), &request, &response))
    }

    /// Sends a request, and sends it again as the retry policy says.
    pub(crate) fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let (host, is_own) = (|| origin(&request.url), request.repeat == Repeat::Own);
        let is_mint = is_own && request.method == "POST";
        let read_hint = |response: &Response| {
            self.clock.hear(&request.url, response);
            let reply = self.reply(Operation::Call, "minting", request, response);
            if let (Some(owner), Some(quota)) = (&request.quota_of, reply.quota()) {
                self.quotas.note(owner, quota);
            }
            if is_mint && reply.limit().is_some_and(|limit| limit.is_for_app) {
                self.breakers.pause(&host(), &reply.refusal(), self.clock.reading());
            }
            RetryHint { limit: reply.limit(), retry_after: retry_after(response, reply.host_now()) }
        };
        let begin_wait = |wait| {
            if is_own && self.breakers.is_down(&host()) {
                return None;
            }
            let waiting = self.waits.begin(is_own)?;
            let quota = request.quota_of.as_ref().and_then(|owner| self.quota(owner));
            let event = Event::new(EventKind::Retried).with_duration(wait);
            self.events.emit(&event.with_quota(quota));
            Some(waiting)
        };
        self.config.retry.send(&*self.transport, request, deadline, read_hint, begin_wait)
    }

    /// The quota of requests, as the last answer told it.
    pub(crate) fn quota(&self, owner: &QuotaOwner) -> Option<Quota> {
        self.quotas.of(owner)
    }

    /// Does work that asks for a token of a subject, unless its host is paused.
    ///
    /// # Errors
    /// Its own, or the last one of the host.
    pub(crate) fn unless_paused<T>(
        &self,
        endpoint: Option<&Url>,
        subject: &str,
        work: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let Some(endpoint) = endpoint else { return work() };
        let admission = self.breakers.admit(&origin(endpoint), subject, self.clock.reading())?;
        let outcome = work();
        admission.record(&outcome, self.clock.reading());
        outcome
    }

    /// A response together with its request, ready to be read.
    pub(crate) fn reply<'a>(
        &'a self,
        operation: Operation,
        subject: &'a str,
        request: &'a Request,
        response: &'a Response,
    ) -> Reply<'a> {
        let (platform, now) = (self.platform(), self.clock.reading());
        let date = self.clock.host_date(&request.url, response);
        Reply { platform, operation, subject, request, response, now, date, granted: None }
    }

    /// The next page of a list, with this token; `None` after the last page.
    pub(crate) fn next_page<T: Listed>(
        &self,
        pager: &mut Pager,
        token: &Token,
        quota_of: Option<QuotaOwner>,
        deadline: Deadline,
    ) -> Result<Option<Vec<T>>> {
        let Some(url) = pager.next.clone() else { return Ok(None) };
        let request = Request::new("GET", url).counted_for(quota_of);
        let subject = format!("the {}", T::LIST);
        let read = |reply: &Reply<'_>| pager.read_page(reply);
        self.get(request, T::OPERATION, &subject, token, deadline, read).map(Some)
    }

    /// A GET with this token, whose reply is read by `read`.
    fn get<T>(
        &self,
        request: Request,
        operation: Operation,
        subject: &str,
        token: &Token,
        deadline: Deadline,
        read: impl FnOnce(&Reply<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut request = request.authorized(token.authorization_header());
        request.repeat = Repeat::Own;
        let request = self.platform().with_api_headers(request);
        let response = self.send(&request, deadline)?;
        let reply = self.reply(operation, subject, &request, &response);
        read(&Reply { granted: Some(token.permissions()), ..reply })
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl fmt::Debug for PlatformClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformClient")
            .field("platform", &self.config.platform)
            .field("app_id", &self.config.app_id)
            .field("client_id", &self.config.client_id)
            .field("client_secret", &self.config.client_secret)
            .field("signers", &self.config.signers)
            .finish_non_exhaustive()
    }
}
