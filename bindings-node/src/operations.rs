//! What an app does beside finding installations and getting tokens.

use std::convert::identity;

use appmint_core::{InstallRequest, Secret, Target, WebhookUpdate};
use napi_derive::napi;

use crate::{
    app::{App, InstallationRecord, Narrowing},
    authorization::Authorization,
    introspection::IntrospectionRecord,
    landing::Landings,
    listing::Listing,
    outcome::{Outcome, outcome},
    registration::Registration,
    token::Token,
    webhook_config::{WebhookConfigRecord, WebhookDeliveryRecord},
};

#[napi]
impl App {
    /// The app as the platform has it registered.
    #[napi(catch_unwind)]
    pub fn registration(&self, landings: &Landings, id: u32) -> Option<Outcome<Registration>> {
        landings.await_landing(id, self.0.registration(), Registration)
    }

    /// The app that a manifest's code stands for.
    #[napi(catch_unwind)]
    pub fn convert_manifest(
        &self,
        landings: &Landings,
        id: u32,
        code: String,
    ) -> Option<Outcome<Registration>> {
        landings.await_landing(id, self.0.convert_manifest(code), Registration)
    }

    /// Suspends an installation.
    #[napi(catch_unwind)]
    pub fn suspend_installation(
        &self,
        landings: &Landings,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.suspend_installation(installation_id), identity)
    }

    /// Lets a suspended installation work again.
    #[napi(catch_unwind)]
    pub fn unsuspend_installation(
        &self,
        landings: &Landings,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.unsuspend_installation(installation_id), identity)
    }

    /// Uninstalls the app from where this installation is.
    #[napi(catch_unwind)]
    pub fn delete_installation(
        &self,
        landings: &Landings,
        id: u32,
        installation_id: String,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.delete_installation(installation_id), identity)
    }

    /// Where the platform sends the app's events.
    #[napi(catch_unwind)]
    pub fn webhook_config(
        &self,
        landings: &Landings,
        id: u32,
    ) -> Option<Outcome<WebhookConfigRecord>> {
        landings.await_landing(id, self.0.webhook_config(), WebhookConfigRecord::of)
    }

    /// Changes where and how the platform sends the app's events.
    #[napi(catch_unwind)]
    pub fn update_webhook_config(
        &self,
        landings: &Landings,
        id: u32,
        change: HookOptions,
    ) -> Option<Outcome<WebhookConfigRecord>> {
        let flight = self.0.update_webhook_config(change.into());
        landings.await_landing(id, flight, WebhookConfigRecord::of)
    }

    /// The events that were sent to the app.
    #[napi(catch_unwind)]
    pub fn webhook_deliveries(&self) -> Outcome<Listing> {
        outcome(self.0.webhook_deliveries().map(Listing::from))
    }

    /// One of them.
    #[napi(catch_unwind)]
    pub fn webhook_delivery(
        &self,
        landings: &Landings,
        id: u32,
        delivery_id: String,
    ) -> Option<Outcome<WebhookDeliveryRecord>> {
        landings.await_landing(id, self.0.webhook_delivery(delivery_id), WebhookDeliveryRecord::of)
    }

    /// Has an event sent once more.
    #[napi(catch_unwind)]
    pub fn redeliver_webhook(
        &self,
        landings: &Landings,
        id: u32,
        delivery_id: String,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.redeliver_webhook(delivery_id), identity)
    }

    /// A user's token as the platform knows it.
    #[napi(catch_unwind)]
    pub fn check_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
    ) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.check_token(token), Token)
    }

    /// A new token in the place of a user's token.
    #[napi(catch_unwind)]
    pub fn reset_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
    ) -> Option<Outcome<Token>> {
        landings.await_landing(id, self.0.reset_token(token), Token)
    }

    /// A user token that reaches a part of what another does, on the one account given.
    #[napi(catch_unwind)]
    pub fn scope_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
        account: TargetOptions,
        narrowing: Narrowing,
    ) -> Option<Outcome<Token>> {
        match Target::only(account.target, account.target_id) {
            Ok(target) => {
                let flight = self.0.scope_token(token, &target, &narrowing.into());
                landings.await_landing(id, flight, Token)
            }
            Err(error) => Some(outcome(Err(error))),
        }
    }

    /// Ends a user's token.
    #[napi(catch_unwind)]
    pub fn delete_token(&self, landings: &Landings, id: u32, token: String) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.delete_token(token), identity)
    }

    /// Ends a user's authorization of the app.
    #[napi(catch_unwind)]
    pub fn delete_grant(&self, landings: &Landings, id: u32, token: String) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.delete_grant(token), identity)
    }

    /// Ends a token at the authorization server.
    #[napi(catch_unwind)]
    pub fn revoke_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
        hint: Option<String>,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.revoke_token(token, hint), identity)
    }

    /// What the authorization server knows of a token.
    #[napi(catch_unwind)]
    pub fn introspect_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
        hint: Option<String>,
    ) -> Option<Outcome<IntrospectionRecord>> {
        let flight = self.0.introspect_token(token, hint);
        landings.await_landing(id, flight, IntrospectionRecord::of)
    }

    /// Reports credentials that have leaked.
    #[napi(catch_unwind)]
    pub fn revoke_credentials(
        &self,
        landings: &Landings,
        id: u32,
        credentials: Vec<String>,
    ) -> Option<Outcome<()>> {
        let credentials = credentials.into_iter().map(Secret::new).collect();
        landings.await_landing(id, self.0.revoke_credentials(credentials), identity)
    }

    /// Ends an installation token.
    #[napi(catch_unwind)]
    pub fn revoke_installation_token(
        &self,
        landings: &Landings,
        id: u32,
        token: String,
    ) -> Option<Outcome<()>> {
        landings.await_landing(id, self.0.revoke_installation_token(token), identity)
    }

    /// Where a person installs the app.
    #[napi(catch_unwind)]
    pub fn install_url(&self, request: InstallOptions) -> Outcome<Authorization> {
        outcome(self.0.install_url(&request.into()).map(Authorization))
    }

    /// The installation that a person came back from making.
    #[napi(catch_unwind)]
    pub fn finish_install(
        &self,
        landings: &Landings,
        id: u32,
        callback_url: String,
        state: String,
    ) -> Option<Outcome<InstallationRecord>> {
        let flight = self.0.finish_install(&callback_url, &state);
        landings.await_landing(id, flight, InstallationRecord::of)
    }
}

/// What to change of the app's webhook.
#[napi(object, object_to_js = false)]
pub struct HookOptions {
    pub url: Option<String>,
    pub content_type: Option<String>,
    pub secret: Option<String>,
    pub insecure_ssl: Option<bool>,
}

impl From<HookOptions> for WebhookUpdate {
    fn from(options: HookOptions) -> Self {
        Self {
            url: options.url,
            content_type: options.content_type,
            secret: options.secret.map(Secret::new),
            insecure_ssl: options.insecure_ssl,
        }
    }
}

/// The account that a token is scoped to.
#[napi(object, object_to_js = false)]
pub struct TargetOptions {
    pub target: Option<String>,
    pub target_id: Option<String>,
}

/// What installing asks for.
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
