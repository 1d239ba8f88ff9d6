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
    ///
    /// See https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
    ///
    /// Returns:
    ///     The registration, without its secrets.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    ()
    fn registration / registration_async(this, py) -> Registration {
        let core = this.core.clone();
        (move || core.registration(), Registration)
    }

    /// Exchanges the code of an app manifest for the app that it created.
    ///
    /// It needs no credential. A code works once, and the platform returns the app's key and
    /// secrets this once.
    ///
    /// See https://docs.github.com/en/apps/sharing-github-apps
    ///
    /// Args:
    ///     code: The code with which the user returned from creating the app.
    ///
    /// Returns:
    ///     The registration with its key and secrets.
    ///
    /// Raises:
    ///     NotFoundError: The code is unknown or was used.
    ///     UnsupportedError: The platform has no app manifests.
    ///     Error: As every call over the network does, see App.
    (code)
    fn convert_manifest / convert_manifest_async(this, py, code: Argument<'_, '_>) -> Registration {
        let (core, code) = (this.core.clone(), secret("code", code)?);
        (move || core.convert_manifest(code.reveal()), Registration)
    }

    /// Reports leaked credentials of anybody; the platform ends them and notifies their
    /// owners.
    ///
    /// It needs no credential.
    ///
    /// See https://docs.github.com/en/rest/credentials/revoke
    ///
    /// Args:
    ///     credentials: The leaked credentials.
    ///
    /// Raises:
    ///     InvalidArgumentError: There are no credentials, or one is empty.
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (credentials)
    fn revoke_credentials / revoke_credentials_async(
        this, py, credentials: Argument<'_, '_>,
    ) -> Nothing {
        let (core, secrets) = (this.core.clone(), token::secrets("credentials", credentials)?);
        (move || core.revoke_credentials(secrets), nothing)
    }
}}
