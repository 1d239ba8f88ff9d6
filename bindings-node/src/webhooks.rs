//! Webhooks: events that the platform sends and signs, where it sends them, and its deliveries.

pub(crate) mod records;

use std::convert::identity;

use appmint_core::{Secret, resources::WebhookUpdate};
use napi_derive::napi;

use self::records::{WebhookConfigRecord, WebhookDeliveryRecord};
use crate::{
    app::App,
    completions::Completions,
    errors::{Outcome, outcome},
    installations::listing::Listing,
};

#[napi]
impl App {
    /// Verifies the signature of a webhook. No network I/O.
    #[napi(catch_unwind)]
    pub fn verify_webhook(
        &self,
        headers: Vec<(String, String)>,
        body: &[u8],
        secrets: Vec<String>,
    ) -> Outcome<WebhookEvent> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let secrets: Vec<_> = secrets.into_iter().map(Secret::new).collect();
        outcome(self.0.verify_webhook(&headers, body, &secrets).map(WebhookEvent))
    }

    /// Forgets the tokens that a webhook makes obsolete, so that new ones are minted.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn apply_webhook(&self, event: &WebhookEvent) -> u32 {
        u32::try_from(self.0.apply_webhook(&event.0)).unwrap_or(u32::MAX)
    }

    /// Returns the configuration of the app's webhook.
    #[napi(catch_unwind)]
    pub fn webhook_config(
        &self,
        completions: &Completions,
        id: u32,
    ) -> Option<Outcome<WebhookConfigRecord>> {
        completions.complete(id, self.0.webhook_config(), WebhookConfigRecord::from)
    }

    /// Changes the configuration of the app's webhook. What is not given stays as it is.
    #[napi(catch_unwind)]
    pub fn update_webhook_config(
        &self,
        completions: &Completions,
        id: u32,
        options: WebhookConfigOptions,
    ) -> Option<Outcome<WebhookConfigRecord>> {
        let task = self.0.update_webhook_config(options.into());
        completions.complete(id, task, WebhookConfigRecord::from)
    }

    /// Lists the events that were sent to the app, newest first.
    #[napi(catch_unwind)]
    pub fn webhook_deliveries(&self) -> Outcome<Listing> {
        outcome(self.0.webhook_deliveries().map(Listing::from))
    }

    /// Returns one delivery, with its request and the receiver's response in
    /// `WebhookDelivery::raw`.
    #[napi(catch_unwind)]
    pub fn webhook_delivery(
        &self,
        completions: &Completions,
        id: u32,
        delivery_id: String,
    ) -> Option<Outcome<WebhookDeliveryRecord>> {
        let task = self.0.webhook_delivery(delivery_id);
        completions.complete(id, task, WebhookDeliveryRecord::from)
    }

    /// Has the platform send an event again.
    #[napi(catch_unwind)]
    pub fn redeliver_webhook(
        &self,
        completions: &Completions,
        id: u32,
        delivery_id: String,
    ) -> Option<Outcome<()>> {
        completions.complete(id, self.0.redeliver_webhook(delivery_id), identity)
    }
}

/// An event whose signature was verified.
#[napi]
pub struct WebhookEvent(appmint_core::resources::WebhookEvent);

/// The members of an event.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WebhookEventRecord {
    pub name: Option<String>,
    pub delivery_id: Option<String>,
    pub installation_id: Option<String>,
    pub payload: String,
}

#[napi]
impl WebhookEvent {
    /// All members.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> WebhookEventRecord {
        WebhookEventRecord {
            name: self.0.name.clone(),
            delivery_id: self.0.delivery_id.clone(),
            installation_id: self.0.installation_id.clone(),
            payload: self.0.payload.clone(),
        }
    }
}

/// A change of the webhook's configuration.
#[napi(object, object_to_js = false)]
pub struct WebhookConfigOptions {
    pub url: Option<String>,
    pub content_type: Option<String>,
    pub secret: Option<String>,
    pub insecure_ssl: Option<bool>,
}

impl From<WebhookConfigOptions> for WebhookUpdate {
    fn from(options: WebhookConfigOptions) -> Self {
        Self {
            url: options.url,
            content_type: options.content_type,
            secret: options.secret.map(Secret::new),
            insecure_ssl: options.insecure_ssl,
        }
    }
}
