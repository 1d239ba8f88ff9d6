//! What an app asks and does beside minting, its calls to the API, and the events that it is sent.

use appmint_core::{Flight, Secret};
use pyo3::prelude::*;

use super::App;
use crate::{
    call,
    convert::{self, Argument, Given, given, id, pairs, raw_body, secret, token},
    listing::Listing,
    registration::Registration,
    response::Response,
    wait::{compute, land, run},
    webhook::{self, WebhookEvent},
    webhook_config::{self, WebhookConfig, WebhookDelivery},
};

#[pymethods]
impl App {
    /// An API call as the app, or with the token given; any status is an answer. The timeout
    /// (default: the app's) is for the whole of it.
    #[pyo3(signature = (
        method, path, headers=None, json=None, body=None, token=None, *, timeout=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn request(
        &self,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Given<'_, '_>,
        json: Given<'_, '_>,
        body: Given<'_, '_>,
        token: Given<'_, '_>,
        timeout: Given<'_, '_>,
    ) -> PyResult<Response> {
        let call = call::read(method, path, headers, json, body, timeout)?;
        let token = given("token", token, convert::token)?;
        let call = token.into_iter().fold(call, appmint_core::Call::token);
        land(method.py(), || self.core.request(call)).map(Response)
    }

    /// The app as the platform has it registered.
    fn registration(&self, py: Python<'_>) -> PyResult<Registration> {
        land(py, || self.core.registration()).map(Registration)
    }

    /// The app that a manifest's code stands for, with its key and secrets, which are told once.
    /// Needs no credential.
    fn convert_manifest(&self, code: Argument<'_, '_>) -> PyResult<Registration> {
        let secret = secret("code", code)?;
        land(code.py(), || self.core.convert_manifest(secret.reveal())).map(Registration)
    }

    /// Reports credentials that have leaked, whosever they are; the platform ends them and tells
    /// their owners. Needs no credential.
    fn revoke_credentials(&self, credentials: Argument<'_, '_>) -> PyResult<()> {
        let secrets = convert::tokens("credentials", credentials)?;
        land(credentials.py(), || self.core.revoke_credentials(secrets))
    }

    /// Where the platform sends the app's events.
    fn webhook_config(&self, py: Python<'_>) -> PyResult<WebhookConfig> {
        land(py, || self.core.webhook_config()).map(WebhookConfig)
    }

    /// Changes where and how the platform sends the app's events. What is not given stays.
    #[pyo3(signature = (*, url=None, content_type=None, secret=None, insecure_ssl=None))]
    fn update_webhook_config(
        &self,
        py: Python<'_>,
        url: Given<'_, '_>,
        content_type: Given<'_, '_>,
        secret: Given<'_, '_>,
        insecure_ssl: Given<'_, '_>,
    ) -> PyResult<WebhookConfig> {
        let change = webhook_config::change(url, content_type, secret, insecure_ssl)?;
        land(py, || self.core.update_webhook_config(change)).map(WebhookConfig)
    }

    /// The events that were sent to the app, newest first, fetched page by page as they are asked
    /// for.
    fn webhook_deliveries(&self, py: Python<'_>) -> PyResult<Listing> {
        run(py, || self.core.webhook_deliveries())
            .map(|list| Listing::new(list, self.callbacks.clone_ref(py)))
    }

    /// One of them, with what was sent and what the receiver answered in its raw.
    fn webhook_delivery(&self, id: Argument<'_, '_>) -> PyResult<WebhookDelivery> {
        of_id("id", id, |id| self.core.webhook_delivery(id)).map(WebhookDelivery)
    }

    /// Has an event sent once more.
    fn redeliver_webhook(&self, delivery_id: Argument<'_, '_>) -> PyResult<()> {
        of_id("delivery_id", delivery_id, |id| self.core.redeliver_webhook(id))
    }

    /// A webhook whose signature proved right with one of the secrets; nothing goes out.
    ///
    /// The headers' names may be in any case; the body is the bytes as they came, before anything
    /// decoded or parsed them. Two secrets are for the time while one replaces the other.
    fn verify_webhook(
        &self,
        headers: Argument<'_, '_>,
        body: Argument<'_, '_>,
        secrets: Argument<'_, '_>,
    ) -> PyResult<WebhookEvent> {
        let py = body.py();
        let headers = pairs("headers", headers)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (body, secrets) = (raw_body("body", body)?, convert::secrets("secrets", secrets)?);
        let webhook = compute(py, || self.core.verify_webhook(&headers, &body, &secrets))?;
        WebhookEvent::new(py, webhook)
    }

    /// Forgets the tokens of an installation that a webhook says was suspended, deleted or
    /// changed; how many.
    fn apply_webhook(&self, webhook: Argument<'_, '_>) -> PyResult<usize> {
        let py = webhook.py();
        let webhook = webhook::read("webhook", webhook)?;
        run(py, || Ok(self.core.apply_webhook(&webhook)))
    }
}

/// What comes of a call about the thing that has this id.
pub(super) fn of_id<T: Clone + Send + Sync + 'static>(
    name: &str,
    value: Argument<'_, '_>,
    take_off: impl FnOnce(String) -> Flight<T>,
) -> PyResult<T> {
    let text = id(name, value)?;
    land(value.py(), || take_off(text))
}

/// What comes of a call about a token.
pub(super) fn of_token<T: Clone + Send + Sync + 'static>(
    value: Argument<'_, '_>,
    take_off: impl FnOnce(Secret) -> Flight<T>,
) -> PyResult<T> {
    let secret = token("token", value)?;
    land(value.py(), || take_off(secret))
}
