//! Installations: listed, looked up, suspended, deleted and made.

pub(crate) mod listing;
pub(crate) mod lookup;
pub(crate) mod records;

use std::convert::identity;

use appmint_core::resources::InstallRequest;
use napi_derive::napi;

use self::{listing::Listing, lookup::lookup, records::InstallationRecord};
use crate::{
    app::App,
    completions::Completions,
    errors::{Outcome, outcome},
    oauth::authorization::Authorization,
};

#[napi]
impl App {
    /// Lists the installations of the app.
    #[napi(catch_unwind)]
    pub fn installations(&self) -> Outcome<Listing> {
        outcome(self.0.installations().map(Listing::from))
    }

    /// Looks up one installation, by exactly one argument.
    #[napi(catch_unwind)]
    pub fn find_installation(
        &self,
        completions: &Completions,
        id: u32,
        pairs: Vec<(String, String)>,
    ) -> Option<Outcome<InstallationRecord>> {
        match lookup(&pairs) {
            Ok(lookup) => {
                let task = self.0.find_installation(lookup);
                completions.complete(id, task, InstallationRecord::from)
            }
            Err(error) => Some(outcome(Err(error))),
        }
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    #[napi(catch_unwind)]
    pub fn suspend_installation(
        &self,
        completions: &Completions,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.suspend_installation(installation_id), identity)
    }

    /// Ends the suspension of an installation.
    #[napi(catch_unwind)]
    pub fn unsuspend_installation(
        &self,
        completions: &Completions,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.unsuspend_installation(installation_id), identity)
    }

    /// Uninstalls the app from an installation's account. This cannot be undone.
    #[napi(catch_unwind)]
    pub fn delete_installation(
        &self,
        completions: &Completions,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.delete_installation(installation_id), identity)
    }

    /// Makes the URL of the page on which a user installs the app.
    #[napi(catch_unwind)]
    pub fn install_url(&self, options: InstallOptions) -> Outcome<Authorization> {
        outcome(self.0.install_url(&options.into()).map(Authorization))
    }

    /// Returns the installation that a user has made.
    #[napi(catch_unwind)]
    pub fn finish_install(
        &self,
        completions: &Completions,
        id: u32,
        callback_url: String,
        state: String,
    ) -> Option<Outcome<InstallationRecord>> {
        let task = self.0.finish_install(&callback_url, &state);
        completions.complete(id, task, InstallationRecord::from)
    }
}

/// The parameters of an installation page.
#[napi(object, object_to_js = false)]
pub struct InstallOptions {
    pub app_slug: String,
    pub state: Option<String>,
    pub redirect_uri: Option<String>,
}

impl From<InstallOptions> for InstallRequest {
    fn from(options: InstallOptions) -> Self {
        Self {
            app_slug: options.app_slug,
            state: options.state,
            redirect_uri: options.redirect_uri,
        }
    }
}
