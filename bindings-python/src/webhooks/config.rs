//! The configuration of the app's webhook, and the deliveries that the platform made.

use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{json, time::Time, values};

/// The configuration of the app's webhook. The secret is not part of it.
///
/// See https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app
#[pyclass(frozen, eq, weakref, module = "appmint")]
#[derive(PartialEq)]
pub(crate) struct WebhookConfig(pub(crate) appmint_core::resources::WebhookConfig);

#[pymethods]
impl WebhookConfig {
    /// The URL to which the platform sends events.
    #[getter]
    fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// The format of events: "json" or "form".
    #[getter]
    fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// Whether the platform skips the check of the receiver's certificate.
    #[getter]
    fn insecure_ssl(&self) -> Option<bool> {
        self.0.insecure_ssl
    }

    /// The whole object as the platform sent it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "WebhookConfig", &self.0)
    }

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

#[pymethods]
impl WebhookDelivery {
    /// The delivery's id, which App.webhook_delivery and App.redeliver_webhook take.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The id that the receiver gets, which is the same for each attempt.
    #[getter]
    fn guid(&self) -> Option<&str> {
        self.0.guid.as_deref()
    }

    /// The event's name, such as "push".
    #[getter]
    fn event(&self) -> Option<&str> {
        self.0.event.as_deref()
    }

    /// The event's action, such as "opened".
    #[getter]
    fn action(&self) -> Option<&str> {
        self.0.action.as_deref()
    }

    /// The outcome, in the platform's words.
    #[getter]
    fn status(&self) -> Option<&str> {
        self.0.status.as_deref()
    }

    /// The HTTP status of the receiver's response.
    #[getter]
    fn status_code(&self) -> Option<u16> {
        self.0.status_code
    }

    /// When it was sent, in UTC.
    #[getter]
    fn delivered_at(&self) -> Option<Time> {
        self.0.delivered_at.map(Time)
    }

    /// Whether the event had been sent before.
    #[getter]
    fn is_redelivery(&self) -> Option<bool> {
        self.0.is_redelivery
    }

    /// The id of the installation that it is about.
    #[getter]
    fn installation_id(&self) -> Option<&str> {
        self.0.installation_id.as_deref()
    }

    /// The id of the repository that it is about.
    #[getter]
    fn repository_id(&self) -> Option<&str> {
        self.0.repository_id.as_deref()
    }

    /// The whole object as the platform sent it. That of App.webhook_delivery has the request and
    /// the response in it, too.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::value(py, &self.0.raw)
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "WebhookDelivery", &self.0)
    }

    fn __repr__(&self) -> String {
        match &self.0.event {
            Some(event) => format!("<appmint.WebhookDelivery {} of {event}>", self.0.id),
            None => format!("<appmint.WebhookDelivery {}>", self.0.id),
        }
    }
}
