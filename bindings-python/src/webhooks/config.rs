//! The configuration of the app's webhook, and the deliveries that the platform made.

use pyo3::prelude::*;

use crate::{json::Json, time::Time, values::record};

/// The configuration of the app's webhook. The secret is not part of it.
///
/// See
/// https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct WebhookConfig(pub(crate) appmint_core::resources::WebhookConfig);

record! { impl WebhookConfig {
    /// The URL to which the platform sends events.
    url: Option<&str>;
    /// The format of events: "json" or "form".
    content_type: Option<&str>;
    /// Whether the platform skips the check of the receiver's certificate.
    insecure_ssl: Option<bool>;
    /// The whole object as the platform sent it.
    raw: Json<'_>;
}}

#[pymethods]
impl WebhookConfig {
    // Without the URL: that of some receivers contains a secret.
    fn __repr__(&self) -> String {
        match &self.0.content_type {
            Some(content_type) => format!("<appmint.WebhookConfig of {content_type}>"),
            None => "<appmint.WebhookConfig>".to_owned(),
        }
    }
}

/// An attempt of the platform to send an event to the app.
///
/// Only its id is certain.
///
/// See https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct WebhookDelivery(pub(crate) appmint_core::resources::WebhookDelivery);

record! { impl WebhookDelivery {
    /// The delivery's id, which App.webhook_delivery and App.redeliver_webhook take.
    id: &str;
    /// The id that the receiver gets, which is the same for each attempt.
    guid: Option<&str>;
    /// The event's name, such as "push".
    event: Option<&str>;
    /// The event's action, such as "opened".
    action: Option<&str>;
    /// The outcome, in the platform's words.
    status: Option<&str>;
    /// The HTTP status of the receiver's response.
    status_code: Option<u16>;
    /// When it was sent, in UTC.
    delivered_at: Option<Time>;
    /// Whether the event had been sent before.
    is_redelivery: Option<bool>;
    /// The id of the installation that it is about.
    installation_id: Option<&str>;
    /// The id of the repository that it is about.
    repository_id: Option<&str>;
    /// The whole object as the platform sent it. That of App.webhook_delivery has the request
    /// and the response in it, too.
    raw: Json<'_>;
}}

#[pymethods]
impl WebhookDelivery {
    fn __repr__(&self) -> String {
        match &self.0.event {
            Some(event) => format!("<appmint.WebhookDelivery {} of {event}>", self.0.id),
            None => format!("<appmint.WebhookDelivery {}>", self.0.id),
        }
    }
}
