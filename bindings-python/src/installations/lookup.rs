//! The arguments by which an installation is looked up.

use appmint_core::Lookup;
use pyo3::prelude::*;

use crate::{
    arguments::{self, Optional, optional, text},
    wait::call,
};

/// A lookup by the only argument that is not missing.
pub(crate) fn lookup(
    py: Python<'_>,
    account: Optional<'_, '_>,
    id: Optional<'_, '_>,
    organization: Optional<'_, '_>,
    user: Optional<'_, '_>,
    repository: Optional<'_, '_>,
    enterprise: Optional<'_, '_>,
) -> PyResult<Lookup> {
    let arguments = [
        ("account", optional("account", account, arguments::id)?),
        ("id", optional("id", id, arguments::id)?),
        ("organization", optional("organization", organization, text)?),
        ("user", optional("user", user, text)?),
        ("repository", optional("repository", repository, text)?),
        ("enterprise", optional("enterprise", enterprise, text)?),
    ];
    let present = arguments.into_iter().filter_map(|(name, value)| Some((name, value?)));
    call(py, || Lookup::only(present))
}
