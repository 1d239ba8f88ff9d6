//! A token is a snapshot: the secret, what it may do, and until when.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use crate::{secret::Secret, time::Timestamp};

/// Permission names to levels, as the platform writes them.
pub type Permissions = BTreeMap<String, String>;

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// The app itself: a JWT that it signed.
    Jwt,
    /// The app itself: a token that the platform gave it for a JWT.
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

/// A token, cheap to clone. It does not show its secret unless asked to [`reveal`](Self::reveal).
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<Snapshot>);

#[derive(PartialEq, Eq)]
struct Snapshot {
    kind: TokenKind,
    secret: Secret,
    scheme: String,
    expires_at: Option<Timestamp>,
    permissions: Permissions,
    repository_selection: Option<String>,
    repositories: Vec<String>,
    scopes: Vec<String>,
    account: Option<String>,
    issued_at: Option<Timestamp>,
    claims: Option<String>,
    refresh_token: Option<Secret>,
    refresh_token_expires_at: Option<Timestamp>,
}

impl Token {
    pub(crate) fn builder(kind: TokenKind, secret: Secret) -> TokenBuilder {
        TokenBuilder(Snapshot {
            kind,
            secret,
            scheme: "Bearer".to_owned(),
            expires_at: None,
            permissions: Permissions::new(),
            repository_selection: None,
            repositories: Vec::new(),
            scopes: Vec::new(),
            account: None,
            issued_at: None,
            claims: None,
            refresh_token: None,
            refresh_token_expires_at: None,
        })
    }

    /// What it stands for.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        self.0.kind
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.secret.reveal()
    }

    /// The value for an `Authorization` header, such as `Bearer ats_…` (RFC 6750).
    #[must_use]
    pub fn authorization(&self) -> Secret {
        Secret::new(format!("{} {}", self.0.scheme, self.reveal()))
    }

    /// When it stops working; `None` if the platform did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }

    /// Whether it still works at `time`. One without an expiry does.
    #[must_use]
    pub fn lives_past(&self, time: Timestamp) -> bool {
        self.0.expires_at.is_none_or(|expires_at| expires_at > time)
    }

    /// What it may do: permission names to levels.
    #[must_use]
    pub fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    /// Which repositories it reaches: `all` or `selected`.
    #[must_use]
    pub fn repository_selection(&self) -> Option<&str> {
        self.0.repository_selection.as_deref()
    }

    /// Names of the repositories that it was narrowed to; empty when it was not.
    #[must_use]
    pub fn repositories(&self) -> &[String] {
        &self.0.repositories
    }

    /// OAuth scopes granted (RFC 6749 §3.3); empty where the platform names none.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The account whose token it is, where the platform was asked and said so.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    pub(crate) fn scheme(&self) -> &str {
        &self.0.scheme
    }

    pub(crate) fn issued_at(&self) -> Option<Timestamp> {
        self.0.issued_at
    }

    /// How long ago it was issued; `None` where that is not known.
    pub(crate) fn age(&self, now: Timestamp) -> Option<Duration> {
        self.0.issued_at.map(|issued| issued.until(now))
    }

    /// A JWT's payload as JSON. It holds no secret.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.0.claims.as_deref()
    }

    /// The refresh token that came with it (RFC 6749 §1.5).
    #[must_use]
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.0.refresh_token.as_ref()
    }

    /// When the refresh token stops working.
    #[must_use]
    pub fn refresh_token_expires_at(&self) -> Option<Timestamp> {
        self.0.refresh_token_expires_at
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.0.kind.name())
            .field("secret", &self.0.secret)
            .field("expires_at", &self.0.expires_at.map(|time| time.to_string()))
            .field("permissions", &self.0.permissions)
            .finish_non_exhaustive()
    }
}

pub(crate) struct TokenBuilder(Snapshot);

impl TokenBuilder {
    pub(crate) fn build(self) -> Token {
        Token(Arc::new(self.0))
    }

    pub(crate) fn scheme(mut self, scheme: &str) -> Self {
        scheme.clone_into(&mut self.0.scheme);
        self
    }

    pub(crate) fn expires_at(mut self, time: Option<Timestamp>) -> Self {
        self.0.expires_at = time;
        self
    }

    pub(crate) fn permissions(mut self, permissions: Permissions) -> Self {
        self.0.permissions = permissions;
        self
    }

    pub(crate) fn repository_selection(mut self, selection: Option<String>) -> Self {
        self.0.repository_selection = selection;
        self
    }

    pub(crate) fn repositories(mut self, names: Vec<String>) -> Self {
        self.0.repositories = names;
        self
    }

    pub(crate) fn scopes(mut self, scopes: Vec<String>) -> Self {
        self.0.scopes = scopes;
        self
    }

    pub(crate) fn account(mut self, account: Option<String>) -> Self {
        self.0.account = account;
        self
    }

    pub(crate) fn issued_at(mut self, now: Timestamp) -> Self {
        self.0.issued_at = Some(now);
        self
    }

    pub(crate) fn claims(mut self, claims: String) -> Self {
        self.0.claims = Some(claims);
        self
    }

    pub(crate) fn refresh_token(
        mut self,
        token: Option<Secret>,
        expires: Option<Timestamp>,
    ) -> Self {
        self.0.refresh_token_expires_at = token.as_ref().and(expires);
        self.0.refresh_token = token;
        self
    }
}
