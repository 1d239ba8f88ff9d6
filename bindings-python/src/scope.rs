//! What a token is narrowed to.

use appmint_core::Scope;
use pyo3::prelude::*;

use crate::convert::{given, ids, pairs, texts};

/// Some of an installation's repositories and permissions; all of them where none is given.
pub(crate) fn read(
    repositories: Option<&Bound<'_, PyAny>>,
    repository_ids: Option<&Bound<'_, PyAny>>,
    permissions: Option<&Bound<'_, PyAny>>,
) -> PyResult<Scope> {
    let scope = Scope::all()
        .repositories(given("repositories", repositories, texts)?.unwrap_or_default())
        .repository_ids(given("repository_ids", repository_ids, ids)?.unwrap_or_default());
    let permissions = given("permissions", permissions, pairs)?.unwrap_or_default();
    Ok(permissions.into_iter().fold(scope, |scope, (name, level)| scope.permission(name, level)))
}
