//! Paged lists. A page is requested when its first item is needed.

use pyo3::{
    PyClass, PyTraverseError, PyVisit,
    exceptions::PyStopAsyncIteration,
    prelude::*,
    pyclass_init::PyClassInitializer,
    types::{PyAny, PyType},
};
use serde_json::Value;

use crate::{
    callback::Callbacks,
    coroutine::Coroutine,
    errors::unpicklable,
    imports::GENERIC_ALIAS,
    installations::{installation::Installation, repository::Repository},
    json,
    wait::wait,
    webhooks::config::WebhookDelivery,
};

/// The items of a paged list. Pages are requested as the items are asked for.
///
/// It can be read once: threads that share it get different items. After an error it goes
/// on with the page that failed.
///
/// It is an iterator, for for and async for. list(…) returns all items that are left.
///
/// See https://www.rfc-editor.org/rfc/rfc8288#section-3
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Listing {
    items: Items,
    callbacks: Py<Callbacks>,
}

pub(crate) enum Items {
    Installations(appmint_core::Listing<appmint_core::Installation>),
    Repositories(appmint_core::Listing<appmint_core::resources::Repository>),
    WebhookDeliveries(appmint_core::Listing<appmint_core::resources::WebhookDelivery>),
    Json(appmint_core::Listing<Value>),
}

#[pymethods]
impl Listing {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.items {
            Items::Installations(list) => next(py, list, object(Installation)),
            Items::Repositories(list) => next(py, list, object(Repository)),
            Items::WebhookDeliveries(list) => next(py, list, object(WebhookDelivery)),
            Items::Json(list) => next(py, list, |py, item| json::value(py, &item)),
        }
    }

    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__(&self) -> Coroutine {
        match &self.items {
            Items::Installations(list) => next_async(list, object(Installation)),
            Items::Repositories(list) => next_async(list, object(Repository)),
            Items::WebhookDeliveries(list) => next_async(list, object(WebhookDelivery)),
            Items::Json(list) => next_async(list, |py, item| json::value(py, &item)),
        }
    }

    // `Listing[Installation]` in annotations.
    #[classmethod]
    #[pyo3(signature = (item, /))]
    fn __class_getitem__<'py>(
        cls: &Bound<'py, PyType>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        GENERIC_ALIAS.get(cls.py())?.call1((cls, item))
    }

    fn __repr__(&self) -> &'static str {
        match self.items {
            Items::Installations(_) => "<appmint.Listing of installations>",
            Items::Repositories(_) => "<appmint.Listing of repositories>",
            Items::WebhookDeliveries(_) => "<appmint.Listing of webhook deliveries>",
            Items::Json(_) => "<appmint.Listing of JSON values>",
        }
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Listing"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

impl Listing {
    pub(crate) fn new(items: impl Into<Items>, callbacks: Py<Callbacks>) -> Self {
        Self { items: items.into(), callbacks }
    }
}

impl From<appmint_core::Listing<appmint_core::Installation>> for Items {
    fn from(list: appmint_core::Listing<appmint_core::Installation>) -> Self {
        Self::Installations(list)
    }
}

impl From<appmint_core::Listing<appmint_core::resources::Repository>> for Items {
    fn from(list: appmint_core::Listing<appmint_core::resources::Repository>) -> Self {
        Self::Repositories(list)
    }
}

impl From<appmint_core::Listing<appmint_core::resources::WebhookDelivery>> for Items {
    fn from(list: appmint_core::Listing<appmint_core::resources::WebhookDelivery>) -> Self {
        Self::WebhookDeliveries(list)
    }
}

impl From<appmint_core::Listing<Value>> for Items {
    fn from(list: appmint_core::Listing<Value>) -> Self {
        Self::Json(list)
    }
}

/// Makes objects of a class of items.
fn object<T, C>(class: fn(T) -> C) -> impl Fn(Python<'_>, T) -> PyResult<Bound<'_, PyAny>>
where
    C: PyClass + Into<PyClassInitializer<C>>,
{
    move |py, item| Bound::new(py, class(item)).map(Bound::into_any)
}

fn next<'py, T: Clone + Send + Sync + 'static>(
    py: Python<'py>,
    list: &appmint_core::Listing<T>,
    convert: impl Fn(Python<'py>, T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut started = None;
    let result = wait(py, || started.insert(list.next_item()).clone());
    let item = result.inspect_err(|_| {
        // After a KeyboardInterrupt, the item is the next one that the listing yields.
        if let Some(task) = started {
            list.reclaim(task);
        }
    })?;
    item.map(|item| convert(py, item)).transpose()
}

fn next_async<T: Clone + Send + Sync + 'static>(
    list: &appmint_core::Listing<T>,
    convert: impl Fn(Python<'_>, T) -> PyResult<Bound<'_, PyAny>> + Send + 'static,
) -> Coroutine {
    let (starting, reclaiming) = (list.clone(), list.clone());
    let convert = move |py: Python<'_>, item: Option<T>| match item {
        Some(item) => convert(py, item).map(Bound::unbind),
        None => Err(PyStopAsyncIteration::new_err(())),
    };
    // After a cancellation, the item is the next one that the listing yields.
    let abandon = move |task| reclaiming.reclaim(task);
    Coroutine::with("Listing.__anext__", None, move || starting.next_item(), convert, abandon)
}
