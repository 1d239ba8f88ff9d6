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
    /// Lists the installations of the app.
    ///
    /// Pages are requested as the items are asked for, none before.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no installations.
    pub fn installations(&self) -> Result<Listing<Installation>> {
        self.listing()
    }

    /// Looks up one installation, by exactly one argument.
    ///
    /// A bare text or number is an installation's id; [`Lookup`](crate::Lookup) has the others.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/apps#get-an-organization-installation-for-the-authenticated-app>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if none or several of the arguments
    ///   are given, or one is malformed.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not look up
    ///   installations by this argument.
    /// - [`NotFound`](crate::ErrorKind::NotFound) (`not_installed`) if the app is not installed
    ///   there.
    /// - Those of [every call over the network](crate#errors).
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
    /// - `id`: The installation's id.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform cannot suspend
    ///   installations.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the app has no such installation.
    /// - Those of [every call over the network](crate#errors).
    pub fn suspend_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::SuspendInstallation, id), read_nothing)
    }

    /// Ends the suspension of an installation.
    ///
    /// - `id`: The installation's id.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform cannot suspend
    ///   installations.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the app has no such installation.
    /// - Those of [every call over the network](crate#errors).
    pub fn unsuspend_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::UnsuspendInstallation, id), read_nothing)
    }

    /// Uninstalls the app from an installation's account. This cannot be undone.
    ///
    /// - `id`: The installation's id.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not let apps uninstall
    ///   themselves.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the app has no such installation.
    /// - Those of [every call over the network](crate#errors).
    pub fn delete_installation(&self, id: impl Into<String>) -> Task<()> {
        self.perform(about_installation(OperationName::DeleteInstallation, id), read_nothing)
    }

    /// Makes the URL of the page on which a user installs the app.
    ///
    /// Keep its state until the user returns, for
    /// [`App::finish_install`](crate::App::finish_install). The state is empty if the platform
    /// takes none. No network I/O.
    ///
    /// Source: <https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no such page, or does
    ///   not take an argument.
    pub fn install_url(&self, request: &InstallRequest) -> Result<Authorization> {
        install::url(self.platform(), request, self.0.client.clock().system_now())
    }

    /// Returns the installation that a user has made.
    ///
    /// The state is compared in constant time, and the platform is asked whether the installation
    /// is this app's: anybody could have written the id in a callback.
    ///
    /// - `callback`: The URL with which the user returned, or its query.
    /// - `state`: The state of [`App::install_url`](crate::App::install_url).
    ///
    /// Source:
    /// <https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url>
    ///
    /// # Errors
    /// - [`Reauthorize`](crate::ErrorKind::Reauthorize) (`state_mismatch`) if the callback has
    ///   another state.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the installation is not this app's.
    /// - [`Protocol`](crate::ErrorKind::Protocol) (`missing_member`) if the callback has no
    ///   installation's id.
    /// - [`Pending`](crate::ErrorKind::Pending) (`installation_requested`) if an owner of the
    ///   account has yet to approve.
    /// - Those of [every call over the network](crate#errors).
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
