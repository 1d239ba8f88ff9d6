//! A repository that an installation can access.

use pyo3::prelude::*;

use crate::{json::Json, values::record};

/// A repository that an installation can access.
///
/// Only its id and its name are certain.
///
/// See https://docs.github.com/en/rest/apps/installations
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Repository(pub(crate) appmint_core::resources::Repository);

record! { impl Repository {
    /// The repository's id.
    id: &str;
    /// Its name without its owner, as the argument "repositories" of App.installation takes
    /// it.
    name: &str;
    /// Its name with its owner, such as "octocat/Hello-World".
    full_name: Option<&str>;
    /// The account that owns it.
    owner: Option<&str>;
    /// Whether it is private.
    is_private: Option<bool>;
    /// The whole object as the platform sent it.
    raw: Json<'_>;
}}

#[pymethods]
impl Repository {
    fn __repr__(&self) -> String {
        let name = self.0.full_name.as_ref().unwrap_or(&self.0.name);
        format!("<appmint.Repository {} {name}>", self.0.id)
    }
}
