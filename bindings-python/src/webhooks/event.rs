//! A webhook whose signature was verified, and which is trusted as far as that signature reaches.

use pyo3::{
    PyTraverseError, PyVisit,
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{arguments::wrong_type, json, values};

/// An event that a platform sent, whose signature was verified.
///
/// On most platforms the name and the delivery's id come from headers, which the
/// signature does not cover: decide by the payload.
///
/// See https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct WebhookEvent {
    core: appmint_core::resources::WebhookEvent,
    payload: Py<PyAny>,
}

impl WebhookEvent {
    pub(crate) fn new(
        py: Python<'_>,
        core: appmint_core::resources::WebhookEvent,
    ) -> PyResult<Self> {
        let payload = json::value(py, &core.payload)?.unbind();
        Ok(Self { core, payload })
    }
}

#[pymethods]
impl WebhookEvent {
    /// The event's name, such as "push". Most platforms send it in a header, which the
    /// signature does not cover.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.core.name.as_deref()
    }

    /// The delivery's id, by which one that comes twice is recognised. It comes from a
    /// header, too.
    #[getter]
    fn delivery_id(&self) -> Option<&str> {
        self.core.delivery_id.as_deref()
    }

    /// The id of the installation that it is about, from the signed payload.
    ///
    /// None if it is about none.
    #[getter]
    fn installation_id(&self) -> Option<&str> {
        self.core.installation_id.as_deref()
    }

    /// The signed JSON: the body, the part of it that the platform signs, or the field of a
    /// body that is a form.
    #[getter]
    fn payload(&self, py: Python<'_>) -> Py<PyAny> {
        self.payload.clone_ref(py)
    }

    /// Returns the attributes by name.
    ///
    /// Returns:
    ///     A new dict. Values are the attributes' own.
    fn as_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        values::as_dict(slf.as_any())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        values::reduced(py, "WebhookEvent", &self.core)
    }

    fn __repr__(&self) -> String {
        let part = |label: &str, text: &Option<String>| {
            text.as_ref().map_or_else(String::new, |text| format!("{label}{text}"))
        };
        let name = part(" ", &self.core.name);
        format!(
            "<appmint.WebhookEvent{name}{}>",
            part(" of installation ", &self.core.installation_id)
        )
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.payload)
    }
}

/// An argument that must be a `WebhookEvent`.
pub(crate) fn webhook(
    name: &str,
    value: &Bound<'_, PyAny>,
) -> PyResult<appmint_core::resources::WebhookEvent> {
    let webhook =
        value.cast::<WebhookEvent>().map_err(|_| wrong_type(name, "a WebhookEvent", value))?;
    Ok(webhook.get().core.clone())
}
