//! Platforms that describe themselves.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, Secret, Task, platform::Platform};

use crate::{
    call::new_object,
    convert::text,
    errors::{appmint_error, appmint_status},
    settings::appmint_config,
    values::appmint_text,
};

/// Makes a platform's descriptor from the metadata of its authorization server. The metadata are
/// those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor, or change it: an app that
/// is made of it by platform_descriptor needs no request. For an issuer that somebody else named
/// set refuse_private_addresses here, and on the app, too: the metadata name hosts.
///
/// `config` may be NULL. Only its network settings count: timeout, connect_timeout, proxy,
/// root_certificates, client_certificate, client_key, user_agent, allow_plain_http,
/// refuse_private_addresses, retries and retry_wait. Blocks at most for the configuration's
/// timeout.
///
/// Free `*descriptor` with appmint_text_free.
///
/// - `issuer`: The issuer's URL, exactly as the server writes it.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the issuer is not a URL with TLS, or a setting is malformed.
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_PRIVATE_ADDRESS) if the host has no public
///   address, and private ones are refused.
/// - APPMINT_ERROR_NOT_FOUND if the server has no metadata.
/// - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_ISSUER_MISMATCH) if the metadata are another issuer's,
///   or cannot be used.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8414#section-3,
/// https://openid.net/specs/openid-connect-discovery-1_0.html
#[unsafe(no_mangle)]
pub extern "C" fn appmint_discover(
    config: Option<&appmint_config>,
    issuer: *const c_char,
    issuer_len: usize,
    descriptor: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("descriptor", descriptor, error, || {
        let platform = discover_task(config, issuer, issuer_len)?.wait()?;
        Ok(Secret::from(platform.as_json()))
    })
}

pub(crate) fn discover_task(
    config: Option<&appmint_config>,
    issuer: *const c_char,
    issuer_len: usize,
) -> Result<Task<Platform>> {
    let issuer = text("issuer", issuer, issuer_len)?;
    let settings = config.map(appmint_config::settings).transpose()?.unwrap_or_default();
    Ok(Platform::discover_with(issuer, &settings))
}
