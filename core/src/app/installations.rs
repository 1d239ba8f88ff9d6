//! Installations: where the app is installed.

use std::sync::Arc;

use super::App;
use crate::{
    error::Result,
    http::quota::QuotaOwner,
    oauth::Authorization,
    platform::{descriptor::Operation, operations::OperationName},
    resources::{
        InstallRequest, Installation, Lookup, install, operation::ApiOperation, pager::Listed,
    },
    sources::{Listing, read_nothing},
    tasks::Task,
};

impl App {
    /// The installations of the app, fetched page by page as they are asked for.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without installations.
    pub fn installations(&self) -> Result<Listing<Installation>> {
        self.listing()
    }

    /// The installation that a lookup means. A bare text or number is an installation's id.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where the app is not installed,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a lookup that the platform does not have.
    pub fn find_installation(&self, lookup: impl Into<Lookup>) -> Task<Installation> {
        let lookup = match lookup.into().cleaned() {
            Ok(lookup) => lookup,
            Err(error) => return Task::ready(Err(error)),
        };
        self.spawn(move |client, deadline| {
            client.with_jwt(deadline, |jwt| client.find_installation(&lookup, jwt, deadline))
        })
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn suspend_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::SuspendInstallation, id), read_nothing)
    }

    /// Ends the suspension of an installation.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn unsuspend_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::UnsuspendInstallation, id), read_nothing)
    }

    /// Uninstalls the app from an installation's account. This cannot be undone.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn delete_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::DeleteInstallation, id), read_nothing)
    }

    /// The URL where a person installs the app. No network I/O.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a parameter that the platform does not take.
    pub fn install_url(&self, request: &InstallRequest) -> Result<Authorization> {
        install::url(self.platform(), request, self.0.client.clock().system_now())
    }

    /// The installation that a person has made, given the callback's URL or query. The state is
    /// compared first, and the platform is asked whether the installation is this app's, because
    /// anybody could have written the callback.
    ///
    /// # Errors
    /// [`Reauthorize`](crate::ErrorKind::Reauthorize) for another state,
    /// [`NotFound`](crate::ErrorKind::NotFound) for an installation of another app.
    pub fn finish_install(&self, callback: &str, state: &str) -> Task<Installation> {
        match install::installation_id(self.platform(), callback, state) {
            Ok(id) => self.find_installation(Lookup::Id(id)),
            Err(error) => Task::ready(Err(error)),
        }
    }

    /// A list that is fetched with the app's JWT.
    pub(super) fn listing<T: Listed>(&self) -> Result<Listing<T>> {
        let (client, pool) = (Arc::clone(&self.0.client), self.0.pool.for_calls());
        Listing::new(self.platform(), move |pages| {
            let (client, pages) = (Arc::clone(&client), Arc::clone(pages));
            pool.spawn(move |deadline| {
                let owner = Some(&QuotaOwner::App);
                client.with_jwt(deadline, |jwt| pages.next_item(&client, jwt, owner, deadline))
            })
        })
    }
}

fn about_installation(name: OperationName, id: impl Into<String>) -> ApiOperation {
    let id = id.into();
    let operation = ApiOperation::new(name);
    operation
        .about(Operation::Installations, format!("installation {id}"))
        .with("installation_id", id)
}
