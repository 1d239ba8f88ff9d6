//! Sources of tokens: a source keeps one token fresh.
//!
//! `source.token()` asks the cache ([`crate::cache`]) for the source's key ([`key`]). On a miss the
//! cache calls [`fetch`]: a user's session refreshes ([`crate::sessions`]); any other token comes
//! from the store if a usable one is there, else the platform mints it under the store's lock.
//! [`stored`] is the store as they use it. [`looked_up`] is for installations whose id is not known yet, which [`resolving`] finds, [`listing`] for lists that are fetched
//! page by page, [`paginating`] for those of any endpoint, and [`attempts`] for requests whose token may be refused.

mod attempts;
mod fetch;
mod key;
mod listing;
mod looked_up;
mod paginating;
mod resolving;
mod stored;

use std::{fmt, sync::Arc, time::Duration};

pub use self::listing::{Items, Listing};
use self::looked_up::LookedUp;
pub(crate) use self::{
    fetch::TokenFetcher,
    key::{Owner, TokenKey},
    looked_up::Lookups,
    stored::StoredTokens,
};
use crate::{
    auth::Scope,
    cache::{Entry, MinValid, Observer, Subscription, TokenCache},
    client::{Attempt, PlatformClient},
    error::{Error, ErrorKind, Result},
    event::EventSink,
    http::{Quota, Response, quota::QuotaOwner},
    platform::{Route, reply::Reply},
    resources::{Call, Lookup, Repository, operation::ApiOperation},
    secret::Secret,
    tasks::{Pool, Task, no_time},
    time::Timestamp,
    token::Token,
};

/// Everything that the sources of one app share.
pub(crate) struct Sources {
    pub(crate) client: Arc<PlatformClient>,
    pub(crate) cache: Arc<TokenCache<TokenKey>>,
    pub(crate) pool: Pool,
    pub(crate) events: Arc<EventSink>,
    pub(crate) lookups: Lookups,
    pub(crate) stored: Option<Arc<StoredTokens>>,
}

/// Keeps one token valid: an installation's, the app's own, or a user's.
///
/// A token comes from memory while it lives long enough. It is renewed in the background before it
/// expires, and minted once for all callers that wait. If minting fails for a temporary reason, a
/// token that is still valid is returned to its end. Sources of one installation and scope share
/// one token.
#[derive(Clone)]
pub struct TokenSource {
    sources: Arc<Sources>,
    place: Place,
}

/// The place of the source's token in the cache.
#[derive(Clone)]
enum Place {
    Known(Arc<Entry<TokenKey>>),
    LookedUp(Arc<LookedUp>),
}

impl TokenSource {
    /// The remaining life that [`token`](Self::token) asks for: long enough for the request that the
    /// token is used for. Of a token that lives for less than two minutes, half of its life is enough.
    /// After a failure that passes, a token with less may be returned.
    pub const MIN_VALID: Duration = MinValid::FOR_A_REQUEST;

    pub(crate) fn new(sources: &Arc<Sources>, owner: Owner, scope: Scope) -> Self {
        let entry = sources.cache.entry(TokenKey::new(owner, scope));
        Self { sources: Arc::clone(sources), place: Place::Known(entry) }
    }

    pub(crate) fn looked_up(sources: &Arc<Sources>, lookup: Lookup, scope: Scope) -> Self {
        let looked_up = sources.lookups.get(lookup, scope, sources.client.clock().reading());
        Self { sources: Arc::clone(sources), place: Place::LookedUp(looked_up) }
    }

    /// The installation's id.
    ///
    /// `None` if these are the app's own tokens or a user's, or the installation was not looked up
    /// yet.
    #[must_use]
    pub fn installation_id(&self) -> Option<String> {
        self.entry()?.key().installation_id().map(str::to_owned)
    }

    /// A token that lives at least [`MIN_VALID`](Self::MIN_VALID) longer: from memory, or minted once
    /// for everybody who asks meanwhile.
    ///
    /// # Errors
    /// Those of [`token_valid_for`](Self::token_valid_for).
    pub fn token(&self) -> Task<Token> {
        self.token_valid_for(None)
    }

