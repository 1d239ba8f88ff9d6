//! The arguments that narrow a token.

use appmint_core::Scope;
use pyo3::prelude::*;

use crate::arguments::{Optional, ids, optional, pairs, texts};

/// Some of an installation's repositories and permissions; all of them where an argument is missing.
pub(crate) fn scope(
    repositories: Optional<'_, '_>,
    repository_ids: Optional<'_, '_>,
    permissions: Optional<'_, '_>,
) -> PyResult<Scope> {
    let mut scope = Scope::all();
    if let Some(names) = optional("repositories", repositories, texts)? {
        scope = scope.repositories(names);
    }
    if let Some(ids) = optional("repository_ids", repository_ids, ids)? {
        scope = scope.repository_ids(ids);
    }
    if let Some(permissions) = optional("permissions", permissions, pairs)? {
        scope = scope.permissions(permissions);
    }
    Ok(scope)
}
