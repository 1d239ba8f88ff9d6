//! How the app reaches the network: deadlines, proxy, trust, retries.

use std::ffi::{c_char, c_int, c_void};

use zeroize::Zeroizing;

use crate::{
    convert::{bytes, milliseconds, text},
    settings::{appmint_config, set},
};

/// The time for a whole call with its retries; more than 0, in milliseconds. Default: 30000.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_timeout_ms(
    config: Option<&mut appmint_config>,
    timeout_ms: i64,
) {
    set(config, |settings| {
        settings.timeout = Some(milliseconds("timeout_ms", timeout_ms)?);
        Ok(())
    });
}

/// The time to connect, which is lowered to three quarters of timeout if it is longer, in
/// milliseconds. Default: 10000.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_connect_timeout_ms(
    config: Option<&mut appmint_config>,
    connect_timeout_ms: i64,
) {
    set(config, |settings| {
        settings.connect_timeout = Some(milliseconds("connect_timeout_ms", connect_timeout_ms)?);
        Ok(())
    });
}

/// The URL of a proxy, such as "http://user:password@host:port" or "socks5h://host:port"; an empty
/// text for no proxy. Its scheme is http, https, socks5 or socks5h. This machine is always reached
/// without a proxy. Default: the one that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names, except for
/// the hosts in NO_PROXY.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_proxy(
    config: Option<&mut appmint_config>,
    proxy: *const c_char,
    proxy_len: usize,
) {
    set(config, |settings| {
        settings.proxy = Some(text("proxy", proxy, proxy_len)?.into());
        Ok(())
    });
}

/// Root certificates that are trusted besides the system's: PEM, or the DER of one. A server's own
/// certificate may be its root. A store in Redis over TLS trusts them, too. The environment
/// variables SSL_CERT_FILE and SSL_CERT_DIR name others in the place of the system's. Default:
/// none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_root_certificates(
    config: Option<&mut appmint_config>,
    root_certificates: *const c_char,
    root_certificates_len: usize,
) {
    set(config, |settings| {
        let certificates =
            bytes("root_certificates", root_certificates.cast(), root_certificates_len)?;
        settings.root_certificates = Some(certificates.to_vec());
        Ok(())
    });
}

/// The certificate that is shown to a server that wants one (mTLS), with those between it and its
/// root: PEM, or the DER of one. Needs client_key. A store in Redis over TLS that wants one gets
/// it, too. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_certificate(
    config: Option<&mut appmint_config>,
    client_certificate: *const c_char,
    client_certificate_len: usize,
) {
    set(config, |settings| {
        let certificates =
            bytes("client_certificate", client_certificate.cast(), client_certificate_len)?;
        settings.client_certificate = Some(certificates.to_vec());
        Ok(())
    });
}

/// The private key of client_certificate: RSA or ECDSA, in PEM or DER, not encrypted. Default:
/// none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_key(
    config: Option<&mut appmint_config>,
    client_key: *const c_void,
    client_key_len: usize,
) {
    set(config, |settings| {
        let key = bytes("client_key", client_key, client_key_len)?;
        settings.client_key = Some(Zeroizing::new(key.to_vec()));
        Ok(())
    });
}

/// Text that precedes appmint's own User-Agent header. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_user_agent(
    config: Option<&mut appmint_config>,
    user_agent: *const c_char,
    user_agent_len: usize,
) {
    set(config, |settings| {
        settings.user_agent = Some(text("user_agent", user_agent, user_agent_len)?.into());
        Ok(())
    });
}

/// Whether to send requests without TLS to hosts other than this machine (not 0, or 0). Anybody on
/// the way can then read and change what is sent, tokens included. Default: 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_allow_plain_http(
    config: Option<&mut appmint_config>,
    allow_plain_http: c_int,
) {
    set(config, |settings| {
        settings.allow_plain_http = allow_plain_http != 0;
        Ok(())
    });
}

/// Whether to refuse connections to addresses that are not public: this machine, private networks,
/// link-local and reserved addresses (not 0, or 0). For a host that somebody else named. The
/// address that is connected to is checked, so no proxy is used, and none may be given. The call
/// that would connect fails with APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_PRIVATE_ADDRESS).
/// Default: 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_refuse_private_addresses(
    config: Option<&mut appmint_config>,
    refuse_private_addresses: c_int,
) {
    set(config, |settings| {
        settings.refuse_private_addresses = refuse_private_addresses != 0;
        Ok(())
    });
}

/// The largest accepted body of an API response, in bytes. Default: 33 554 432 (32 MiB).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_max_response_body(
    config: Option<&mut appmint_config>,
    max_response_body: usize,
) {
    set(config, |settings| {
        settings.max_response_body = Some(max_response_body);
        Ok(())
    });
}

/// How many times a request is sent again after a temporary failure or a rate limit, if repeating
/// it is safe. 0 sends every request once, except after a refused signature. Default: 2.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_retries(config: Option<&mut appmint_config>, retries: u32) {
    set(config, |settings| {
        settings.retries = Some(retries);
        Ok(())
    });
}

/// The wait before the first retry, which doubles with each further one, in milliseconds. Default:
/// 250.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_retry_wait_ms(
    config: Option<&mut appmint_config>,
    retry_wait_ms: i64,
) {
    set(config, |settings| {
        settings.retry_wait = Some(milliseconds("retry_wait_ms", retry_wait_ms)?);
        Ok(())
    });
}