    /// Returns a token that lives at least `min_valid` longer, from memory or newly minted.
    ///
    /// It is minted once for all callers that need one at the same time. Near its end a token is
    /// renewed in the background, and the caller goes on with the one in memory. If renewing fails
    /// for a reason that will pass, the token in memory is returned until it expires. A failure
    /// counts for every caller for one second, or for as long as a rate limit says, but at most for
    /// a minute.
    ///
    /// Where the platform documents how long its tokens live, a longer `min_valid` is refused.
    /// Elsewhere a new token that lives for less is returned, with an event `served_stale`, and
    /// serves for half of its life.
    ///
    /// - `min_valid`: How much longer the token must live at least. Default: 60 s, or half of a
    ///   life of less than two minutes.
    ///
    /// # Errors
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`app_key_mismatch` or `app_not_found`)
    ///   if the platform does not accept the app's credentials.
    /// - [`Forbidden`](crate::ErrorKind::Forbidden) (`suspended`, `permission_not_granted` or
    ///   `repository_not_accessible`) if the installation is suspended, or lacks what was asked
    ///   for.
    /// - [`NotFound`](crate::ErrorKind::NotFound) (`not_installed`) if the app is not installed
    ///   there.
    /// - [`Rejected`](crate::ErrorKind::Rejected) if the platform refuses the repositories or
    ///   permissions to narrow to.
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`no_session`, `invalid_refresh_token` or
    ///   `rotation_interrupted`) if a session has ended; the user must authorize the app again.
    /// - [`Store`](crate::ErrorKind::Store) if the store of a session failed; installation tokens
    ///   are minted without it.
    /// - [`Key`](crate::ErrorKind::Key) if the signer's signature cannot be used.
    /// - [`Callback`](crate::ErrorKind::Callback) if the signer failed.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if no token of the platform lives
    ///   for `min_valid`.
    /// - Those of [every call over the network](crate#errors).
    pub fn token_valid_for(&self, min_valid: impl Into<Option<Duration>>) -> Task<Token> {
        let min_valid = min_valid.into();
        if let Err(error) = self.check_min_valid(min_valid) {
            return Task::ready(Err(error));
        }
        let min_valid = MinValid::from(min_valid);
        match &self.place {
            Place::Known(entry) => self.sources.cache.get(entry, min_valid),
            Place::LookedUp(looked_up) => self.sources.token_of_looked_up(looked_up, min_valid),
        }
    }

    /// The token in memory that lives at least `min_valid` longer, and the time for which the same call would
    /// return it without any effect; `None` if one would be fetched. Near its end this begins the renewal.
    ///
    /// For bindings that answer by themselves until
    /// [`on_token_change`](crate::binding::Settings::on_token_change) is called.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when no token of the platform lives for `min_valid`.
    #[doc(hidden)]
    pub fn held(
        &self,
        min_valid: impl Into<Option<Duration>>,
    ) -> Result<Option<(Token, Duration)>> {
        let min_valid = min_valid.into();
        self.check_min_valid(min_valid)?;
        let held = self.entry().and_then(|entry| self.sources.cache.held(&entry, min_valid.into()));
        Ok(held.map(|held| (held.token, held.until_renewal)))
    }

    /// Registers a callback for new tokens, until it is taken back or the app is closed.
    ///
    /// A source with a lookup calls back once the installation was found.
    ///
    /// The callback runs on the thread that fetched the token, for which other callers may be
    /// waiting: it must be quick, and must not wait for a token. No network I/O.
    ///
    /// - `callback`: Takes the token before, which is missing for the first one, and the new token.
    pub fn on_change(
        &self,
        callback: impl Fn(Option<&Token>, &Token) + Send + Sync + 'static,
    ) -> Subscription {
        let observer = Observer::new(callback);
        match &self.place {
            Place::Known(entry) => entry.observers.add(&observer),
            Place::LookedUp(looked_up) => looked_up.observe(&observer),
        }
        Subscription::of(&observer)
    }

    /// The value of an `Authorization` header with a [`token`](Self::token).
    ///
    /// # Errors
    /// Those of [`token_valid_for`](Self::token_valid_for).
    pub fn authorization_header(&self) -> Task<Secret> {
        self.authorization_header_valid_for(None)
    }

    /// Returns the value of an Authorization header with such a token. It is secret.
    ///
    /// - `min_valid`: How much longer the token must live at least, as in
    ///   [`TokenSource::token_valid_for`](crate::TokenSource::token_valid_for). Default: 60 s, or
    ///   half of a life of less than two minutes.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>
    ///
    /// # Errors
    /// - Those of [`TokenSource::token_valid_for`](crate::TokenSource::token_valid_for).
    pub fn authorization_header_valid_for(
        &self,
        min_valid: impl Into<Option<Duration>>,
    ) -> Task<Secret> {
        self.token_valid_for(min_valid).map(|token| token.authorization_header())
    }

    /// Returns the quota of the source's requests, as the platform told it in its last answer to
    /// one of them.
    ///
    /// It is that of the installation, whatever its tokens are narrowed to, of the app, or of the
    /// session's user. `None` if there was no such answer yet, or the platform does not tell it. No
    /// network I/O.
    ///
    /// Source: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.sources.client.quota(&self.quota_owner()?)
    }

    /// When the token in memory expires.
    ///
    /// `None` if there is none, or the platform did not report it.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.entry()?.cached().as_ref()?.token.expires_at()
    }

    /// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was
    /// made with it.
    ///
    /// However many callers got it, one new token is minted for all of them. Without a token,
    /// forgets whichever is in memory or being minted, so that the next call mints one; then each
    /// of many callers would forget what the others have just minted. A token that was already
    /// returned still works. No network I/O.
    ///
    /// `invalidate_token` takes the token, or its text; `invalidate` does without.
    ///
    /// - `token`: The text of the token that was refused. Nothing happens if it is another one's.
    ///   Default: whichever is in memory.
    pub fn invalidate_token(&self, token: impl Into<Secret>) {
        if let Some(entry) = self.entry() {
            self.sources.cache.invalidate_token(&entry, token.into().reveal());
        }
    }

    /// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was
    /// made with it.
    ///
    /// However many callers got it, one new token is minted for all of them. Without a token,
    /// forgets whichever is in memory or being minted, so that the next call mints one; then each
    /// of many callers would forget what the others have just minted. A token that was already
    /// returned still works. No network I/O.
    ///
    /// `invalidate_token` takes the token, or its text; `invalidate` does without.
    pub fn invalidate(&self) {
        if let Some(entry) = self.entry() {
            self.sources.cache.invalidate(&entry);
        }
        if let Place::LookedUp(looked_up) = &self.place {
            looked_up.end_back_off();
        }
    }

    /// Forgets the token in memory and ends it on the platform, for everybody who has it.
    ///
    /// It succeeds if the token is already invalid. No network I/O without a valid token in memory.
    /// A token that is being minted is not revoked.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this, or
    ///   these are a user's tokens or others of the token endpoint: see
    ///   [`App::delete_grant`](crate::App::delete_grant),
    ///   [`App::delete_token`](crate::App::delete_token),
    ///   [`App::revoke_token`](crate::App::revoke_token) and
    ///   [`App::end_session`](crate::App::end_session).
    /// - Those of [every call over the network](crate#errors).
    pub fn revoke(&self) -> Task<()> {
        let client = &self.sources.client;
        if let Err(error) = self.check_revocable() {
            return Task::ready(Err(error));
        }
        let token = self.entry().and_then(|entry| self.sources.cache.invalidate(&entry));
        let now = client.clock().reading();
        match token.filter(|token| !token.has_surely_expired(now)) {
            Some(token) => self.sources.revoke(token.reveal().into()),
            None => Task::ready(Ok(())),
        }
    }

    /// Lists the repositories that the token can access.
    ///
    /// Pages are requested as the items are asked for, none before.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not list them.
    pub fn repositories(&self) -> Result<Listing<Repository>> {
        let (client, source) = (Arc::clone(&self.sources.client), self.clone());
        Listing::new(self.sources.client.platform(), move |pages| {
            let (client, pages) = (Arc::clone(&client), Arc::clone(pages));
            source.with_token(None, move |token, owner, deadline| {
                Attempt::new(pages.next_item(&client, token, owner, deadline))
            })
        })
    }

    /// Calls the platform's API with the source's token.
    ///
    /// Every HTTP status is a response and no error. A token that the platform refuses before it
    /// expires is replaced once, and a new token is given a few seconds to become known. A path
    /// that the platform reserves for the app or the OAuth client is called with that credential.
    ///
    /// The call must not have a token of its own.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the method, path, headers or
    ///   body cannot be sent.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`foreign_host`) if the URL is on
    ///   another host than the platform's.
    /// - Those of [`TokenSource::token_valid_for`](crate::TokenSource::token_valid_for).
    pub fn request(&self, call: Call) -> Task<Arc<Response>> {
        if let Err(error) = refuse_own_token(&call) {
            return Task::ready(Err(error));
        }
        let (client, timeout) = (Arc::clone(&self.sources.client), call.own_timeout());
        if timeout == Some(Duration::ZERO) {
            return Task::ready(Err(no_time()));
        }
        match client.requires_caller(&call) {
            Err(error) => Task::ready(Err(error)),
            Ok(false) => {
                let pool = self.sources.pool.for_calls();
                pool.spawn_until(pool.deadline(timeout), move |deadline| {
                    client.call_by_route(&call, deadline)
                })
            }
            Ok(true) => self.with_token(timeout, move |token, owner, deadline| {
                client.attempt_call(&call, token, owner.cloned(), deadline)
            }),
        }
    }

    /// The URL of a path, which is relative to the API or a URL on one of the platform's hosts, and the credential
    /// with which [`request`](Self::request) would call it: `source`, `app` or `client`. For bindings that send a
    /// request by themselves.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a URL elsewhere, and for a path that leads elsewhere than
    /// it says.
    #[doc(hidden)]
    pub fn locate(&self, path: &str) -> Result<(String, &'static str)> {
        let platform = self.sources.client.platform();
        let url = platform.locate(path)?;
        let credential = match platform.route(&url) {
            Route::Caller => "source",
            Route::App => "app",
            Route::Client => "client",
        };
        Ok((url.into(), credential))
    }

    /// Refuses a life that no token of this platform has.
    fn check_min_valid(&self, min_valid: Option<Duration>) -> Result<()> {
        let Some(wanted) = min_valid else { return Ok(()) };
        match self.longest_life()? {
            Some(longest) if wanted >= longest => {
                let name = self.sources.client.platform().display_name();
                let (wanted_s, life_s) = (wanted.as_secs(), longest.as_secs());
                let message = format!(
                    "min_valid is {wanted_s} s, and a token of {name} lives for {life_s} s"
                );
                Err(Error::invalid(message).advise(format!("Ask for less than {life_s} s.")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses to revoke tokens at an endpoint that is not theirs.
    fn check_revocable(&self) -> Result<()> {
        if !self.is_from_token_endpoint() {
            let operation = ApiOperation::revocation(Secret::new(""));
            return operation.endpoint(self.sources.client.platform()).map(drop);
        }
        let message =
            "`revoke` ends installation tokens, and this source has tokens of the token endpoint";
        Err(Error::new(ErrorKind::Unsupported, message).advise(
            "Call delete_grant, delete_token or revoke_token with the token, as the platform offers, \
             and end_session for a session.",
        ))
    }

    fn is_from_token_endpoint(&self) -> bool {
        match &self.place {
            Place::Known(entry) => entry.key().is_from_token_endpoint(),
            Place::LookedUp(_) => false,
        }
    }

    /// The life of a new token, where the platform documents it.
    fn longest_life(&self) -> Result<Option<Duration>> {
        let platform = self.sources.client.platform();
        Ok(if self.is_from_token_endpoint() {
            platform.oauth()?.reply.expires.longest_life()
        } else {
            platform.installation_token()?.expires.longest_life()
        })
    }

    /// Whose quota its requests are counted in; `None` before an installation was looked up.
    fn quota_owner(&self) -> Option<QuotaOwner> {
        Some(self.entry()?.key().quota_owner())
    }

    fn entry(&self) -> Option<Arc<Entry<TokenKey>>> {
        match &self.place {
            Place::Known(entry) => Some(Arc::clone(entry)),
            Place::LookedUp(looked_up) => looked_up.entry(),
        }
    }
}

impl Sources {
    /// Revokes an installation token.
    pub(crate) fn revoke(&self, token: Secret) -> Task<()> {
        let (client, operation) = (Arc::clone(&self.client), ApiOperation::revocation(token));
        self.pool
            .for_calls()
            .spawn(move |deadline| client.perform(&operation, read_nothing, deadline))
    }
}

fn refuse_own_token(call: &Call) -> Result<()> {
    match call.own_token() {
        None => Ok(()),
        Some(_) => Err(Error::invalid("a call through a source uses its token")
            .advise("Make the call through the app to use a token of your own.")),
    }
}

/// Reads a reply whose content does not matter.
#[expect(clippy::unnecessary_wraps, reason = "other replies are read, which may fail")]
pub(crate) fn read_nothing(_: &Reply<'_>) -> Result<()> {
    Ok(())
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("installation_id", &self.installation_id())
            .finish_non_exhaustive()
    }
}
