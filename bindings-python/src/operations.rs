//! Operations of the platform on the app itself.

pub(crate) mod registration;

use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{Argument, secret},
    operations::registration::Registration,
    tokens::token,
    wait::wait,
};

#[pymethods]
impl App {
    /// Returns the app as it is registered on the platform.
    fn registration(&self, py: Python<'_>) -> PyResult<Registration> {
        wait(py, || self.core.registration()).map(Registration)
    }

    /// Exchanges the code of an app manifest for the app that it created.
    ///
    /// It needs no credential. The platform returns the app's key and secrets this once.
    fn convert_manifest(&self, code: Argument<'_, '_>) -> PyResult<Registration> {
        let py = code.py();
        let code = secret("code", code)?;
        wait(py, || self.core.convert_manifest(code.reveal())).map(Registration)
    }

    /// Reports leaked credentials of anybody; the platform ends them and notifies their owners.
    ///
    /// It needs no credential.
    fn revoke_credentials(&self, credentials: Argument<'_, '_>) -> PyResult<()> {
        let secrets = token::secrets("credentials", credentials)?;
        wait(credentials.py(), || self.core.revoke_credentials(secrets))
    }
}
