//! A platform's descriptor from its authorization server's metadata.

use appmint_core::{binding::Settings, platform::Platform};
use pyo3::prelude::*;

use crate::{
    arguments::{Argument, Optional, bytes_file, count, duration, file, optional, secret, text},
    settings::CERTIFICATES_VARIABLE,
    twins::twins,
};

twins! {
    /// Makes a platform's descriptor from the metadata of its authorization server.
    ///
    /// The metadata are those of RFC 8414 or of OpenID Connect Discovery. Keep the
    /// descriptor, or change it: an app that is made of it by platform_descriptor needs no
    /// request. For an issuer that somebody else named set refuse_private_addresses here, and
    /// on the app, too: the metadata name hosts.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc8414#section-3,
    /// https://openid.net/specs/openid-connect-discovery-1_0.html
    ///
    /// Args:
    ///     issuer: The issuer's URL, exactly as the server writes it.
    ///
    /// Returns:
    ///     The descriptor as JSON text.
    ///
    /// Raises:
    ///     InvalidArgumentError: The issuer is not a URL with TLS, or a setting is malformed.
    ///     InvalidArgumentError: The host has no public address, and private ones are refused
    ///         (reason "private_address").
    ///     NotFoundError: The server has no metadata.
    ///     ProtocolError: The metadata are another issuer's, or cannot be used (reason
    ///         "issuer_mismatch").
    ///     Error: As every call over the network does, see App.
    (
        issuer, *, timeout=None, connect_timeout=None, proxy=None, root_certificates=None,
        client_certificate=None, client_key=None, user_agent=None, allow_plain_http=false,
        refuse_private_addresses=false, retries=None, retry_wait=None,
    )
    fn discover / discover_async(
        py,
        issuer: Argument<'_, '_>,
        timeout: Optional<'_, '_>,
        connect_timeout: Optional<'_, '_>,
        proxy: Optional<'_, '_>,
        root_certificates: Optional<'_, '_>,
        client_certificate: Optional<'_, '_>,
        client_key: Optional<'_, '_>,
        user_agent: Optional<'_, '_>,
        allow_plain_http: bool,
        refuse_private_addresses: bool,
        retries: Optional<'_, '_>,
        retry_wait: Optional<'_, '_>,
    ) -> String {
        let settings = Settings {
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
            retries: optional("retries", retries, count)?,
            retry_wait: optional("retry_wait", retry_wait, duration)?,
            ..Settings::default()
        };
        let url = text("issuer", issuer)?;
        let descriptor = |platform: Platform| platform.as_json().to_owned();
        (move || Platform::discover_with(&url, &settings), descriptor)
    }
}
