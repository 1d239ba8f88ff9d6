//! An installation as the platform describes it.

use appmint_core::Permissions;
use pyo3::prelude::*;

use crate::{json::Json, time::Time, values::record};

/// An installation of the app on an account.
///
/// Only its id is certain; platforms differ in the other members. The whole object is in
/// raw.
///
/// See
/// https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct Installation(pub(crate) appmint_core::Installation);

record! { impl Installation {
    /// The installation's id.
    id: &str;
    /// The account's path or login.
    account: Option<&str>;
    /// The account's display name.
    account_name: Option<&str>;
    /// The account's id.
    account_id: Option<&str>;
    /// The id of the account or other object on which the app is installed.
    target_id: Option<&str>;
    /// The app's id.
    app_id: Option<&str>;
    /// The app's short name, which is part of its URL.
    app_slug: Option<&str>;
    /// The repositories that it can access: "all" or "selected".
    repository_selection: Option<&str>;
    /// The permissions that it was granted, by name with their level.
    permissions: Permissions;
    /// The names of the webhook events that the app receives.
    events: &[String];
    /// When the app was installed, in UTC.
    created_at: Option<Time>;
    /// When the installation last changed, in UTC.
    updated_at: Option<Time>;
    /// When an owner suspended it, in UTC.
    ///
    /// None if it is not suspended, or the platform does not report it.
    suspended_at: Option<Time>;
    /// The whole object as the platform sent it.
    raw: Json<'_>;
}}

#[pymethods]
impl Installation {
    fn __repr__(&self) -> String {
        match &self.0.account {
            Some(account) => format!("<appmint.Installation {} on {account}>", self.0.id),
            None => format!("<appmint.Installation {}>", self.0.id),
        }
    }
}
