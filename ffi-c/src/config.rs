//! How an app is described, one setter an option.

use std::{
    ffi::{c_char, c_int, c_void},
    mem::MaybeUninit,
    sync::Arc,
    time::Duration,
};

use appmint_core::{Result, Settings};
use zeroize::Zeroizing;

use crate::{
    border::{Out, answer, bytes, free, given, look, text},
    clock::appmint_clock,
    error::{appmint_error, appmint_status},
    signer::{Callback, appmint_signer},
};

/// What a program says about its app. Nothing of it is looked at before appmint_app_new.
pub struct appmint_config {
    pub(crate) settings: Settings,
}

pub(crate) fn set(
    config: Option<&mut appmint_config>,
    error: Out<'_, appmint_error>,
    change: impl FnOnce(&mut Settings) -> Result<()>,
) -> appmint_status {
    answer(error, || change(&mut given("config", config)?.settings))
}

/// An empty configuration: every setting has its default. You own it: appmint_config_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_new() -> Option<Box<appmint_config>> {
    look(Some(Settings::default()), None, |settings| Some(Box::new(appmint_config { settings })))
}

/// Zeroizes and frees a configuration. NULL is fine; apps made of it do not need it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_free(config: Option<Box<appmint_config>>) {
    free(config);
}

/// The name of a built-in platform, such as "atomgit"; see appmint_platforms.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_platform(
    config: Option<&mut appmint_config>,
    platform: *const c_char,
    platform_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.platform = Some(text("platform", platform, platform_len)?.into());
        Ok(())
    })
}

/// A platform's descriptor as JSON text, instead of a name.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_platform_descriptor(
    config: Option<&mut appmint_config>,
    platform_descriptor: *const c_char,
    platform_descriptor_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.platform_descriptor =
            Some(text("platform_descriptor", platform_descriptor, platform_descriptor_len)?.into());
        Ok(())
    })
}

/// The host that the platform is at, where it can be at several: "git.corp.example".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_host(
    config: Option<&mut appmint_config>,
    host: *const c_char,
    host_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.host = Some(text("host", host, host_len)?.into());
        Ok(())
    })
}

/// The base of the API, instead of the platform's own.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_api_url(
    config: Option<&mut appmint_config>,
    api_url: *const c_char,
    api_url_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.api_url = Some(text("api_url", api_url, api_url_len)?.into());
        Ok(())
    })
}

/// The base of the web pages, where a user authorizes, instead of the platform's own.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_web_url(
    config: Option<&mut appmint_config>,
    web_url: *const c_char,
    web_url_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.web_url = Some(text("web_url", web_url, web_url_len)?.into());
        Ok(())
    })
}

/// The app's id, as the platform's settings page shows it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_app_id(
    config: Option<&mut appmint_config>,
    app_id: *const c_char,
    app_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.app_id = Some(text("app_id", app_id, app_id_len)?.into());
        Ok(())
    })
}

/// The OAuth client id.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_id(
    config: Option<&mut appmint_config>,
    client_id: *const c_char,
    client_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.client_id = Some(text("client_id", client_id, client_id_len)?.into());
        Ok(())
    })
}

/// The OAuth client secret. Copied, and zeroized when it is not needed any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_secret(
    config: Option<&mut appmint_config>,
    client_secret: *const c_char,
    client_secret_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.client_secret =
            Some(text("client_secret", client_secret, client_secret_len)?.into());
        Ok(())
    })
}

/// The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or as it was pasted. Copied, and
/// zeroized when it is not needed any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_private_key(
    config: Option<&mut appmint_config>,
    private_key: *const c_void,
    private_key_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        let key = bytes("private_key", private_key, private_key_len)?;
        settings.private_key = Some(Zeroizing::new(key.to_vec()));
        Ok(())
    })
}

/// A second key, for the time of a rotation: turned to when the platform does not know the first.
/// In any form that the first may have. Copied, and zeroized when it is not needed any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_fallback_private_key(
    config: Option<&mut appmint_config>,
    fallback_private_key: *const c_void,
    fallback_private_key_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        let key = bytes("fallback_private_key", fallback_private_key, fallback_private_key_len)?;
        settings.fallback_private_key = Some(Zeroizing::new(key.to_vec()));
        Ok(())
    })
}

/// The passphrase of an encrypted PKCS#8 key. Copied, and zeroized when it is not needed any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_private_key_passphrase(
    config: Option<&mut appmint_config>,
    private_key_passphrase: *const c_char,
    private_key_passphrase_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.private_key_passphrase = Some(
            text("private_key_passphrase", private_key_passphrase, private_key_passphrase_len)?
                .into(),
        );
        Ok(())
    })
}

