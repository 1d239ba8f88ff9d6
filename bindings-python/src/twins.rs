//! Calls that go to the network, in two forms: one that blocks, and its coroutine.

/// Writes a call once, and gives Python both forms. The body makes two closures: one starts the core's
/// task, the other converts its result.
///
/// ```ignore
/// twins! { impl App {
///     /// Ends a user token. Succeeds if the token is already invalid.
///     (token)
///     fn delete_token / delete_token_async(this, py, token: Argument<'_, '_>) -> Nothing {
///         let (core, secret) = (this.core.clone(), token::secret("token", token)?);
///         (move || core.delete_token(secret), nothing)
///     }
/// }}
/// ```
macro_rules! twins {
    (impl $class:ident {$(
        $(#[$doc:meta])*
        ($($signature:tt)*)
        fn $name:ident / $awaitable:ident(
            $this:ident, $py:ident $(, $argument:ident: $kind:ty)* $(,)?
        ) -> $result:ty $body:block
    )*}) => {
        #[pymethods]
        impl $class {$(
            $(#[$doc])*
            #[pyo3(signature = ($($signature)*))]
            #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
            fn $name(&self, $py: Python<'_> $(, $argument: $kind)*) -> PyResult<$result> {
                let $this = self;
                let (start, convert) = $body;
                $crate::wait::wait($py, start).map(convert)
            }

            #[doc = concat!("The coroutine of `", stringify!($name), "`: the same arguments, result and errors.")]
            #[pyo3(signature = ($($signature)*))]
            #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
            fn $awaitable(
                &self,
                $py: Python<'_>
                $(, $argument: $kind)*
            ) -> PyResult<$crate::coroutine::Coroutine> {
                let ($this, _) = (self, $py);
                let (start, convert) = $body;
                let name = concat!(stringify!($class), ".", stringify!($awaitable));
                Ok($crate::coroutine::Coroutine::new(name, start, convert))
            }
        )*}
    };
    (
        $(#[$doc:meta])*
        ($($signature:tt)*)
        fn $name:ident / $awaitable:ident($py:ident $(, $argument:ident: $kind:ty)* $(,)?)
            -> $result:ty $body:block
    ) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = ($($signature)*))]
        #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
        pub(crate) fn $name($py: Python<'_> $(, $argument: $kind)*) -> PyResult<$result> {
            let (start, convert) = $body;
            $crate::wait::wait($py, start).map(convert)
        }

        #[doc = concat!("The coroutine of `", stringify!($name), "`: the same arguments, result and errors.")]
        #[pyfunction]
        #[pyo3(signature = ($($signature)*))]
        #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
        pub(crate) fn $awaitable(
            $($argument: $kind),*
        ) -> PyResult<$crate::coroutine::Coroutine> {
            let (start, convert) = $body;
            Ok($crate::coroutine::Coroutine::new(stringify!($awaitable), start, convert))
        }
    };
}

pub(crate) use twins;

use pyo3::{prelude::*, types::PyNone};

/// The result of a call that returns `None`.
pub(crate) struct Nothing;

pub(crate) fn nothing((): ()) -> Nothing {
    Nothing
}

impl<'py> IntoPyObject<'py> for Nothing {
    type Target = PyNone;
    type Output = Borrowed<'py, 'py, PyNone>;
    type Error = std::convert::Infallible;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        Ok(PyNone::get(py))
    }
}
