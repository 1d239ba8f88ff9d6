//! Proof of identity, and the tokens it yields: keys, signers, the app's JWT, OAuth clients and
//! grants.
//!
//! A [`Grant`] becomes a request, and the platform's reply becomes a token. Both ends are pure.

pub(crate) mod grant;
pub(crate) mod jwt;
mod key;
pub(crate) mod oauth_client;
pub(crate) mod scope;
mod signer;
mod token_exchange;
pub(crate) mod token_reply;

use serde::Serialize;

pub(crate) use self::signer::{Named, Outside};
pub use self::{
    grant::Grant,
    jwt::{Issuer, JwtRules},
    key::PrivateKey,
    oauth_client::{ClientAuthentication, OAuthClient},
    scope::Scope,
    signer::Signer,
    token_exchange::TokenExchange,
};
pub use crate::platform::oauth::KeyIdMember;

/// A request for the app's own tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct AppTokenRequest {
    /// OAuth scopes, on a platform that takes the app's assertion. Default: none.
    pub scopes: Vec<String>,
    /// The user for whom the app acts, on a platform that takes the app's assertion. Default: the
    /// app itself.
    pub subject: Option<String>,
}
