//! The caller's own API calls: any status is an answer.

use std::sync::Arc;

use serde_json::Value;

use super::PlatformClient;
use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::{Request, Response, quota::QuotaOwner},
    platform::{Route, descriptor::Operation, reply::Reply},
    resources::{
        Call,
        endpoint_pager::{EndpointPager, LIST},
    },
    secret::Secret,
    tasks::Deadline,
    token::{Permissions, Token},
};

/// A credential in a request, and what is known of it.
pub(crate) struct Credential<'a> {
    pub(crate) authorization: Secret,
    pub(crate) permissions: Option<&'a Permissions>,
    pub(crate) quota_of: Option<QuotaOwner>,
}

impl Credential<'_> {
    /// One of which nothing is known.
    fn of(authorization: Secret) -> Self {
        Self { authorization, permissions: None, quota_of: None }
    }
}

impl<'a> Credential<'a> {
    /// A token that the app was issued, or its JWT.
    pub(crate) fn of_token(token: &'a Token, quota_of: Option<QuotaOwner>) -> Self {
        let (authorization, permissions) = (token.authorization_header(), token.permissions());
        Self { authorization, permissions: Some(permissions), quota_of }
    }
}

/// The outcome of one attempt with a token.
pub(crate) struct Attempt<T> {
    pub(crate) outcome: Result<T>,
    /// The status of a refusal that may be about the token: another token, or the same one a little
    /// later, may be accepted.
    pub(crate) doubtful_status: Option<u16>,
    /// The answer shows that the platform knows the token.
    pub(crate) is_accepted: bool,
}

impl<T> Attempt<T> {
    /// An attempt to read something.
    pub(crate) fn new(outcome: Result<T>) -> Self {
        let doubtful_status = outcome.as_ref().err().and_then(doubtful_status);
        let is_accepted = outcome.is_ok();
        Self { outcome, doubtful_status, is_accepted }
    }
}

/// The status of a refusal that may be about the token rather than about the request.
fn doubtful_status(error: &Error) -> Option<u16> {
    let status = error.status()?;
    let is_doubtful = match (status, error.kind()) {
        (401, ErrorKind::Unauthorized) => {
            matches!(error.reason(), None | Some(Reason::InvalidToken))
        }
        (403, ErrorKind::Forbidden) => error.reason().is_none(),
        (404, ErrorKind::NotFound) => error.reason().is_none(),
        _ => false,
    };
    is_doubtful.then_some(status)
}

impl PlatformClient {
    /// Whether a call's path requires the caller's own credential, rather than the app's or the OAuth
    /// client's. A path that leads elsewhere than it says is refused before it gets a credential.
    pub(crate) fn requires_caller(&self, call: &Call) -> Result<bool> {
        let url = call.location(self.platform())?;
        Ok(self.platform().route(&url) == Route::Caller)
    }

    /// A call with the caller's own token.
    pub(crate) fn call_with_token(
        &self,
        call: &Call,
        token: &Secret,
        deadline: Deadline,
    ) -> Result<Arc<Response>> {
        if token.is_empty() {
            return Err(Error::invalid("the token is empty"));
        }
        self.call(call, self.authorization_with(token), deadline)
    }

    /// The header's value for a caller's own token.
    fn authorization_with(&self, token: &Secret) -> Secret {
        let scheme = &self.platform().descriptor().api.authorization_scheme;
        Secret::new(format!("{scheme} {}", token.reveal()))
    }

    /// A call with an installation's token.
    pub(crate) fn attempt_call(
        &self,
        call: &Call,
        token: &Token,
        quota_of: Option<QuotaOwner>,
        deadline: Deadline,
    ) -> Attempt<Arc<Response>> {
        let attempt = || {
            let request = call.request(self.platform(), self.config.max_response_body)?;
            let request = request.authorized(token.authorization_header());
            let request = request.counted_for(quota_of);
            let response = Arc::new(self.send_call(&request, deadline)?);
            let doubtful_status = self.doubtful_answer(&request, &response);
            Ok((response, doubtful_status))
        };
        match attempt() {
            Ok((response, doubtful_status)) => {
                let is_accepted = response.status < 400;
                Attempt { outcome: Ok(response), doubtful_status, is_accepted }
            }
            Err(error) => {
                Attempt { outcome: Err(error), doubtful_status: None, is_accepted: false }
            }
        }
    }

