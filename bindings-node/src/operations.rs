//! Platform operations: the registration of the app, and the revocation of leaked credentials.

pub(crate) mod registration;

use std::convert::identity;

use appmint_core::Secret;
use napi_derive::napi;

use self::registration::Registration;
use crate::{app::App, completions::Completions, errors::Outcome};

#[napi]
impl App {
    /// Returns the app as it is registered on the platform.
    #[napi(catch_unwind)]
    pub fn registration(
        &self,
        completions: &Completions,
        id: u32,
    ) -> Option<Outcome<Registration>> {
        completions.complete(id, self.0.registration(), Registration)
    }

    /// Exchanges the code of an app manifest for the app that it created.
    #[napi(catch_unwind)]
    pub fn convert_manifest(
        &self,
        completions: &Completions,
        id: u32,
        code: String,
    ) -> Option<Outcome<Registration>> {
        completions.complete(id, self.0.convert_manifest(code), Registration)
    }

    /// Reports leaked credentials of anybody; the platform ends them and notifies their owners.
    #[napi(catch_unwind)]
    pub fn revoke_credentials(
        &self,
        completions: &Completions,
        id: u32,
        credentials: Vec<String>,
    ) -> Option<Outcome<()>> {
        let credentials = credentials.into_iter().map(Secret::new).collect();
        completions.complete(id, self.0.revoke_credentials(credentials), identity)
    }
}
