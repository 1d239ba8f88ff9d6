//! Where tokens live between processes: what Python named, or an object of the program's own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use appmint_core::{Result, Secret, SqliteStore, Store, Timestamp};
use pyo3::{
    call::PyCallArgs,
    prelude::*,
    types::{PyBool, PyBytes, PyString},
};
use zeroize::Zeroizing;

use crate::{
    callback::{Callback, Callbacks, ended, raised, returned},
    convert::{self, secret, wrong},
    error::raise,
    time::{Span, Time},
};

/// A store as a program gives it.
pub(crate) enum Given {
    Url(Secret),
    Own(Arc<dyn Store>),
}

impl Given {
    pub(crate) fn read(
        name: &str,
        value: &Bound<'_, PyAny>,
        callbacks: &Bound<'_, Callbacks>,
    ) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() {
            return secret(name, value).map(Self::Url);
        }
        if value.hasattr("__fspath__")? {
            let path: PathBuf = value.extract()?;
            let store = SqliteStore::new(path).map_err(|error| raise(value.py(), &error))?;
            return Ok(Self::Own(Arc::new(store)));
        }
        for method in METHODS {
            let is_there = value.getattr_opt(method)?.is_some_and(|it| it.is_callable());
            if !is_there {
                return Err(wrong(name, WANTED, value));
            }
        }
        Ok(Self::Own(Arc::new(PythonStore(Callbacks::keep(callbacks, value)?))))
    }

    /// As settings hold it.
    pub(crate) fn parts(self) -> (Option<Secret>, Option<Arc<dyn Store>>) {
        match self {
            Self::Url(url) => (Some(url), None),
            Self::Own(store) => (None, Some(store)),
        }
    }
}

/// A key as text, or the 32 bytes that it is.
pub(crate) fn key(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    if value.is_instance_of::<PyString>() {
        return secret(name, value);
    }
    let bytes = convert::bytes(value)?.ok_or_else(|| wrong(name, "a str or 32 bytes", value))?;
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    let digits: String =
        Zeroizing::new(bytes).iter().flat_map(|it| [it >> 4, it & 15]).map(digit).collect();
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
        let who = who(method);
        let called = self.0.enter(|store| {
            call(store).unwrap_or_else(|exception| Err(raised(store.py(), &who, exception)))
        });
        called.unwrap_or_else(|| Err(ended(&who)))
    }

    fn ask<A>(&self, method: &'static str, args: impl FnOnce(Python<'_>) -> A) -> Result<bool>
    where
        A: for<'py> PyCallArgs<'py>,
    {
        self.call(method, |store| {
            let answer = store.call_method1(method, args(store.py()))?;
            let flag = answer.cast::<PyBool>().map(PyBoolMethods::is_true);
            Ok(flag.map_err(|_| returned(&who(method), &answer, "bool")))
        })
    }
}

impl Store for PythonStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.call("get", |store| {
            let answer = store.call_method1("get", (name,))?;
            if answer.is_none() {
                return Ok(Ok(None));
            }
            let bytes = convert::bytes(&answer)?;
            Ok(bytes.map(Some).ok_or_else(|| returned(&who("get"), &answer, "bytes or None")))
        })
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        self.ask("put", |py| {
            let expected = expected.map(|bytes| PyBytes::new(py, bytes).unbind());
            let value = PyBytes::new(py, value).unbind();
            (name.to_owned(), value, expected, keep_until.map(Time))
        })
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.call("remove", |store| {
            let expected = PyBytes::new(store.py(), expected);
            store.call_method1("remove", (name, expected)).map(|_| Ok(()))
        })
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        self.ask("lock", |_| (name.to_owned(), owner.to_owned(), Span(lease)))
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.call("unlock", |store| store.call_method1("unlock", (name, owner)).map(|_| Ok(())))
    }
}

fn who(method: &str) -> String {
    format!("the store's {method}")
}

const METHODS: [&str; 5] = ["get", "put", "remove", "lock", "unlock"];
const WANTED: &str = "a URL, a Path, or an object with get, put, remove, lock and unlock";
