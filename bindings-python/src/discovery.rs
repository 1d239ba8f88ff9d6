//! A platform that tells about itself.

use appmint_core::{Platform, Settings};
use pyo3::prelude::*;

use crate::{
    convert::{Argument, Given, count, given, secret, span, text, text_file},
    wait::land,
};

/// The descriptor, as JSON text for platform_descriptor, of the platform that an authorization
/// server says it is (RFC 8414, or OpenID Connect Discovery).
///
/// The issuer is its URL as the server writes it; the rest says how to reach the network, as it
/// does to an App. A NotFoundError where there is no metadata; a ProtocolError for metadata of
/// another issuer, or that cannot be used.
#[pyfunction]
#[pyo3(signature = (
    issuer, *, timeout=None, connect_timeout=None, proxy=None, root_certificates=None,
    user_agent=None, allow_plain_http=false, retries=None, retry_wait=None,
))]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn discover(
    issuer: Argument<'_, '_>,
    timeout: Given<'_, '_>,
    connect_timeout: Given<'_, '_>,
    proxy: Given<'_, '_>,
    root_certificates: Given<'_, '_>,
    user_agent: Given<'_, '_>,
    allow_plain_http: bool,
    retries: Given<'_, '_>,
    retry_wait: Given<'_, '_>,
) -> PyResult<String> {
    let settings = Settings {
        timeout: given("timeout", timeout, span)?,
        connect_timeout: given("connect_timeout", connect_timeout, span)?,
        proxy: given("proxy", proxy, secret)?,
        root_certificates: given("root_certificates", root_certificates, text_file)?,
        user_agent: given("user_agent", user_agent, text)?,
        allow_plain_http,
        retries: given("retries", retries, count)?,
        retry_wait: given("retry_wait", retry_wait, span)?,
        ..Settings::default()
    };
    let text = text("issuer", issuer)?;
    let platform = land(issuer.py(), || Platform::discover(&text, &settings))?;
    Ok(platform.as_json().to_owned())
}