/// What the platform calls the key, where it names keys: the `kid` of what the app signs.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_key_id(
    config: Option<&mut appmint_config>,
    key_id: *const c_char,
    key_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.key_id = Some(text("key_id", key_id, key_id_len)?.into());
        Ok(())
    })
}

/// The same of the second key.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_fallback_key_id(
    config: Option<&mut appmint_config>,
    fallback_key_id: *const c_char,
    fallback_key_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.fallback_key_id =
            Some(text("fallback_key_id", fallback_key_id, fallback_key_id_len)?.into());
        Ok(())
    })
}

/// Signs through a callback, instead of a private key.
///
/// What `signer` points to is copied; its `userdata` is taken over. Its `drop` is called exactly
/// once, when neither the configuration nor an app made of it needs it any more, and at once when
/// this function fails. Only when `signer` is NULL or its `size` is too small is it not called.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_signer(
    config: Option<&mut appmint_config>,
    signer: *const appmint_signer,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let callback = Callback::take(signer)?.checked()?;
        given("config", config)?.settings.signer = Some(Arc::new(callback));
        Ok(())
    })
}

/// How far a JWT's `iat` lies back, in seconds; default 60.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_jwt_back_date_s(
    config: Option<&mut appmint_config>,
    jwt_back_date_s: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.jwt_back_date = Some(Duration::from_secs(jwt_back_date_s));
        Ok(())
    })
}

/// How far a JWT's `exp` lies ahead, in seconds; default 540.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_jwt_lifetime_s(
    config: Option<&mut appmint_config>,
    jwt_lifetime_s: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.jwt_lifetime = Some(Duration::from_secs(jwt_lifetime_s));
        Ok(())
    })
}

/// The deadline of a whole call, in milliseconds; default 30000. A call that blocks does so for this
/// long at most.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_timeout_ms(
    config: Option<&mut appmint_config>,
    timeout_ms: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.timeout = Some(Duration::from_millis(timeout_ms));
        Ok(())
    })
}

/// The deadline of connecting, in milliseconds; default 10000.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_connect_timeout_ms(
    config: Option<&mut appmint_config>,
    connect_timeout_ms: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.connect_timeout = Some(Duration::from_millis(connect_timeout_ms));
        Ok(())
    })
}

/// The URL of a proxy, instead of what the environment says; "" for none. It may hold a password.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_proxy(
    config: Option<&mut appmint_config>,
    proxy: *const c_char,
    proxy_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.proxy = Some(text("proxy", proxy, proxy_len)?.into());
        Ok(())
    })
}

/// PEM of certificates to trust beside the system's.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_root_certificates(
    config: Option<&mut appmint_config>,
    root_certificates: *const c_char,
    root_certificates_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.root_certificates =
            Some(text("root_certificates", root_certificates, root_certificates_len)?.into());
        Ok(())
    })
}

/// Put before appmint's own User-Agent.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_user_agent(
    config: Option<&mut appmint_config>,
    user_agent: *const c_char,
    user_agent_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.user_agent = Some(text("user_agent", user_agent, user_agent_len)?.into());
        Ok(())
    })
}

/// Not 0: also speaks plain http to other hosts than this machine; default 0. Everybody on the way can
/// then read and change what is sent, tokens included.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_allow_plain_http(
    config: Option<&mut appmint_config>,
    allow_plain_http: c_int,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.allow_plain_http = allow_plain_http != 0;
        Ok(())
    })
}

/// The largest body of an API reply in bytes; default 33554432 (32 MiB).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_max_response_body(
    config: Option<&mut appmint_config>,
    max_response_body: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.max_response_body = Some(max_response_body);
        Ok(())
    })
}

/// How often a call is tried again after a failure that may pass, or a limit, where that is safe;
/// default 2, 0 to send everything once.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_retries(
    config: Option<&mut appmint_config>,
    retries: u32,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.retries = Some(retries);
        Ok(())
    })
}

/// The wait before a call is first tried again, in milliseconds, doubled for each further time;
/// default 250.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_retry_wait_ms(
    config: Option<&mut appmint_config>,
    retry_wait_ms: u64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.retry_wait = Some(Duration::from_millis(retry_wait_ms));
        Ok(())
    })
}

/// Tells the time instead of the machine's clock. `clock` stays yours, and goes on moving the time of
/// the apps that were made with it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_clock(
    config: Option<&mut appmint_config>,
    clock: Option<&appmint_clock>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.clock = Some(Arc::new(given("clock", clock)?.core.clone()));
        Ok(())
    })
}
