//! Webhooks, believed as far as their signature reaches.

use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{convert::wrong, json};

/// An event that a platform sent, with a signature that was proved.
///
/// The event's name and the delivery's id come from headers on most platforms, which no signature
/// covers: the payload decides.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Webhook {
    core: appmint_core::Webhook,
    payload: Py<PyAny>,
}

impl Webhook {
    pub(crate) fn new(py: Python<'_>, core: appmint_core::Webhook) -> PyResult<Self> {
        let payload = json::value(py, &core.payload)?.unbind();
        Ok(Self { core, payload })
    }
}

#[pymethods]
impl Webhook {
    /// The event's name, such as "push".
    #[getter]
    fn event(&self) -> Option<&str> {
        self.core.event.as_deref()
    }

    /// The delivery's id, to recognise one that comes twice.
    #[getter]
    fn delivery_id(&self) -> Option<&str> {
        self.core.delivery_id.as_deref()
    }

    /// The id of the installation that it is about, from the part that was signed.
    #[getter]
    fn installation_id(&self) -> Option<&str> {
        self.core.installation_id.as_deref()
    }

    /// What was signed: the body, or the part of it that the platform signs.
    #[getter]
    fn payload(&self, py: Python<'_>) -> Py<PyAny> {
        self.payload.clone_ref(py)
    }

    fn __repr__(&self) -> String {
        let part = |label: &str, text: &Option<String>| {
            text.as_ref().map_or_else(String::new, |text| format!("{label}{text}"))
        };
        let event = part(" ", &self.core.event);
        format!("<appmint.Webhook{event}{}>", part(" of installation ", &self.core.installation_id))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.payload)
    }
}

/// A webhook that was proved.
pub(crate) fn read(name: &str, value: &Bound<'_, PyAny>) -> PyResult<appmint_core::Webhook> {
    let webhook = value.cast::<Webhook>().map_err(|_| wrong(name, "a Webhook", value))?;
    Ok(webhook.get().core.clone())
}
