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
    /// Pages are requested as the listing is iterated, none before.
    fn installations(&self, py: Python<'_>) -> PyResult<Listing> {
        call(py, || self.core.installations())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    /// Makes the URL of the page on which a user installs the app. No network I/O.
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
    (id)
    fn suspend_installation / suspend_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.suspend_installation(text), nothing)
    }

    /// Ends the suspension of an installation.
    (id)
    fn unsuspend_installation / unsuspend_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.unsuspend_installation(text), nothing)
    }

    /// Uninstalls the app from an account. This cannot be undone.
    (id)
    fn delete_installation / delete_installation_async(this, py, id: Argument<'_, '_>) -> Nothing {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.delete_installation(text), nothing)
    }

    /// Returns the installation that a user made.
    ///
    /// The state is compared in constant time, and the platform is asked whether the installation
    /// is this app's: the id in a callback may be anybody's.
    (callback_url, state)
    fn finish_install / finish_install_async(
        this, py, callback_url: Argument<'_, '_>, state: Argument<'_, '_>,
    ) -> Installation {
        let (core, url) = (this.core.clone(), secret("callback_url", callback_url)?);
        let state = secret("state", state)?;
        (move || core.finish_install(url.reveal(), state.reveal()), Installation)
    }
}}
