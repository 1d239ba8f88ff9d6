//! The part of an installation that a token is limited to.

use appmint_core::Scope;
use napi_derive::napi;

/// The repositories and permissions that a token is limited to.
#[napi(object, object_to_js = false)]
pub struct ScopeOptions {
    pub repositories: Option<Vec<String>>,
    pub repository_ids: Option<Vec<String>>,
    pub permissions: Option<Vec<(String, String)>>,
}

impl From<ScopeOptions> for Scope {
    fn from(options: ScopeOptions) -> Self {
        let scope = options.repositories.into_iter().fold(Self::all(), Self::repositories);
        let scope = options.repository_ids.into_iter().fold(scope, Self::repository_ids);
        options.permissions.into_iter().fold(scope, Self::permissions)
    }
}
