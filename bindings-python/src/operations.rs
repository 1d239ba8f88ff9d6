//! Operations of the platform on the app itself.

pub(crate) mod registration;

use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{Argument, secret},
    operations::registration::Registration,
    tokens::token,
    twins::{Nothing, nothing, twins},
};

twins! { impl App {
    /// Returns the app as it is registered on the platform.
    ()
    fn registration / registration_async(this, py) -> Registration {
        let core = this.core.clone();
        (move || core.registration(), Registration)
    }

    /// Exchanges the code of an app manifest for the app that it created.
    ///
    /// It needs no credential. The platform returns the app's key and secrets this once.
    (code)
    fn convert_manifest / convert_manifest_async(this, py, code: Argument<'_, '_>) -> Registration {
        let (core, code) = (this.core.clone(), secret("code", code)?);
        (move || core.convert_manifest(code.reveal()), Registration)
    }

    /// Reports leaked credentials of anybody; the platform ends them and notifies their owners.
    ///
    /// It needs no credential.
    (credentials)
    fn revoke_credentials / revoke_credentials_async(
        this, py, credentials: Argument<'_, '_>,
    ) -> Nothing {
        let (core, secrets) = (this.core.clone(), token::secrets("credentials", credentials)?);
        (move || core.revoke_credentials(secrets), nothing)
    }
}}
