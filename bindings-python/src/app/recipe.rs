//! The settings that an app was made of, as far as another process may get them in a pickle: those
//! that hold no secret and belong to no process.

use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::PyTypeError,
    prelude::*,
    types::{PyDict, PyString},
};

use zeroize::Zeroizing;

use crate::{
    arguments::{Optional, file},
    json,
};

/// The keywords of the constructor; or the setting for which there is no pickle.
pub(crate) struct Recipe {
    settings: Py<PyDict>,
    obstacle: Option<Obstacle>,
}

#[derive(Clone, Copy)]
enum Obstacle {
    Secret(&'static str),
    Object(&'static str),
}

impl Recipe {
    /// Keeps the settings that were given; of a secret or an object its name alone.
    pub(crate) fn new(
        py: Python<'_>,
        given: &[(&'static str, Optional<'_, '_>)],
    ) -> PyResult<Self> {
        let settings = PyDict::new(py);
        let mut obstacle = None;
        for (name, value) in given {
            let Some(value) = value.filter(|value| !value.is_none()) else { continue };
            match obstacle_in(name, value)? {
                Some(found) => obstacle = obstacle.or(Some(found)),
                None if *name == "platform_descriptor" => {
                    settings.set_item(name, json::text(name, value)?)?;
                }
                None => settings.set_item(name, value)?,
            }
        }
        Ok(Self { settings: settings.unbind(), obstacle })
    }

    /// The keywords for another app.
    pub(crate) fn settings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        match self.obstacle {
            None => self.settings.bind(py).copy(),
            Some(obstacle) => Err(PyTypeError::new_err(obstacle.text())),
        }
    }

    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.settings)
    }
}

impl Obstacle {
    fn text(self) -> String {
        let end = match self {
            Self::Secret(name) => format!(
                "it holds a secret, {name}. Make the app by App.from_env(), or of the Path of a file, so \
                 that each process reads the secret itself"
            ),
            Self::Object(name) => {
                format!("its {name} is an object of this process. Make an App in each process")
            }
        };
        format!("cannot pickle 'App' object: {end}")
    }
}

/// What keeps a setting out of a pickle. A name that is not known here counts as a secret.
fn obstacle_in(name: &'static str, value: &Bound<'_, PyAny>) -> PyResult<Option<Obstacle>> {
    let is_path = || value.hasattr("__fspath__");
    let is_text = |test: fn(&str) -> bool| -> PyResult<bool> {
        Ok(match value.cast::<PyString>() {
            Ok(text) => test(&text.to_cow()?),
            Err(_) => false,
        })
    };
    let may_be_kept = match name {
        "platform"
        | "environment"
        | "platform_descriptor"
        | "host"
        | "api_url"
        | "web_url"
        | "app_id"
        | "client_id"
        | "key_id"
        | "fallback_key_id"
        | "jwt_back_date"
        | "jwt_lifetime"
        | "timeout"
        | "connect_timeout"
        | "user_agent"
        | "allow_plain_http"
        | "refuse_private_addresses"
        | "max_response_body"
        | "retries"
        | "retry_wait"
        | "store_unencrypted"
        | "capacity" => true,
        "private_key" | "fallback_private_key" | "client_key" => is_path()?,
        "root_certificates" | "client_certificate" => {
            is_path()? || !has_private_key(&file(name, value)?)
        }
        "store_key" | "previous_store_key" => is_text(|text| text.trim().starts_with("keychain:"))?,
        "proxy" => is_text(has_no_password)?,
        "store" if value.is_instance_of::<PyString>() => is_text(has_no_password)?,
        "store" => is_path()?,
        _ => false,
    };
    Ok((!may_be_kept).then_some(match name {
        "signer" | "transport" | "on_event" | "clock" => Obstacle::Object(name),
        "store" if !value.is_instance_of::<PyString>() => Obstacle::Object(name),
        _ => Obstacle::Secret(name),
    }))
}

/// Whether a URL has no place for a password: before its host, or among its parameters.
fn has_no_password(url: &str) -> bool {
    !url.contains(['@', '?'])
}

/// Whether somebody pasted a private key beside a certificate, in UTF-8 or UTF-16.
fn has_private_key(pem: &[u8]) -> bool {
    let text = Zeroizing::new(pem.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>());
    text.windows(LABEL.len()).any(|part| part == LABEL)
}

/// In the label of each of its forms.
const LABEL: &[u8] = b"PRIVATE KEY";

/// Makes an app of the settings in a pickle.
#[pyfunction]
pub(crate) fn restored_app<'py>(settings: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
    settings.py().get_type::<super::App>().call((), Some(settings))
}
