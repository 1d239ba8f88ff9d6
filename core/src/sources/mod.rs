//! Sources of tokens: a source keeps one token fresh.
//!
//! `source.token()` asks the cache ([`crate::cache`]) for the source's key ([`key`]). On a miss the
//! cache calls [`fetch`]: a user's session refreshes ([`crate::sessions`]); any other token comes
//! from the store if a usable one is there, else the platform mints it under the store's lock.
//! [`stored`] is the store as they use it. [`looked_up`] is for installations whose id is not known yet, which [`resolving`] finds, [`listing`] for lists that are fetched
//! page by page, and [`attempts`] for requests whose token may be refused.

mod attempts;
mod fetch;
mod key;
mod listing;
mod looked_up;
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

/// Keeps one token fresh: of an installation, of the app itself, or of a user's session.
///
/// Cheap to clone, usable from any thread. Sources of the same installation and scope share one token.
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

    /// The installation's id; `None` for the app's own tokens, for a user's session, and before the
    /// installation was looked up.
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

    /// A token that lives at least `min_valid` longer (`None`: as [`token`](Self::token) asks for): from
    /// memory, or minted if a new one has that much life.
    ///
    /// Where the platform documents how long its tokens live, a longer `min_valid` is refused. Elsewhere
    /// a new token that lives for less is returned, with an event `served_stale`, and serves for half of
    /// its life.
    ///
    /// A token is renewed in the background before it expires. If that fails for a reason that will
    /// pass, the current token is returned until it expires. A failure counts for everybody who asks
    /// for one second, or for as long as a rate limit says, but at most for a minute.
    ///
    /// # Errors
    /// [`Unauthorized`](ErrorKind::Unauthorized), [`Forbidden`](ErrorKind::Forbidden) or
    /// [`NotFound`](ErrorKind::NotFound) when the platform refuses,
    /// [`Reauthorize`](ErrorKind::Reauthorize) when a session has ended,
    /// [`Store`](ErrorKind::Store) when a session's store fails, and
    /// [`Transport`](ErrorKind::Transport), [`Timeout`](ErrorKind::Timeout),
    /// [`RateLimited`](ErrorKind::RateLimited) or [`Server`](ErrorKind::Server), which pass. Also
    /// [`Rejected`](ErrorKind::Rejected) for a scope that the platform refuses,
    /// [`Protocol`](ErrorKind::Protocol) for a reply that makes no sense, [`Key`](ErrorKind::Key) or
    /// [`Callback`](ErrorKind::Callback) from the signer, and
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when the app is closed, or when no token of the
    /// platform lives for `min_valid`.
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

    /// Calls back with each new token, after the token that it replaces (`None` for the first). The
    /// callback runs on the thread that fetched the token and must be quick. It stays registered as long
    /// as the app exists, or until [`Subscription::unsubscribe`]; dropping the subscription does not end
    /// it.
    ///
    /// An installation that is looked up is observed from the moment it was found.
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

    /// The value of an `Authorization` header with a token that lives at least `min_valid` longer.
    ///
    /// # Errors
    /// Those of [`token_valid_for`](Self::token_valid_for).
    pub fn authorization_header_valid_for(
        &self,
        min_valid: impl Into<Option<Duration>>,
    ) -> Task<Secret> {
        self.token_valid_for(min_valid).map(|token| token.authorization_header())
    }

    /// The quota of the source's requests, as the platform told it in its last answer to one of them: of the
    /// installation, whatever its tokens are narrowed to, of the app, or of the session's user. `None`
    /// before such an answer, or if the platform does not tell it. Nothing is sent to learn it.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        self.sources.client.quota(&self.quota_owner()?)
    }

    /// When the token in memory expires; `None` without a token, or if the platform did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.entry()?.cached().as_ref()?.token.expires_at()
    }

    /// Forgets this token if it is still the one in memory: the answer to a 401 of a request that was
    /// made with it. However many callers got it, one new token is fetched for all of them, since a token
    /// that came meanwhile stays.
    ///
    /// The token's text, or `&Token`.
    pub fn invalidate_token(&self, token: impl Into<Secret>) {
        if let Some(entry) = self.entry() {
            self.sources.cache.invalidate_token(&entry, token.into().reveal());
        }
    }

    /// Forgets the token in memory, whichever it is, and the one that is being fetched, so that the next
    /// call fetches a new one. Copies of the token still work.
    ///
    /// After a 401 call [`invalidate_token`](Self::invalidate_token): with this one, each of many callers
    /// would forget what the others have just fetched.
    pub fn invalidate(&self) {
        if let Some(entry) = self.entry() {
            self.sources.cache.invalidate(&entry);
        }
        if let Place::LookedUp(looked_up) = &self.place {
            looked_up.end_back_off();
        }
    }

    /// Forgets the token in memory and revokes it on the platform, so that copies stop working. It
    /// succeeds if the token is already invalid. A token that is being minted is not revoked.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where the platform cannot revoke installation tokens, and
    /// for a user's session and tokens of the token endpoint: the hint names the calls that end those.
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

    /// The repositories that the token can access.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) where the platform does not list them.
    pub fn repositories(&self) -> Result<Listing<Repository>> {
        let (client, source) = (Arc::clone(&self.sources.client), self.clone());
        Listing::new(self.sources.client.platform(), move |pages| {
            let (client, pages) = (Arc::clone(&client), Arc::clone(pages));
            source.with_token(None, move |token, owner, deadline| {
                Attempt::new(pages.next_item(&client, token, owner, deadline))
            })
        })
    }

    /// An API call with the source's token; any status is an answer. A path that the platform reserves
    /// for the app or the OAuth client is called with that credential.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for a call with a token of its own, and those of
    /// [`token_valid_for`](Self::token_valid_for).
    pub fn request(&self, call: Call) -> Task<Arc<Response>> {
        if call.own_token().is_some() {
            return Task::ready(Err(Error::invalid("a call through a source uses its token")
                .advise("Call `App::request` to use a token of your own.")));
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
