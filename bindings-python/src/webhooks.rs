//! Webhooks: verifying those that come in, and configuring what the platform sends.

pub(crate) mod config;
pub(crate) mod event;

use appmint_core::WebhookUpdate;
use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{self, Argument, Optional, flag, id, optional, pairs, raw_body, text},
    installations::listing::Listing,
    wait::{call, compute, wait},
    webhooks::{
        config::{WebhookConfig, WebhookDelivery},
        event::WebhookEvent,
    },
};

#[pymethods]
impl App {
    fn verify_webhook(
        &self,
        headers: Argument<'_, '_>,
        body: Argument<'_, '_>,
        secrets: Argument<'_, '_>,
    ) -> PyResult<WebhookEvent> {
        let py = body.py();
        let headers = pairs("headers", headers)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let body = raw_body("body", body)?;
        let secrets = arguments::secrets("secrets", secrets)?;
        let webhook = compute(py, || self.core.verify_webhook(&headers, &body, &secrets))?;
        WebhookEvent::new(py, webhook)
    }

    fn apply_webhook(&self, webhook: Argument<'_, '_>) -> PyResult<usize> {
        let py = webhook.py();
        let webhook = event::webhook("webhook", webhook)?;
        call(py, || Ok(self.core.apply_webhook(&webhook)))
    }

    fn webhook_config(&self, py: Python<'_>) -> PyResult<WebhookConfig> {
        wait(py, || self.core.webhook_config()).map(WebhookConfig)
    }

    #[pyo3(signature = (*, url=None, content_type=None, secret=None, insecure_ssl=None))]
    fn update_webhook_config(
        &self,
        py: Python<'_>,
        url: Optional<'_, '_>,
        content_type: Optional<'_, '_>,
        secret: Optional<'_, '_>,
        insecure_ssl: Optional<'_, '_>,
    ) -> PyResult<WebhookConfig> {
        let update = WebhookUpdate {
            url: optional("url", url, text)?,
            content_type: optional("content_type", content_type, text)?,
            secret: optional("secret", secret, arguments::secret)?,
            insecure_ssl: optional("insecure_ssl", insecure_ssl, flag)?,
        };
        wait(py, || self.core.update_webhook_config(update)).map(WebhookConfig)
    }

    fn webhook_deliveries(&self, py: Python<'_>) -> PyResult<Listing> {
        call(py, || self.core.webhook_deliveries())
            .map(|listing| Listing::new(listing, self.callbacks.clone_ref(py)))
    }

    fn webhook_delivery(&self, id: Argument<'_, '_>) -> PyResult<WebhookDelivery> {
        let text = arguments::id("id", id)?;
        wait(id.py(), || self.core.webhook_delivery(text)).map(WebhookDelivery)
    }

    fn redeliver_webhook(&self, delivery_id: Argument<'_, '_>) -> PyResult<()> {
        let text = id("delivery_id", delivery_id)?;
        wait(delivery_id.py(), || self.core.redeliver_webhook(text))
    }
}
