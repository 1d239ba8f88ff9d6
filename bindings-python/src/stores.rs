//! Stores, where tokens live between processes: by URL, by path, or as an object of the program.

use std::{path::PathBuf, sync::Arc, time::Duration};

use appmint_core::{
    Result, Secret, Timestamp,
    store::{SqliteStore, Store},
};
use pyo3::{
    prelude::*,
    types::{PyBool, PyBytes, PyString, PyTuple},
};
use zeroize::Zeroizing;

use crate::{
    arguments::{bytes, secret, wrong_type},
    callback::{Callback, Callbacks, ended, raised, returned},
    errors::exception,
    interpreter,
    time::{Span, Time},
};

/// The argument `store` as the settings of the core have it: a URL, or a store of its own.
#[derive(Default)]
pub(crate) struct StoreSetting {
    pub(crate) url: Option<Secret>,
    pub(crate) own: Option<Arc<dyn Store>>,
}

impl StoreSetting {
    pub(crate) fn read(
        name: &str,
        value: &Bound<'_, PyAny>,
        callbacks: &Bound<'_, Callbacks>,
    ) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() {
            return Ok(Self { url: Some(secret(name, value)?), own: None });
        }
        Ok(Self { url: None, own: Some(own_store(name, value, callbacks)?) })
    }
}

fn own_store(
    name: &str,
    value: &Bound<'_, PyAny>,
    callbacks: &Bound<'_, Callbacks>,
) -> PyResult<Arc<dyn Store>> {
    if value.hasattr("__fspath__")? {
        let path: PathBuf = value.extract()?;
        let store = SqliteStore::new(path).map_err(|error| exception(value.py(), &error))?;
        return Ok(Arc::new(store));
    }
    for method in METHODS {
        let has_method = value.getattr_opt(method)?.is_some_and(|method| method.is_callable());
        if !has_method {
            return Err(wrong_type(name, EXPECTED, value));
        }
    }
    Ok(Arc::new(PythonStore(Callbacks::add(callbacks, value)?)))
}

/// A store key as text, or its 32 bytes.
pub(crate) fn key(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    if value.is_instance_of::<PyString>() {
        return secret(name, value);
    }
    let bytes = bytes(value)?.ok_or_else(|| wrong_type(name, "a str or 32 bytes", value))?;
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits: String =
        Zeroizing::new(bytes).iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect();
    Ok(Secret::new(digits))
}

/// A store whose methods are Python's.
#[derive(Debug)]
struct PythonStore(Callback);

impl PythonStore {
    fn call<T>(
        &self,
        method: &'static str,
        call: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<Result<T>>,
    ) -> Result<T> {
        let name = name_of(method);
        let result = self.0.attach(|store| {
            call(store).unwrap_or_else(|exception| Err(raised(store.py(), &name, exception)))
        });
        result.unwrap_or_else(|| Err(ended(&name)))
    }

    fn call_for_bool<A>(
        &self,
        method: &'static str,
        args: impl FnOnce(Python<'_>) -> A,
    ) -> Result<bool>
    where
        A: for<'py> IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>>,
    {
        self.call(method, |store| {
            let value = interpreter::call(&store.getattr(method)?, args(store.py()), None)?;
            let flag = value.cast::<PyBool>().map(PyBoolMethods::is_true);
            Ok(flag.map_err(|_| returned(&name_of(method), &value, "bool")))
        })
    }
}

impl Store for PythonStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.call("get", |store| {
            let value = interpreter::call(&store.getattr("get")?, (name,), None)?;
            if value.is_none() {
                return Ok(Ok(None));
            }
            let bytes = bytes(&value)?;
            Ok(bytes.map(Some).ok_or_else(|| returned(&name_of("get"), &value, "bytes or None")))
        })
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.call_for_bool("put", |py| {
            let expected = expected.map(|bytes| PyBytes::new(py, bytes).unbind());
            let value = PyBytes::new(py, value).unbind();
            (name.to_owned(), value, expected, keep_until.map(Time))
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.call("remove", |store| {
            let expected = PyBytes::new(store.py(), expected);
            interpreter::call(&store.getattr("remove")?, (name, expected), None).map(|_| Ok(()))
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.call_for_bool("lock", |_| (name.to_owned(), owner.to_owned(), Span(lease)))
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.call("unlock", |store| {
            interpreter::call(&store.getattr("unlock")?, (name, owner), None).map(|_| Ok(()))
        })
    }
}

/// A method in errors.
fn name_of(method: &str) -> String {
    format!("the store's {method}")
}

const METHODS: [&str; 5] = ["get", "put", "remove", "lock", "unlock"];
const EXPECTED: &str = "a URL, a Path, or an object with get, put, remove, lock and unlock";