    /// The status of an answer that may be about the token. A 401 was not carried out, whatever the
    /// method; of a 403 or 404 that is not certain, so only idempotent methods are in doubt.
    fn doubtful_answer(&self, request: &Request, response: &Response) -> Option<u16> {
        let may_be_doubtful = match response.status {
            401 => true,
            403 | 404 => IDEMPOTENT.contains(&request.method.as_str()),
            _ => false,
        };
        let reply = self.reply(Operation::Call, "the call", request, response);
        let is_about_route = || response.status != 401 && reply.names_route();
        (may_be_doubtful && !is_about_route()).then(|| doubtful_status(&reply.refusal()))?
    }

    /// A call with the credential that its path requires: the OAuth client's, else the app's JWT.
    pub(crate) fn call_by_route(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        match self.platform().route(&call.location(self.platform())?) {
            Route::Client => self.call(call, self.basic_authorization()?, deadline),
            Route::App | Route::Caller => self.call_as_app(call, deadline),
        }
    }

    fn call(
        &self,
        call: &Call,
        authorization: Secret,
        deadline: Deadline,
    ) -> Result<Arc<Response>> {
        let request = call.request(self.platform(), self.config.max_response_body)?;
        self.send_call(&request.authorized(authorization), deadline).map(Arc::new)
    }

    /// Sends a caller's request. One that may have been carried out, and does more when it is made
    /// again, fails with an error that is not retryable.
    fn send_call(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let is_idempotent = IDEMPOTENT.contains(&request.method.as_str());
        self.send(request, deadline)
            .map_err(|error| if is_idempotent { error } else { self.classify_write(error) })
    }

    /// Calls `send` with the credential of a call by the app: the call's own token, else what its path
    /// requires.
    pub(crate) fn with_credential<T>(
        &self,
        call: &Call,
        deadline: Deadline,
        send: impl Fn(&Credential<'_>) -> Result<T>,
    ) -> Result<T> {
        if let Some(token) = call.own_token() {
            return send(&Credential::of(self.authorization_with(token)));
        }
        match self.platform().route(&call.location(self.platform())?) {
            Route::Client => send(&Credential::of(self.basic_authorization()?)),
            Route::App | Route::Caller => self
                .with_jwt(deadline, |jwt| send(&Credential::of_token(jwt, Some(QuotaOwner::App)))),
        }
    }

    /// The next page of an endpoint's list, with this credential; `None` after the last page.
    pub(crate) fn endpoint_page(
        &self,
        pager: &mut EndpointPager,
        credential: &Credential<'_>,
        deadline: Deadline,
    ) -> Result<Option<Vec<Value>>> {
        let limit = self.config.max_response_body;
        let Some(request) = pager.request(self.platform(), limit)? else { return Ok(None) };
        let request = request.authorized(credential.authorization.clone());
        let request = request.counted_for(credential.quota_of.clone());
        let response = self.send(&request, deadline)?;
        let reply = self.reply(Operation::Call, LIST, &request, &response);
        pager.read_page(&Reply { granted: credential.permissions, ..reply }).map(Some)
    }

    /// A call with the app's JWT. A 401 may be about a JWT that another one can replace; if that
    /// does not help, the 401 is the answer.
    fn call_as_app(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        let mut refused = None;
        let outcome = self.with_jwt(deadline, |jwt| {
            let request = call.request(self.platform(), self.config.max_response_body)?;
            let request = request.authorized(jwt.authorization_header());
            let request = request.counted_for(QuotaOwner::App);
            let response = Arc::new(self.send_call(&request, deadline)?);
            if response.status != 401 {
                return Ok(response);
            }
            let error = self.reply(Operation::Call, "the call", &request, &response).refusal();
            refused = Some(response);
            Err(error)
        });
        match (outcome, refused) {
            (Err(error), Some(response)) if error.status() == Some(401) => Ok(response),
            (outcome, _) => outcome,
        }
    }
}

/// RFC 9110 §9.2.2.
const IDEMPOTENT: [&str; 6] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
