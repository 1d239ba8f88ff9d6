use std::collections::BTreeMap;

use appmint_core::Secret;
use napi_derive::napi;

/// A token, whose secret stays here until it is revealed.
#[napi]
pub struct Token(pub(crate) appmint_core::Token);

/// What a token says of itself without its secrets.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct TokenRecord {
    pub kind: &'static str,
    pub expires_at: Option<i64>,
    pub permissions: BTreeMap<String, String>,
    pub repository_selection: Option<String>,
    pub repositories: Vec<String>,
    pub scopes: Vec<String>,
    pub account: Option<String>,
    pub claims: Option<String>,
    pub refresh_token_expires_at: Option<i64>,
}

#[napi]
impl Token {
    /// All but the secrets.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> TokenRecord {
        TokenRecord {
            kind: self.0.kind().name(),
            expires_at: self.0.expires_at().map(appmint_core::Timestamp::as_millis),
            permissions: self.0.permissions().clone(),
            repository_selection: self.0.repository_selection().map(str::to_owned),
            repositories: self.0.repositories().to_vec(),
            scopes: self.0.scopes().to_vec(),
            account: self.0.account().map(str::to_owned),
            claims: self.0.claims().map(str::to_owned),
            refresh_token_expires_at: self
                .0
                .refresh_token_expires_at()
                .map(appmint_core::Timestamp::as_millis),
        }
    }

    /// The secret itself.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// The value for an `Authorization` header.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn authorization_header(&self) -> String {
        self.0.authorization_header().reveal().to_owned()
    }

    /// The refresh token itself.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn reveal_refresh_token(&self) -> Option<&str> {
        self.0.refresh_token().map(Secret::reveal)
    }
}
