//! An app on a platform: the object that a program holds. It connects the rooms below it and decides
//! nothing itself.
//!
//! The methods stand by room, in the order that every language shows: this file has App & settings;
//! then `installations`, `tokens`, `oauth`, `sessions`, `webhooks` and `operations`. [`builder`] collects
//! settings and [`assembling`] makes an app of them, [`discovery`] a platform of an authorization server's metadata.

mod assembling;
mod builder;
mod cleaning;
mod discovery;
mod environment;
mod installations;
mod oauth;
mod operations;
mod sessions;
mod settings;
mod tokens;
mod webhooks;

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value;

pub use self::{builder::AppBuilder, settings::Settings};
use crate::{
    client::PlatformClient,
    error::Result,
    event::{EventSink, Stats},
    http::{Quota, Response, quota::QuotaOwner},
    logins::Authorizations,
    platform::Platform,
    resources::Call,
    sessions::Sessions,
    sources::{Listing, Sources},
    tasks::{Deadline, Pool, Task, no_time, threads::on_thread},
    token::Token,
};

/// An app that authenticates on a platform.
///
/// One app is enough for a program: it holds the connections and the tokens. Making one needs no
/// network I/O. Each operation names the credential that it lacks.
///
/// Any thread may use it, and several at once.
///
/// Cheap to clone; clones share the app.
///
/// ```no_run
/// use appmint_core::App;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::builder("atomgit").app_id("75").private_key(std::fs::read("app.pem")?).build()?;
/// # let _ = app; Ok(()) }
/// ```
///
/// Source:
/// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app>
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    client: Arc<PlatformClient>,
    sources: Arc<Sources>,
    sessions: Arc<Sessions>,
    authorizations: Arc<Authorizations>,
    pool: Pool,
    events: Arc<EventSink>,
}

impl App {
    /// Begins an app on a built-in platform, such as `github` or `atomgit`.
    pub fn builder(platform: impl Into<String>) -> AppBuilder {
        AppBuilder::new(platform)
    }

