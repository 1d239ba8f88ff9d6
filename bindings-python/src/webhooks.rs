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
    ///
    /// The headers are a mapping, or pairs of text or of bytes, as in the scope of ASGI.
    ///
    /// See https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    ///
    /// Args:
    ///     headers: All headers of the request, with names in any case; it depends on the
    ///         platform which of them count.
    ///     body: The raw bytes of the request, before anything parses them: a body that was
    ///         parsed and written again has another signature.
    ///     secrets: The webhook's secret; several while one replaces the other.
    ///
    /// Returns:
    ///     The event, with its signed payload.
    ///
    /// Raises:
    ///     UnauthorizedError: There is no signature, or one that fits none of the secrets
    ///         (reason "invalid_signature").
    ///     InvalidArgumentError: A secret is missing or empty.
    ///     ProtocolError: The signed payload is not JSON (reason "not_json").
    ///     UnsupportedError: The platform does not sign webhooks.
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

    /// Forgets the tokens that a webhook makes obsolete, so that new ones are minted.
    ///
    /// They are those of an installation that was suspended, deleted, or given other
    /// permissions or repositories, and those of a user who revoked the authorization of the
    /// app, whose sessions end if they were started with the id of the user's account. A
    /// webhook about something else is ignored.
    ///
    /// In the store they are forgotten in the background, for all who share it; if the store
    /// fails, that is an event store_failed, and this process tries again before it looks
    /// there. Other processes use those in their own memory until they are renewed or
    /// refused: apply the webhook there, too.
    ///
    /// The signature does not cover the event's name. A forged name causes no more than
    /// tokens minted anew: a revocation is recognised by the signed payload. No network I/O.
    ///
    /// See https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
    ///
    /// Args:
    ///     webhook: The result of verify_webhook.
    ///
    /// Returns:
    ///     How many of these tokens were in memory.
    fn apply_webhook(&self, webhook: Argument<'_, '_>) -> PyResult<usize> {
        let py = webhook.py();
        let webhook = event::webhook("webhook", webhook)?;
        call(py, || Ok(self.core.apply_webhook(&webhook)))
    }

    /// Lists the events that were sent to the app, newest first.
    ///
    /// Pages are requested as the items are asked for, none before.
    ///
    /// See https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
    ///
    /// Returns:
    ///     The deliveries.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not list deliveries.
    fn webhook_deliveries(&self, py: Python<'_>) -> PyResult<Listing> {
        call(py, || self.core.webhook_deliveries())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }
}

twins! { impl App {
    /// Returns the configuration of the app's webhook.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
    ///
    /// Returns:
    ///     The URL and the format of deliveries. The secret is not part of it.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    ()
    fn webhook_config / webhook_config_async(this, py) -> WebhookConfig {
        let core = this.core.clone();
        (move || core.webhook_config(), WebhookConfig)
    }

    /// Changes the configuration of the app's webhook. What is not given stays as it is.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
    ///
    /// Args:
    ///     url: The URL to which the platform sends events. Default: unchanged.
    ///     content_type: The format of events: "json" or "form". Default: unchanged.
    ///     secret: The secret that signs events. Default: unchanged.
    ///     insecure_ssl: Whether the platform skips the check of the receiver's certificate,
    ///         so that anybody on the way can pose as it. Default: unchanged.
    ///
    /// Returns:
    ///     The new configuration.
    ///
    /// Raises:
    ///     InvalidArgumentError: No change is given.
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
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

    /// Returns one delivery, with its request and the receiver's response in
    /// WebhookDelivery.raw.
    ///
    /// See https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook
    ///
    /// Args:
    ///     id: The delivery's id, not its guid.
    ///
    /// Returns:
    ///     The delivery.
    ///
    /// Raises:
    ///     NotFoundError: There is no such delivery.
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (id)
    fn webhook_delivery / webhook_delivery_async(
        this, py, id: Argument<'_, '_>,
    ) -> WebhookDelivery {
        let (core, text) = (this.core.clone(), arguments::id("id", id)?);
        (move || core.webhook_delivery(text), WebhookDelivery)
    }

    /// Has the platform send an event again.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook
    ///
    /// Args:
    ///     delivery_id: The delivery's id, not its guid.
    ///
    /// Raises:
    ///     NotFoundError: There is no such delivery.
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (delivery_id)
    fn redeliver_webhook / redeliver_webhook_async(
        this, py, delivery_id: Argument<'_, '_>,
    ) -> Nothing {
        let (core, text) = (this.core.clone(), id("delivery_id", delivery_id)?);
        (move || core.redeliver_webhook(text), nothing)
    }
}}
