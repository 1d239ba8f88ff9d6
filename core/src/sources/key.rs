//! The key of a cached token: whose token it is, and what it is narrowed to.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    auth::{AppTokenRequest, Scope},
    http::quota::QuotaOwner,
};

/// Two sources share a token when their keys are equal, member by member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) owner: Owner,
    pub(crate) scope: Scope,
}

/// The owner of a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Owner {
    /// The app itself, on a platform that mints a token for its JWT.
    App,
    /// The app itself, by a request with these contents to the token endpoint.
    TokenEndpoint(Box<AppTokenRequest>),
    /// An installation, by its id.
    Installation(String),
    /// A user, by the name that the program gave the session.
    Session(String),
}

impl TokenKey {
    pub(crate) fn new(owner: Owner, scope: Scope) -> Self {
        Self { owner, scope }
    }

    pub(crate) fn installation_id(&self) -> Option<&str> {
        match &self.owner {
            Owner::Installation(id) => Some(id),
            Owner::App | Owner::TokenEndpoint(_) | Owner::Session(_) => None,
        }
    }

    /// Whose quota the requests with its tokens are counted in.
    pub(crate) fn quota_owner(&self) -> QuotaOwner {
        match &self.owner {
            Owner::App | Owner::TokenEndpoint(_) => QuotaOwner::App,
            Owner::Installation(id) => QuotaOwner::Installation(id.clone()),
            Owner::Session(name) => QuotaOwner::Session(name.clone()),
        }
    }

    /// Whether its tokens come from the token endpoint.
    pub(crate) fn is_from_token_endpoint(&self) -> bool {
        matches!(self.owner, Owner::TokenEndpoint(_) | Owner::Session(_))
    }

    /// The key as JSON, from which the name of a store's record is made.
    pub(crate) fn as_json(&self) -> Value {
        json!([self.owner, self.scope.as_json()])
    }
}
