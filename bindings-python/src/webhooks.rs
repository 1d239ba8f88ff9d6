//! Webhooks: verifying incoming ones, and configuring and repeating the platform's deliveries.

pub(crate) mod config;
pub(crate) mod event;

use appmint_core::resources::WebhookUpdate;
use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{self, Argument, Optional, flag, id, optional, raw_body, text},
    installations::listing::Listing,
    twins::{Nothing, nothing, twins},
    wait::{call, compute},
    webhooks::{
        config::{WebhookConfig, WebhookDelivery},
        event::WebhookEvent,
    },
};

#[pymethods]
impl App {
    /// Verifies the signature of a webhook. No network I/O.
    fn verify_webhook(
        &self,
        headers: Argument<'_, '_>,
        body: Argument<'_, '_>,
        secrets: Argument<'_, '_>,
    ) -> PyResult<WebhookEvent> {
        let py = body.py();
        let headers = arguments::headers("headers", headers)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let body = raw_body("body", body)?;
        let secrets = arguments::secrets("secrets", secrets)?;
        let webhook = compute(py, || self.core.verify_webhook(&headers, &body, &secrets))?;
        WebhookEvent::new(py, webhook)
    }

    /// Forgets the tokens of an installation that was suspended, deleted or changed.
    ///
    /// A webhook about something else is ignored. The store forgets them in the background, for
    /// all who share it; other processes use those in their own memory until they are renewed or
    /// refused.
    fn apply_webhook(&self, webhook: Argument<'_, '_>) -> PyResult<usize> {
        let py = webhook.py();
        let webhook = event::webhook("webhook", webhook)?;
        call(py, || Ok(self.core.apply_webhook(&webhook)))
    }

    /// Lists the events that were sent to the app, newest first.
    ///
    /// Pages are requested as the listing is iterated, none before.
    fn webhook_deliveries(&self, py: Python<'_>) -> PyResult<Listing> {
        call(py, || self.core.webhook_deliveries())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }
}

twins! { impl App {
    /// Returns the configuration of the app's webhook.
    ()
    fn webhook_config / webhook_config_async(this, py) -> WebhookConfig {
        let core = this.core.clone();
        (move || core.webhook_config(), WebhookConfig)
    }

    /// Changes the configuration of the app's webhook. Arguments that are missing keep theirs.
    (*, url=None, content_type=None, secret=None, insecure_ssl=None)
    fn update_webhook_config / update_webhook_config_async(
        this,
        py,
        url: Optional<'_, '_>,
        content_type: Optional<'_, '_>,
        secret: Optional<'_, '_>,
        insecure_ssl: Optional<'_, '_>,
    ) -> WebhookConfig {
        let core = this.core.clone();
        let update = WebhookUpdate {
            url: optional("url", url, text)?,
            content_type: optional("content_type", content_type, text)?,
            secret: optional("secret", secret, arguments::secret)?,
            insecure_ssl: optional("insecure_ssl", insecure_ssl, flag)?,
        };
        (move || core.update_webhook_config(update), WebhookConfig)
    }

    /// Returns one delivery, with its request and the receiver's response in raw.
    (id)
    fn webhook_delivery / webhook_delivery_async(
        this, py, id: Argument<'_, '_>,
    ) -> WebhookDelivery {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.webhook_delivery(text), WebhookDelivery)
    }

    /// Has the platform send an event again.
    (delivery_id)
    fn redeliver_webhook / redeliver_webhook_async(
        this, py, delivery_id: Argument<'_, '_>,
    ) -> Nothing {
        let (core, text) = (this.core.clone(), id("delivery_id", delivery_id)?);
        (move || core.redeliver_webhook(text), nothing)
    }
}}
