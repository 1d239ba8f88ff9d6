//! The app. Here is what it is made of and what it is; what it does stands in the modules below.

mod installations;
mod operations;
mod people;
mod user_tokens;

use appmint_core::Settings;
use pyo3::{PyTraverseError, PyVisit, prelude::*};

use crate::{
    callback::Callbacks,
    clock::clock as clock_of,
    convert::{Argument, Given, count, file, given, id, json_text, secret, span, text, text_file},
    event, signer,
    source::TokenSource,
    stats::Stats,
    store,
    time::Offset,
    token::{Token, unpicklable},
    wait::{compute, land},
};

/// A program's app on a platform.
///
/// One is enough for a program: it holds the connections and the tokens, and any thread may use
/// it. Times are timedeltas or seconds; a key or certificates are text, bytes or a Path to read.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App {
    core: appmint_core::App,
    callbacks: Py<Callbacks>,
}

#[pymethods]
impl App {
    #[new]
    #[pyo3(signature = (
        platform=None, *, platform_descriptor=None, host=None, api_url=None, web_url=None,
        app_id=None, client_id=None, client_secret=None, private_key=None, fallback_private_key=None,
        private_key_passphrase=None, key_id=None, fallback_key_id=None, signer=None,
        jwt_back_date=None, jwt_lifetime=None, timeout=None, connect_timeout=None, proxy=None,
        root_certificates=None, user_agent=None, allow_plain_http=false, max_response_body=None,
        retries=None, retry_wait=None, store=None, store_key=None, previous_store_key=None,
        store_unencrypted=false, capacity=None, on_event=None, clock=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        platform: Given<'_, '_>,
        platform_descriptor: Given<'_, '_>,
        host: Given<'_, '_>,
        api_url: Given<'_, '_>,
        web_url: Given<'_, '_>,
        app_id: Given<'_, '_>,
        client_id: Given<'_, '_>,
        client_secret: Given<'_, '_>,
        private_key: Given<'_, '_>,
        fallback_private_key: Given<'_, '_>,
        private_key_passphrase: Given<'_, '_>,
        key_id: Given<'_, '_>,
        fallback_key_id: Given<'_, '_>,
        signer: Given<'_, '_>,
        jwt_back_date: Given<'_, '_>,
        jwt_lifetime: Given<'_, '_>,
        timeout: Given<'_, '_>,
        connect_timeout: Given<'_, '_>,
        proxy: Given<'_, '_>,
        root_certificates: Given<'_, '_>,
        user_agent: Given<'_, '_>,
        allow_plain_http: bool,
        max_response_body: Given<'_, '_>,
        retries: Given<'_, '_>,
        retry_wait: Given<'_, '_>,
        store: Given<'_, '_>,
        store_key: Given<'_, '_>,
        previous_store_key: Given<'_, '_>,
        store_unencrypted: bool,
        capacity: Given<'_, '_>,
        on_event: Given<'_, '_>,
        clock: Given<'_, '_>,
    ) -> PyResult<Self> {
        let callbacks = Bound::new(py, Callbacks::default())?;
        let signer_of = |name: &str, value: &_| signer::signer(name, value, &callbacks);
        let store_of = |name: &str, value: &_| store::Given::read(name, value, &callbacks);
        let (store, own_store) =
            given("store", store, store_of)?.map_or((None, None), store::Given::parts);
        let settings = Settings {
            platform: given("platform", platform, text)?,
            platform_descriptor: given("platform_descriptor", platform_descriptor, json_text)?,
            host: given("host", host, text)?,
            api_url: given("api_url", api_url, text)?,
            web_url: given("web_url", web_url, text)?,
            app_id: given("app_id", app_id, id)?,
            client_id: given("client_id", client_id, id)?,
            client_secret: given("client_secret", client_secret, secret)?,
            private_key: given("private_key", private_key, file)?,
            fallback_private_key: given("fallback_private_key", fallback_private_key, file)?,
            private_key_passphrase: given(
                "private_key_passphrase",
                private_key_passphrase,
                secret,
            )?,
            key_id: given("key_id", key_id, text)?,
            fallback_key_id: given("fallback_key_id", fallback_key_id, text)?,
            signer: given("signer", signer, signer_of)?,
            jwt_back_date: given("jwt_back_date", jwt_back_date, span)?,
            jwt_lifetime: given("jwt_lifetime", jwt_lifetime, span)?,
            timeout: given("timeout", timeout, span)?,
            connect_timeout: given("connect_timeout", connect_timeout, span)?,
            proxy: given("proxy", proxy, secret)?,
            root_certificates: given("root_certificates", root_certificates, text_file)?,
            user_agent: given("user_agent", user_agent, text)?,
            allow_plain_http,
            max_response_body: given("max_response_body", max_response_body, count)?,
            retries: given("retries", retries, count)?,
            retry_wait: given("retry_wait", retry_wait, span)?,
            store,
            own_store,
            store_key: given("store_key", store_key, store::key)?,
            previous_store_key: given("previous_store_key", previous_store_key, store::key)?,
            store_unencrypted,
            capacity: given("capacity", capacity, count)?,
            on_event: Some(event::listener(on_event, &callbacks)?),
            clock: given("clock", clock, clock_of)?,
        };
        let core = compute(py, || settings.app())?;
        Ok(Self { core, callbacks: callbacks.unbind() })
    }

    /// The app's own JWT, reused until 60 s before it expires.
    fn jwt(&self, py: Python<'_>) -> PyResult<Token> {
        land(py, || self.core.jwt()).map(Token)
    }

    /// SHA-256 of the public key as the settings page shows it; None with an external signer.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.core.fingerprint()
    }

    /// The platform's name.
    #[getter]
    fn platform_name(&self) -> &str {
        self.core.platform().name()
    }

    /// How far the platform's clock is ahead of ours, as far as is known; 0 at first.
    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.core.clock_offset_ms())
    }

    /// How often things happened since the app was made.
    fn stats(&self) -> Stats {
        Stats(self.core.stats())
    }

    /// Ends the app's threads and forgets its tokens. Calls that are on their way come to their
    /// end; new ones are refused. `with app:` does so at its end.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || {
            self.core.close();
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Given<'_, '_>,
        _error: Given<'_, '_>,
        _traceback: Given<'_, '_>,
    ) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.App on {}>", self.core.platform().name())
    }

    fn __reduce_ex__(&self, _protocol: Argument<'_, '_>) -> PyResult<()> {
        Err(unpicklable("App"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

impl App {
    fn source(&self, py: Python<'_>, core: appmint_core::TokenSource) -> TokenSource {
        TokenSource { core, callbacks: self.callbacks.clone_ref(py) }
    }
}
