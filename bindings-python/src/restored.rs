//! Values that are made anew from their pickles.

use appmint_core::{
    oauth,
    resources::{self, WebhookConfig, WebhookDelivery},
};
use pyo3::{PyClass, PyClassInitializer, prelude::*};
use serde::de::DeserializeOwned;

use crate::{
    app::stats::Stats,
    errors::not_json,
    installations::{installation::Installation, repository::Repository},
    oauth::introspection::Introspection,
    webhooks::{config, event::WebhookEvent},
};

/// Makes a value from the parts in a pickle.
#[pyfunction]
pub(crate) fn restored_value(py: Python<'_>, class_: &str, text: &str) -> PyResult<Py<PyAny>> {
    match class_ {
        "Installation" => object(py, Installation(read::<resources::Installation>(py, text)?)),
        "Repository" => object(py, Repository(read::<resources::Repository>(py, text)?)),
        "Introspection" => object(py, Introspection(read::<oauth::Introspection>(py, text)?)),
        "WebhookConfig" => object(py, config::WebhookConfig(read::<WebhookConfig>(py, text)?)),
        "WebhookDelivery" => {
            object(py, config::WebhookDelivery(read::<WebhookDelivery>(py, text)?))
        }
        "Stats" => object(py, Stats(read(py, text)?)),
        _ => object(py, WebhookEvent::new(py, read(py, text)?)?),
    }
}

fn object<T>(py: Python<'_>, value: T) -> PyResult<Py<PyAny>>
where
    T: PyClass + Into<PyClassInitializer<T>>,
{
    Ok(Py::new(py, value)?.into_any())
}

fn read<T: DeserializeOwned>(py: Python<'_>, text: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|_| not_json(py, "the pickle is not of this version"))
}
