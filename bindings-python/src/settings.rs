//! The settings of an app: the keywords of its constructor.

pub(crate) mod discovery;
mod signer;
mod transport;

use appmint_core::binding::Settings;
use pyo3::{prelude::*, types::PyBool};

use crate::{
    app::{App, recipe::Recipe},
    arguments::{Optional, bytes_file, count, duration, file, id, optional, secret, text},
    callback::Callbacks,
    events::{self, clock},
    json, stores,
    wait::compute,
};

/// The settings that were given, by their names.
macro_rules! recipe {
    ($py:expr, [$($name:ident),* $(,)?], $($flag:ident: $value:expr),* $(,)?) => {
        Recipe::new($py, &[$((stringify!($name), $name),)* $((stringify!($flag), Some($value)),)*])
    };
}

#[pymethods]
impl App {
    #[new]
    #[pyo3(signature = (
        platform=None, *, environment=None, platform_descriptor=None, host=None, api_url=None, web_url=None,
        app_id=None, client_id=None, client_secret=None, private_key=None, fallback_private_key=None,
        private_key_passphrase=None, key_id=None, fallback_key_id=None, signer=None,
        jwt_back_date=None, jwt_lifetime=None, timeout=None, connect_timeout=None, proxy=None,
        root_certificates=None, client_certificate=None, client_key=None, user_agent=None,
        allow_plain_http=false, refuse_private_addresses=false, max_response_body=None, retries=None, retry_wait=None,
        transport=None, store=None, store_key=None, previous_store_key=None, store_unencrypted=false, capacity=None,
        on_event=None, clock=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        platform: Optional<'_, '_>,
        environment: Optional<'_, '_>,
        platform_descriptor: Optional<'_, '_>,
        host: Optional<'_, '_>,
        api_url: Optional<'_, '_>,
        web_url: Optional<'_, '_>,
        app_id: Optional<'_, '_>,
        client_id: Optional<'_, '_>,
        client_secret: Optional<'_, '_>,
        private_key: Optional<'_, '_>,
        fallback_private_key: Optional<'_, '_>,
        private_key_passphrase: Optional<'_, '_>,
        key_id: Optional<'_, '_>,
        fallback_key_id: Optional<'_, '_>,
        signer: Optional<'_, '_>,
        jwt_back_date: Optional<'_, '_>,
        jwt_lifetime: Optional<'_, '_>,
        timeout: Optional<'_, '_>,
        connect_timeout: Optional<'_, '_>,
        proxy: Optional<'_, '_>,
        root_certificates: Optional<'_, '_>,
        client_certificate: Optional<'_, '_>,
        client_key: Optional<'_, '_>,
        user_agent: Optional<'_, '_>,
        allow_plain_http: bool,
        refuse_private_addresses: bool,
        max_response_body: Optional<'_, '_>,
        retries: Optional<'_, '_>,
        retry_wait: Optional<'_, '_>,
        transport: Optional<'_, '_>,
        store: Optional<'_, '_>,
        store_key: Optional<'_, '_>,
        previous_store_key: Optional<'_, '_>,
        store_unencrypted: bool,
        capacity: Optional<'_, '_>,
        on_event: Optional<'_, '_>,
        clock: Optional<'_, '_>,
    ) -> PyResult<Self> {
        let callbacks = Bound::new(py, Callbacks::default())?;
        let flag = |value| PyBool::new(py, value).to_owned().into_any();
        let flags = [allow_plain_http, refuse_private_addresses, store_unencrypted].map(flag);
        let recipe = recipe!(
            py,
            [
                platform, environment, platform_descriptor, host, api_url, web_url, app_id, client_id, client_secret, private_key, fallback_private_key, private_key_passphrase, key_id, fallback_key_id, signer, jwt_back_date, jwt_lifetime, timeout, connect_timeout, proxy, root_certificates, client_certificate, client_key, user_agent, max_response_body, retries, retry_wait, transport, store, store_key, previous_store_key, capacity, on_event, clock
            ],
            allow_plain_http: &flags[0], refuse_private_addresses: &flags[1], store_unencrypted: &flags[2],
        )?;
        let to_signer = |name: &str, value: &_| signer::signer(name, value, &callbacks);
        let to_store = |name: &str, value: &_| stores::StoreSetting::read(name, value, &callbacks);
        let store = optional("store", store, to_store)?.unwrap_or_default();
        let settings = Settings {
            environment: optional("environment", environment, text)?,
            platform: optional("platform", platform, text)?,
            platform_descriptor: optional("platform_descriptor", platform_descriptor, json::text)?,
            host: optional("host", host, text)?,
            api_url: optional("api_url", api_url, text)?,
            web_url: optional("web_url", web_url, text)?,
            app_id: optional("app_id", app_id, id)?,
            client_id: optional("client_id", client_id, id)?,
            client_secret: optional("client_secret", client_secret, secret)?,
            private_key: optional("private_key", private_key, file)?,
            fallback_private_key: optional("fallback_private_key", fallback_private_key, file)?,
            private_key_passphrase: optional(
                "private_key_passphrase",
                private_key_passphrase,
                secret,
            )?,
            key_id: optional("key_id", key_id, text)?,
            fallback_key_id: optional("fallback_key_id", fallback_key_id, text)?,
            signer: optional("signer", signer, to_signer)?,
            jwt_back_date: optional("jwt_back_date", jwt_back_date, duration)?,
            jwt_lifetime: optional("jwt_lifetime", jwt_lifetime, duration)?,
            timeout: optional("timeout", timeout, duration)?,
            connect_timeout: optional("connect_timeout", connect_timeout, duration)?,
            proxy: optional("proxy", proxy, secret)?,
            root_certificates: optional("root_certificates", root_certificates, bytes_file)?,
            certificates_variable: Some(CERTIFICATES_VARIABLE),
            client_certificate: optional("client_certificate", client_certificate, bytes_file)?,
            client_key: optional("client_key", client_key, file)?,
            user_agent: optional("user_agent", user_agent, text)?,
            allow_plain_http,
            refuse_private_addresses,
            max_response_body: optional("max_response_body", max_response_body, count)?,
            retries: optional("retries", retries, count)?,
            retry_wait: optional("retry_wait", retry_wait, duration)?,
            transport: transport.map(|it| transport::transport(it, &callbacks)).transpose()?,
            store: store.url,
            own_store: store.own,
            store_key: optional("store_key", store_key, stores::key)?,
            previous_store_key: optional("previous_store_key", previous_store_key, stores::key)?,
            store_unencrypted,
            capacity: optional("capacity", capacity, count)?,
            on_event: Some(events::listener(on_event, &callbacks)?),
            clock: optional("clock", clock, clock::clock)?,
            ..Settings::default()
        };
        let core = compute(py, || settings.build())?;
        Ok(Self { core, callbacks: callbacks.unbind(), recipe })
    }
}

/// Where the programs of requests, the usual HTTP client, name a company's roots.
///
/// <https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification>
pub(crate) const CERTIFICATES_VARIABLE: &str = "REQUESTS_CA_BUNDLE";
