//! An app on a platform: the object that a program holds. It connects the rooms below it and decides
//! nothing itself.
//!
//! The methods stand by room, in the order that every language shows: this file has App & settings;
//! then `installations`, `tokens`, `oauth`, `sessions`, `webhooks` and `operations`. [`builder`] makes
//! an app of settings, [`discovery`] a platform of an authorization server's metadata.

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
    sources::Sources,
    tasks::{Deadline, Pool, Task, no_time, threads::on_thread},
    token::Token,
};

/// An app on a platform. Cheap to clone and usable from any thread; clones share their connections,
/// their JWT and their tokens.
///
/// ```no_run
/// use appmint_core::App;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::builder("atomgit").app_id("75").private_key(std::fs::read("app.pem")?).build()?;
/// # let _ = app; Ok(()) }
/// ```
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

    /// The app's JWT, which is reused until 60 s before it expires. It is signed once for everybody who
    /// needs one at the same time.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without a key or an app id,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without app authentication, and
    /// [`Callback`](crate::ErrorKind::Callback) or [`Key`](crate::ErrorKind::Key) from the signer.
    pub fn jwt(&self) -> Task<Token> {
        match self.0.client.cached_jwt() {
            Some(jwt) => Task::ready(Ok(jwt)),
            None => self.spawn(PlatformClient::new_jwt),
        }
    }

    /// The fingerprint of the key in use, as the platform's settings page shows it; `None` without a
    /// key, or with a signer that does not know it.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.0.client.jwt_signer().ok()?.fingerprint()
    }

    /// How far the platform's clock is ahead of this machine's, in milliseconds; 0 until a difference
    /// was found, and again once it has ended.
    ///
    /// JWTs are made by it; tokens live by this machine's own clocks. It is learned from the `Date`
    /// header: when the platform rejects a JWT because of its times, and when two answers in a row agree
    /// on a difference of half a minute or more, or on none.
    #[must_use]
    pub fn clock_offset_ms(&self) -> i64 {
        self.0.client.clock().offsets().of_api()
    }

    /// An API call with the app's JWT, or with the call's own token; any status is an answer. A path that
    /// the platform reserves for the OAuth client is called with its id and secret.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a call that cannot be sent, and
    /// [`Transport`](crate::ErrorKind::Transport) or [`Timeout`](crate::ErrorKind::Timeout) without an
    /// answer.
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

    /// The quota of the requests that the app makes with its JWT, or with tokens of its own, as the platform
    /// told it in its last answer to one of them. `None` before such an answer, or if the platform does not
    /// tell it. Nothing is sent to learn it.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.0.client.quota(&QuotaOwner::App)
    }

    /// The counts of events since the app was made.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.events.stats(self.0.sources.cache.len())
    }

    /// Closes idle connections and forgets the tokens; the app's threads end once their work is done.
    /// Running calls complete; new ones are refused. Sessions' tokens that the store did not take yet
    /// are offered to it until the app's timeout has passed.
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
