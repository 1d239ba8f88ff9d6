//! A token as a value: the secret, its rights, and its expiry.

mod life;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use self::life::Life;
use crate::{
    secret::Secret,
    time::{ClockReading, Expiry, Timestamp},
};

/// Permission names to levels, as the platform writes them.
pub type Permissions = BTreeMap<String, String>;

/// The holder that a token authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// The app itself: a JWT that it signed.
    Jwt,
    /// The app itself: a token that the platform issued to it.
    App,
    /// An installation of the app.
    Installation,
    /// A user who authorized the app.
    User,
}

impl TokenKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Jwt, Self::App, Self::Installation, Self::User];

    /// The stable name that every surface shows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::App => "app",
            Self::Installation => "installation",
            Self::User => "user",
        }
    }
}

/// A token: a secret, its permissions, and its expiry. It never changes.
///
/// Its secrets are shown by [`Token::reveal`](crate::Token::reveal),
/// [`Token::refresh_token`](crate::Token::refresh_token) and
/// [`Token::authorization_header`](crate::Token::authorization_header) only.
///
/// Cheap to clone.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-1.4>
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<Snapshot>);

#[derive(Clone, PartialEq, Eq)]
struct Snapshot {
    secret: Secret,
    life: Life,
    details: Arc<Details>,
}

/// The part that many tokens have in common: the installations of an app often have equal rights.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Details {
    kind: TokenKind,
    scheme: String,
    permissions: Permissions,
    repository_selection: Option<String>,
    repositories: Vec<String>,
    scopes: Vec<String>,
    account: Option<String>,
    account_id: Option<String>,
    claims: Option<String>,
    refresh_token: Option<Secret>,
    refresh_token_expires_at: Option<Timestamp>,
}

impl Token {
    pub(crate) fn builder(kind: TokenKind, secret: Secret) -> TokenBuilder {
        TokenBuilder {
            secret,
            life: Life::default(),
            details: Details {
                kind,
                scheme: "Bearer".to_owned(),
                permissions: Permissions::new(),
                repository_selection: None,
                repositories: Vec::new(),
                scopes: Vec::new(),
                account: None,
                account_id: None,
                claims: None,
                refresh_token: None,
                refresh_token_expires_at: None,
            },
        }
    }

    /// The same token, holding these details instead of its own if they are equal.
    pub(crate) fn sharing(&self, details: &Arc<Details>) -> Self {
        if self.0.details != *details || Arc::ptr_eq(&self.0.details, details) {
            return self.clone();
        }
        let details = Arc::clone(details);
        Self(Arc::new(Snapshot { details, ..(*self.0).clone() }))
    }

    pub(crate) fn details(&self) -> &Arc<Details> {
        &self.0.details
    }

    /// Its holder: the app (`jwt`: a JWT that it signed; `app`: a token that the platform issued to
    /// it), an `installation`, or a `user`.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.0.details.kind
    }

    /// Returns the secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.secret.reveal()
    }

    /// Returns the value of an Authorization header. It is secret.
    #[must_use]
    pub fn authorization_header(&self) -> Secret {
        Secret::new(format!("{} {}", self.0.details.scheme, self.reveal()))
    }

    /// When the token expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.life.expires_at
    }

    /// Whether it still works at `time`, by the platform's clock. One without an expiry does.
    #[must_use]
    pub fn lives_past(&self, time: Timestamp) -> bool {
        self.expires_at().is_none_or(|expires_at| expires_at > time)
    }

    /// The milliseconds until it expires, by the one of this machine's clocks that says less.
    pub(crate) fn remaining_ms(&self, now: ClockReading) -> i64 {
        self.0.life.remaining_ms(now)
    }

    /// Whether neither of this machine's clocks says that it has expired.
    pub(crate) fn is_alive(&self, now: ClockReading) -> bool {
        self.remaining_ms(now) > 0
    }

    /// Whether both of this machine's clocks say that it has expired. One alone may have been set.
    pub(crate) fn has_surely_expired(&self, now: ClockReading) -> bool {
        self.0.life.has_surely_ended(now)
    }

    /// When it expires, once that was fixed by this machine's clocks.
    pub(crate) fn expiry(&self) -> Option<Expiry> {
        self.0.life.expiry()
    }

    /// The same token, whose life is counted by this machine's clocks, if it is out of a store.
    pub(crate) fn restored(self, now: ClockReading) -> Self {
        if !self.0.life.is_elsewhere() {
            return self;
        }
        let life = self.0.life.restored(now);
        Self(Arc::new(Snapshot { life, ..(*self.0).clone() }))
    }

    /// Its permissions, by name with their level.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.0.details.permissions
    }

    /// The repositories that it can access: `all` or `selected`.
    #[must_use]
    pub fn repository_selection(&self) -> Option<&str> {
        self.0.details.repository_selection.as_deref()
    }

    /// The names of the repositories that it was narrowed to; empty if it was not.
    #[must_use]
    pub fn repositories(&self) -> &[String] {
        &self.0.details.repositories
    }

    /// The OAuth scopes that it was granted; empty if the platform reports none.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.0.details.scopes
    }

    /// The login of the user's account, of a token that
    /// [`App::check_token`](crate::App::check_token), [`App::reset_token`](crate::App::reset_token)
    /// or [`App::scope_token`](crate::App::scope_token) returned.
    ///
    /// `None` if it is another token, or the platform did not report it.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.details.account.as_deref()
    }

    /// The id of the user's account: of a token of a session that was started with it, or of one
    /// that [`App::check_token`](crate::App::check_token) and its kin returned.
    ///
    /// `None` if it is another token, or the platform did not report it.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.0.details.account_id.as_deref()
    }

    /// The same token, of the account with this id.
    pub(crate) fn of_account(&self, id: Option<&str>) -> Self {
        let account_id = id.map(str::to_owned);
        let details = Arc::new(Details { account_id, ..(*self.0.details).clone() });
        Self(Arc::new(Snapshot { details, ..(*self.0).clone() }))
    }

    pub(crate) fn scheme(&self) -> &str {
        &self.0.details.scheme
    }

    pub(crate) fn issued_at(&self) -> Option<Timestamp> {
        self.0.life.issued_at.map(ClockReading::wall)
    }

    /// The time since it was issued, by the monotonic clock; `None` where that is not known.
    pub(crate) fn age(&self, now: ClockReading) -> Option<Duration> {
        self.0.life.age(now)
    }

    /// The payload of a JWT, which holds no secret.
    ///
    /// `None` if it is another token.
    ///
    /// JSON.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.0.details.claims.as_deref()
    }

    /// Returns the refresh token itself.
    ///
    /// `None` if none came with the token.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.0.details.refresh_token.as_ref()
    }

    /// When the refresh token expires.
    ///
    /// `None` if there is none, or its end is not known.
    #[must_use]
    pub fn refresh_token_expires_at(&self) -> Option<Timestamp> {
        self.0.details.refresh_token_expires_at
    }
}

