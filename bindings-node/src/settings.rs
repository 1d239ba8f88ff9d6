//! The settings of an app, and the discovery of a platform, which takes some of them.

pub(crate) mod signer;
pub(crate) mod transport;

use appmint_core::{Secret, platform::Platform};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::{completions::Completions, durations::from_millis, errors::Outcome};

/// Makes a platform's descriptor from the metadata of its authorization server.
#[napi(catch_unwind)]
pub fn discover(
    completions: &Completions,
    id: u32,
    issuer: String,
    settings: Settings,
) -> Option<Outcome<String>> {
    let task = Platform::discover_with(&issuer, &settings.into());
    completions.complete(id, task, |platform| platform.as_json().to_owned())
}

/// The settings of an app, without its callbacks and its clock.
#[napi(object, object_to_js = false)]
pub struct Settings {
    pub environment: Option<String>,
    pub platform: Option<String>,
    pub platform_descriptor: Option<String>,
    pub host: Option<String>,
    pub api_url: Option<String>,
    pub web_url: Option<String>,
    pub app_id: Option<String>,
    pub client_id: Option<String>,
    pub client_secret: Option<String>,
    pub private_key: Option<Uint8Array>,
    pub fallback_private_key: Option<Uint8Array>,
    pub private_key_passphrase: Option<String>,
    pub key_id: Option<String>,
    pub fallback_key_id: Option<String>,
    pub jwt_back_date_ms: Option<f64>,
    pub jwt_lifetime_ms: Option<f64>,
    pub timeout_ms: Option<f64>,
    pub connect_timeout_ms: Option<f64>,
    pub proxy: Option<String>,
    pub root_certificates: Option<Uint8Array>,
    pub client_certificate: Option<Uint8Array>,
    pub client_key: Option<Uint8Array>,
    pub user_agent: Option<String>,
    pub allow_plain_http: Option<bool>,
    pub refuse_private_addresses: Option<bool>,
    pub max_response_body: Option<f64>,
    pub retries: Option<u32>,
    pub retry_wait_ms: Option<f64>,
    pub store: Option<String>,
    pub store_key: Option<String>,
    pub previous_store_key: Option<String>,
    pub store_unencrypted: Option<bool>,
    pub capacity: Option<f64>,
}

impl From<Settings> for appmint_core::binding::Settings {
    fn from(settings: Settings) -> Self {
        Self {
            environment: settings.environment,
            platform: settings.platform,
            platform_descriptor: settings.platform_descriptor,
            host: settings.host,
            api_url: settings.api_url,
            web_url: settings.web_url,
            app_id: settings.app_id,
            client_id: settings.client_id,
            client_secret: settings.client_secret.map(Secret::new),
            private_key: settings.private_key.map(key),
            fallback_private_key: settings.fallback_private_key.map(key),
            private_key_passphrase: settings.private_key_passphrase.map(Secret::new),
            key_id: settings.key_id,
            fallback_key_id: settings.fallback_key_id,
            jwt_back_date: settings.jwt_back_date_ms.map(from_millis),
            jwt_lifetime: settings.jwt_lifetime_ms.map(from_millis),
            timeout: settings.timeout_ms.map(from_millis),
            connect_timeout: settings.connect_timeout_ms.map(from_millis),
            proxy: settings.proxy.map(Secret::new),
            root_certificates: settings.root_certificates.map(|bytes| bytes.to_vec()),
            certificates_variable: Some(CERTIFICATES_VARIABLE),
            client_certificate: settings.client_certificate.map(|bytes| bytes.to_vec()),
            client_key: settings.client_key.map(key),
            user_agent: settings.user_agent,
            allow_plain_http: settings.allow_plain_http.unwrap_or_default(),
            refuse_private_addresses: settings.refuse_private_addresses.unwrap_or_default(),
            max_response_body: settings.max_response_body.map(|bytes| bytes as usize),
            retries: settings.retries,
            retry_wait: settings.retry_wait_ms.map(from_millis),
            store: settings.store.map(Secret::new),
            store_key: settings.store_key.map(Secret::new),
            previous_store_key: settings.previous_store_key.map(Secret::new),
            store_unencrypted: settings.store_unencrypted.unwrap_or_default(),
            capacity: settings.capacity.map(|tokens| tokens as usize),
            ..Self::default()
        }
    }
}

/// Node's own way to add roots; it is read once, when node starts, and so changes nothing later.
///
/// <https://nodejs.org/api/cli.html#node_extra_ca_certsfile>
const CERTIFICATES_VARIABLE: &str = "NODE_EXTRA_CA_CERTS";

fn key(bytes: Uint8Array) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}
