//! Tokens. A secret stays in native memory until it is revealed.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
    sync::LazyLock,
};

use appmint_core::{Secret, Timestamp};
use napi_derive::napi;

/// A token.
#[napi]
pub struct Token(pub(crate) appmint_core::Token);

/// The members of a token, without its secrets.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct TokenRecord {
    pub kind: &'static str,
    pub expires_at: Option<i64>,
    pub permissions: BTreeMap<String, String>,
    pub repository_selection: Option<String>,
    pub repositories: Vec<String>,
    pub scopes: Vec<String>,
    pub account: Option<String>,
    pub account_id: Option<String>,
    pub claims: Option<String>,
    pub refresh_token_expires_at: Option<i64>,
}

#[napi]
impl Token {
    /// All members but the secrets.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> TokenRecord {
        let token = &self.0;
        TokenRecord {
            kind: token.kind().name(),
            expires_at: token.expires_at().map(Timestamp::as_millis),
            permissions: token.permissions().clone(),
            repository_selection: token.repository_selection().map(str::to_owned),
            repositories: token.repositories().to_vec(),
            scopes: token.scopes().to_vec(),
            account: token.account().map(str::to_owned),
            account_id: token.account_id().map(str::to_owned),
            claims: token.claims().map(str::to_owned),
            refresh_token_expires_at: token.refresh_token_expires_at().map(Timestamp::as_millis),
        }
    }

    /// A text that is the same for tokens with the same secret, in this process only.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn identity(&self) -> String {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        format!("{:016x}", HASHER.hash_one(self.0.reveal()))
    }

    /// Returns the secret itself.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Returns the value of an Authorization header. It is secret.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn authorization_header(&self) -> String {
        revealed(&self.0.authorization_header())
    }

    /// Returns the refresh token itself.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_refresh_token(&self) -> Option<&str> {
        self.0.refresh_token().map(Secret::reveal)
    }
}

/// Whether they are the same token: with the same secret, rights and life.
#[napi(catch_unwind)]
#[must_use]
pub fn is_same_token(one: &Token, other: &Token) -> bool {
    one.0 == other.0
}

/// Whether they have the same secret, compared in constant time.
#[napi(catch_unwind)]
#[must_use]
pub fn has_same_secret(one: &Token, other: &Token) -> bool {
    Secret::from(&one.0) == Secret::from(&other.0)
}

pub(crate) fn revealed(secret: &Secret) -> String {
    secret.reveal().to_owned()
}
