//! A platform that tells about itself, as C asks for it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Platform, Secret};

use crate::{
    border::{make, text},
    config::appmint_config,
    error::{appmint_error, appmint_status},
    text::appmint_text,
};

/// The descriptor, as JSON text for appmint_config_set_platform_descriptor, of the platform that an
/// authorization server says it is (RFC 8414, or OpenID Connect Discovery). `issuer` is its URL as
/// the server writes it. You own `*descriptor`: appmint_text_free.
///
/// `config` stays yours, and may be NULL. Of its settings those count that say how to reach the
/// network: timeout, connect_timeout, proxy, root_certificates, user_agent, allow_plain_http,
/// retries, retry_wait.
///
/// APPMINT_ERROR_NOT_FOUND where there is no metadata; APPMINT_ERROR_PROTOCOL for metadata of
/// another issuer (APPMINT_REASON_ISSUER_MISMATCH), or that cannot be used. Blocks at most for the
/// configuration's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_discover(
    config: Option<&appmint_config>,
    issuer: *const c_char,
    issuer_len: usize,
    descriptor: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("descriptor", descriptor, error, || {
        let issuer = text("issuer", issuer, issuer_len)?;
        let settings = config.map(|config| config.settings.clone()).unwrap_or_default();
        let platform = Platform::discover(issuer, &settings).wait()?;
        Ok(Secret::from(platform.as_json()))
    })
}
