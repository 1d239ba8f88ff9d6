//! Long lists, part by part: nothing is asked for before somebody wants it.

use pyo3::{
    PyClass,
    prelude::*,
    pyclass_init::PyClassInitializer,
    sync::PyOnceLock,
    types::{PyAny, PyType},
};

use crate::{
    hook::HookDelivery, installation::Installation, repository::Repository, token::unpicklable,
    wait::land,
};

/// The items of a long list, fetched page by page as they are asked for.
///
/// An iterator: it is walked once, and threads that share it get different items. After an error
/// it goes on with the page that did not come.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct Listing(Items);

enum Items {
    Installations(appmint_core::Listing<appmint_core::Installation>),
    Repositories(appmint_core::Listing<appmint_core::Repository>),
    HookDeliveries(appmint_core::Listing<appmint_core::HookDelivery>),
}

#[pymethods]
impl Listing {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        match &self.0 {
            Items::Installations(list) => next(py, list, Installation),
            Items::Repositories(list) => next(py, list, Repository),
            Items::HookDeliveries(list) => next(py, list, HookDelivery),
        }
    }

    /// `Listing[Installation]`, for annotations.
    #[classmethod]
    #[pyo3(signature = (item, /))]
    fn __class_getitem__<'py>(
        cls: &Bound<'py, PyType>,
        item: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static ALIAS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        ALIAS.import(cls.py(), "types", "GenericAlias")?.call1((cls, item))
    }

    fn __repr__(&self) -> &'static str {
        match self.0 {
            Items::Installations(_) => "<appmint.Listing of installations>",
            Items::Repositories(_) => "<appmint.Listing of repositories>",
            Items::HookDeliveries(_) => "<appmint.Listing of hook deliveries>",
        }
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("Listing"))
    }
}

impl From<appmint_core::Listing<appmint_core::Installation>> for Listing {
    fn from(list: appmint_core::Listing<appmint_core::Installation>) -> Self {
        Self(Items::Installations(list))
    }
}

impl From<appmint_core::Listing<appmint_core::Repository>> for Listing {
    fn from(list: appmint_core::Listing<appmint_core::Repository>) -> Self {
        Self(Items::Repositories(list))
    }
}

impl From<appmint_core::Listing<appmint_core::HookDelivery>> for Listing {
    fn from(list: appmint_core::Listing<appmint_core::HookDelivery>) -> Self {
        Self(Items::HookDeliveries(list))
    }
}

fn next<'py, T, C>(
    py: Python<'py>,
    list: &appmint_core::Listing<T>,
    class: fn(T) -> C,
) -> PyResult<Option<Bound<'py, PyAny>>>
where
    T: Clone + Send + Sync + 'static,
    C: PyClass + Into<PyClassInitializer<C>>,
{
    let mut flown = None;
    let landed = land(py, || flown.insert(list.next_item()).clone());
    let item = landed.inspect_err(|_| {
        // Who was interrupted finds the item later.
        flown.into_iter().for_each(|flight| list.reclaim(flight));
    })?;
    item.map(|item| Bound::new(py, class(item)).map(Bound::into_any)).transpose()
}
