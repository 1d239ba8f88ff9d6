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
    wait::{call, wait},
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

    /// Looks up one installation, by exactly one argument.
    #[pyo3(signature = (
        *, account=None, id=None, organization=None, user=None, repository=None, enterprise=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn find_installation(
        &self,
        py: Python<'_>,
        account: Optional<'_, '_>,
        id: Optional<'_, '_>,
        organization: Optional<'_, '_>,
        user: Optional<'_, '_>,
        repository: Optional<'_, '_>,
        enterprise: Optional<'_, '_>,
    ) -> PyResult<Installation> {
        let lookup = lookup(py, account, id, organization, user, repository, enterprise)?;
        wait(py, || self.core.find_installation(lookup)).map(Installation)
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    fn suspend_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        let text = arguments::id("id", id)?;
        wait(id.py(), || self.core.suspend_installation(text))
    }

    /// Ends the suspension of an installation.
    fn unsuspend_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        let text = arguments::id("id", id)?;
        wait(id.py(), || self.core.unsuspend_installation(text))
    }

    /// Uninstalls the app from an account. This cannot be undone.
    fn delete_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        let text = arguments::id("id", id)?;
        wait(id.py(), || self.core.delete_installation(text))
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

    /// Returns the installation that a user made.
    ///
    /// The state is compared in constant time, and the platform is asked whether the installation
    /// is this app's: the id in a callback may be anybody's.
    fn finish_install(
        &self,
        callback_url: Argument<'_, '_>,
        state: Argument<'_, '_>,
    ) -> PyResult<Installation> {
        let py = state.py();
        let url = secret("callback_url", callback_url)?;
        let state = secret("state", state)?;
        wait(py, || self.core.finish_install(url.reveal(), state.reveal())).map(Installation)
    }
}