impl From<&Token> for Secret {
    fn from(token: &Token) -> Self {
        token.0.secret.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.0.details.kind.name())
            .field("secret", &self.0.secret)
            .field("expires_at", &self.expires_at().map(|time| time.to_string()))
            .field("permissions", &self.0.details.permissions)
            .finish_non_exhaustive()
    }
}

pub(crate) struct TokenBuilder {
    secret: Secret,
    life: Life,
    details: Details,
}

impl TokenBuilder {
    pub(crate) fn build(self) -> Token {
        let Self { secret, life, details } = self;
        Token(Arc::new(Snapshot { secret, life, details: Arc::new(details) }))
    }

    pub(crate) fn scheme(mut self, scheme: &str) -> Self {
        scheme.clone_into(&mut self.details.scheme);
        self
    }

    pub(crate) fn expiry(mut self, expiry: Option<Expiry>) -> Self {
        self.life.expires_at = expiry.map(|expiry| expiry.at);
        self.life.end = expiry.map(|expiry| expiry.end);
        self
    }

    /// The expiry of a token out of a store, which this machine's clocks do not count yet.
    pub(crate) fn expires_at(mut self, time: Option<Timestamp>) -> Self {
        self.life.expires_at = time;
        self
    }

    pub(crate) fn permissions(mut self, permissions: Permissions) -> Self {
        self.details.permissions = permissions;
        self
    }

    pub(crate) fn repository_selection(mut self, selection: Option<String>) -> Self {
        self.details.repository_selection = selection;
        self
    }

    pub(crate) fn repositories(mut self, names: Vec<String>) -> Self {
        self.details.repositories = names;
        self
    }

    pub(crate) fn scopes(mut self, scopes: Vec<String>) -> Self {
        self.details.scopes = scopes;
        self
    }

    pub(crate) fn account(mut self, account: Option<String>) -> Self {
        self.details.account = account;
        self
    }

    pub(crate) fn account_id(mut self, id: Option<String>) -> Self {
        self.details.account_id = id;
        self
    }

    pub(crate) fn issued_at(mut self, now: ClockReading) -> Self {
        self.life.issued_at = Some(now);
        self
    }

    /// The beginning of a token out of a store, by the wall clock of the process that wrote it.
    pub(crate) fn issued_elsewhere_at(self, time: Timestamp) -> Self {
        self.issued_at(Life::begun_elsewhere(time))
    }

    pub(crate) fn claims(mut self, claims: String) -> Self {
        self.details.claims = Some(claims);
        self
    }

    pub(crate) fn refresh_token(
        mut self,
        token: Option<Secret>,
        expires: Option<Timestamp>,
    ) -> Self {
        self.details.refresh_token_expires_at = token.as_ref().and(expires);
        self.details.refresh_token = token;
        self
    }
}
