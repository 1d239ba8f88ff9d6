//! What a token is narrowed to.

use appmint_core::Scope;
use pyo3::prelude::*;

use crate::convert::{Given, given, ids, pairs, texts};

/// Some of an installation's repositories and permissions; all of them where none is given.
pub(crate) fn read(
    repositories: Given<'_, '_>,
    repository_ids: Given<'_, '_>,
    permissions: Given<'_, '_>,
) -> PyResult<Scope> {
    let repositories = given("repositories", repositories, texts)?;
    let repository_ids = given("repository_ids", repository_ids, ids)?;
    let permissions = given("permissions", permissions, pairs)?;
    let scope = repositories.into_iter().fold(Scope::all(), Scope::repositories);
    let scope = repository_ids.into_iter().fold(scope, Scope::repository_ids);
    Ok(permissions.into_iter().fold(scope, Scope::permissions))
}