    /// The app's platform.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        self.0.client.platform()
    }

    /// Signs the app's JWT. The same one is returned until 60 s before it expires.
    ///
    /// It is signed once for all callers that need one at the same time. No network I/O, unless the
    /// signer does some.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc7519>,
    /// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`missing_credential`) if the app
    ///   has no private key, signer or id.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no JWTs of apps.
    /// - [`Callback`](crate::ErrorKind::Callback) if the signer failed.
    /// - [`Key`](crate::ErrorKind::Key) if the signer's signature cannot be used.
    /// - Those of [every call over the network](crate#errors).
    pub fn jwt(&self) -> Task<Token> {
        match self.0.client.cached_jwt() {
            Some(jwt) => Task::ready(Ok(jwt)),
            None => self.spawn(PlatformClient::new_jwt),
        }
    }

    /// The SHA-256 fingerprint of the public key, as the platform's settings page shows it. With
    /// two keys it is that of the one in use.
    ///
    /// `None` if the app has no private key, or a signer that does not know it.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.0.client.jwt_signer().ok()?.fingerprint()
    }

    /// How far the platform's clock is ahead of this machine's, as far as is known.
    ///
    /// It is 0 until a difference was found, and again once it has ended. JWTs are made by it;
    /// tokens live by this machine's own clocks. It is learned from the Date header: when the
    /// platform rejects a JWT because of its times, and when two answers in a row agree on a
    /// difference of half a minute or more, or on none.
    ///
    /// In milliseconds.
    #[must_use]
    pub fn clock_offset_ms(&self) -> i64 {
        self.0.client.clock().offsets().of_api()
    }

    /// Calls the platform's API as the app, or with a token.
    ///
    /// Every HTTP status is a response and no error. A read is sent again after a lost connection,
    /// 502 to 504, and a rate limit; a write after a rate limit only. A path that the platform
    /// reserves for the OAuth client is called with its id and secret.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the method, path, headers or
    ///   body cannot be sent.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`foreign_host`) if the URL is on
    ///   another host than the platform's.
    /// - Those of [every call over the network](crate#errors).
    pub fn request(&self, call: Call) -> Task<Arc<Response>> {
        if call.own_timeout() == Some(Duration::ZERO) {
            return Task::ready(Err(no_time()));
        }
        let (client, pool) = (Arc::clone(&self.0.client), self.0.pool.for_calls());
        pool.spawn_until(pool.deadline(call.own_timeout()), move |deadline| {
            match call.own_token() {
                Some(token) => client.call_with_token(&call, token, deadline),
                None => client.call_by_route(&call, deadline),
            }
        })
    }

    /// Lists the items of any endpoint of the API, as the app, or with a token.
    ///
    /// The items are the list that the endpoint answers, or the only member of its answer that is a
    /// list, such as `repositories` beside a `total_count`. Each one is a JSON value: the order of
    /// its members, and the digits of a number beyond 64 bits, are not kept.
    ///
    /// A next page is the one that the answer's Link header names, which must be on the same host
    /// and for the same credential, or as `api.paging` of the platform's descriptor says: by its
    /// number, until a page has no items or those of the page before, or by a cursor. As many items
    /// are asked for at once as the platform allows, unless the path's query has that parameter
    /// already. An item that moves to another page while the list is read may come twice, or not at
    /// all.
    ///
    /// A page that is refused is an error after the items of the pages before it. So is a link to
    /// another host, to which nothing is sent, and one to a page that was read already. Pages are
    /// requested as the items are asked for, none before.
    ///
    /// The call is a GET without a body.
    ///
    /// - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901),
    ///   where an answer has several lists. Default: the only list in the answer.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>,
    /// <https://www.rfc-editor.org/rfc/rfc8288#section-3>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path or headers cannot be
    ///   sent, or the name of the member is empty.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`foreign_host`) if the URL is on
    ///   another host than the platform's.
    pub fn paginate(&self, call: Call, items: Option<&str>) -> Result<Listing<Value>> {
        self.0.sources.paginate(call, items)
    }

    /// Returns the quota of the requests that the app makes with its JWT or tokens of its own.
    ///
    /// It is as the platform told it in its last answer to one of them. `None` if there was no such
    /// answer yet, or the platform does not tell it. No network I/O.
    ///
    /// Source: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.0.client.quota(&QuotaOwner::App)
    }

    /// Returns the counters of the app since it was made. No network I/O.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.events.stats(self.0.sources.cache.len())
    }

    /// Ends the app's threads and connections, and forgets its tokens, whatever sources of it
    /// exist.
    ///
    /// Calls in progress complete; new ones fail with
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument). Sessions' tokens that the store did
    /// not take yet are offered to it until the app's [`timeout`](crate::AppBuilder::timeout) has
    /// passed. A second call does nothing. No network I/O.
    pub fn close(&self) {
        self.0.sessions.save_all();
        self.0.pool.close();
        self.0.sources.cache.clear_all();
        self.0.client.close();
    }

    /// The same as [`close`](Self::close), without waiting for it.
    ///
    /// # Errors
    /// [`ResourceExhausted`](crate::ErrorKind::ResourceExhausted) if the operating system has no more
    /// threads; the app is not closed then.
    pub fn close_task(&self) -> Task<()> {
        let app = self.clone();
        on_thread("appmint-closing", move || {
            app.close();
            Ok(())
        })
    }

    /// Starts a task that makes a caller's request.
    fn spawn_call<T: Clone + Send + 'static>(
        &self,
        work: impl FnOnce(&PlatformClient, Deadline) -> Result<T> + Send + 'static,
    ) -> Task<T> {
        let client = Arc::clone(&self.0.client);
        self.0.pool.for_calls().spawn(move |deadline| work(&client, deadline))
    }

    /// Starts a task of appmint's own that uses the platform's client.
    fn spawn<T: Clone + Send + 'static>(
        &self,
        work: impl FnOnce(&PlatformClient, Deadline) -> Result<T> + Send + 'static,
    ) -> Task<T> {
        let client = Arc::clone(&self.0.client);
        self.0.pool.spawn(move |deadline| work(&client, deadline))
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("client", &self.0.client).finish_non_exhaustive()
    }
}
