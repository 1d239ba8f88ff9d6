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

/// The descriptor of a platform, as JSON text for appmint_config_set_platform_descriptor, from the
/// metadata of its authorization server (RFC 8414, or OpenID Connect Discovery). `issuer` is the
/// server's URL exactly as the server writes it. Blocks at most for the configuration's timeout.
///
/// `config` may be NULL. Only its network settings count: timeout, connect_timeout, proxy,
/// root_certificates, client_certificate, client_key, user_agent, allow_plain_http,
/// refuse_private_addresses, retries and retry_wait.
///
/// APPMINT_ERROR_NOT_FOUND if there is no metadata; APPMINT_ERROR_PROTOCOL if it is unusable, or
/// another issuer's (APPMINT_REASON_ISSUER_MISMATCH).
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
