//! Installations of the app: looking them up, installing, suspending and deleting.

pub(crate) mod installation;
pub(crate) mod listing;
pub(crate) mod lookup;
pub(crate) mod repository;

use appmint_core::resources::InstallRequest;
use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{self, Argument, Optional, optional, secret, text},
    installations::{installation::Installation, listing::Listing, lookup::lookup},
    oauth::authorization::Authorization,
    twins::{Nothing, nothing, twins},
    wait::call,
};

#[pymethods]
impl App {
    /// Lists the installations of the app.
    ///
    /// Pages are requested as the items are asked for, none before.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/apps#list-installations-for-the-authenticated-app
    ///
    /// Returns:
    ///     The installations.
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no installations.
    fn installations(&self, py: Python<'_>) -> PyResult<Listing> {
        call(py, || self.core.installations())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// Makes the URL of the page on which a user installs the app.
    ///
    /// Keep its state until the user returns, for finish_install. The state is empty if the
    /// platform takes none. No network I/O.
    ///
    /// See https://docs.github.com/en/apps/sharing-github-apps/sharing-your-github-app
    ///
    /// Args:
    ///     app_slug: The app's short name, which is part of its URL: Registration.slug.
    ///     state: A state of your own, which nobody must be able to guess. Default: 256
    ///         random bits, or an empty one if the platform takes none.
    ///     redirect_uri: The URL to which the user returns, on a platform that takes one.
    ///         Default: none is sent.
    ///
    /// Returns:
    ///     The URL and the state.
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no such page, or does not take an argument.
    #[pyo3(signature = (app_slug, *, state=None, redirect_uri=None))]
    fn install_url(
        &self,
        app_slug: Argument<'_, '_>,
        state: Optional<'_, '_>,
        redirect_uri: Optional<'_, '_>,
    ) -> PyResult<Authorization> {
        let request = InstallRequest {
            app_slug: text("app_slug", app_slug)?,
            state: optional("state", state, text)?,
            redirect_uri: optional("redirect_uri", redirect_uri, text)?,
        };
        call(app_slug.py(), || self.core.install_url(&request)).map(Authorization)
    }
}

twins! { impl App {
    /// Looks up one installation, by exactly one argument.
    ///
    /// See https://docs.github.com/en/rest/apps/apps
    ///
    /// Args:
    ///     account: The path, login, name or id of an account of any kind, as the platform
    ///         writes it.
    ///     id: The installation's id.
    ///     organization: An organization's login.
    ///     user: A user's login.
    ///     repository: A repository, as "owner/name".
    ///     enterprise: An enterprise's short name.
    ///
    /// Returns:
    ///     The installation.
    ///
    /// Raises:
    ///     InvalidArgumentError: None or several of the arguments are given, or one is
    ///         malformed.
    ///     UnsupportedError: The platform does not look up installations by this argument.
    ///     NotFoundError: The app is not installed there (reason "not_installed").
    ///     Error: As every call over the network does, see App.
    (*, account=None, id=None, organization=None, user=None, repository=None, enterprise=None)
    fn find_installation / find_installation_async(
        this,
        py,
        account: Optional<'_, '_>,
        id: Optional<'_, '_>,
        organization: Optional<'_, '_>,
        user: Optional<'_, '_>,
        repository: Optional<'_, '_>,
        enterprise: Optional<'_, '_>,
    ) -> Installation {
        let core = this.core.clone();
        let lookup = lookup(py, account, id, organization, user, repository, enterprise)?;
        (move || core.find_installation(lookup), Installation)
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    ///
    /// See https://docs.github.com/en/rest/apps/apps#suspend-an-app-installation
    ///
    /// Args:
    ///     id: The installation's id.
    ///
    /// Raises:
    ///     UnsupportedError: The platform cannot suspend installations.
    ///     NotFoundError: The app has no such installation.
    ///     Error: As every call over the network does, see App.
    (id)
    fn suspend_installation / suspend_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.suspend_installation(text), nothing)
    }

    /// Ends the suspension of an installation.
    ///
    /// See https://docs.github.com/en/rest/apps/apps#unsuspend-an-app-installation
    ///
    /// Args:
    ///     id: The installation's id.
    ///
    /// Raises:
    ///     UnsupportedError: The platform cannot suspend installations.
    ///     NotFoundError: The app has no such installation.
    ///     Error: As every call over the network does, see App.
    (id)
    fn unsuspend_installation / unsuspend_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.unsuspend_installation(text), nothing)
    }

    /// Uninstalls the app from an installation's account. This cannot be undone.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/apps#delete-an-installation-for-the-authenticated-app
    ///
    /// Args:
    ///     id: The installation's id.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not let apps uninstall themselves.
    ///     NotFoundError: The app has no such installation.
    ///     Error: As every call over the network does, see App.
    (id)
    fn delete_installation / delete_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.delete_installation(text), nothing)
    }

    /// Returns the installation that a user has made.
    ///
    /// The state is compared in constant time, and the platform is asked whether the
    /// installation is this app's: anybody could have written the id in a callback.
    ///
    /// See https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app
    ///
    /// Args:
    ///     callback_url: The URL with which the user returned, or its query.
    ///     state: The state of install_url.
    ///
    /// Returns:
    ///     The installation.
    ///
    /// Raises:
    ///     ReauthorizeError: The callback has another state (reason "state_mismatch").
    ///     NotFoundError: The installation is not this app's.
    ///     ProtocolError: The callback has no installation's id (reason "missing_member").
    ///     PendingError: An owner of the account has yet to approve (reason
    ///         "installation_requested").
    ///     Error: As every call over the network does, see App.
    (callback_url, state)
    fn finish_install / finish_install_async(
        this, py, callback_url: Argument<'_, '_>, state: Argument<'_, '_>,
    ) -> Installation {
        let (core, url) = (this.core.clone(), secret("callback_url", callback_url)?);
        let state = secret("state", state)?;
        (move || core.finish_install(url.reveal(), state.reveal()), Installation)
    }
}}
