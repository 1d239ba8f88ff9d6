//! The configuration of an app: one setter for each option.
//!
//! The options of stores are in [`stores`](crate::stores), the callback for events in
//! [`events`](crate::events).

pub mod clock;
pub mod discovery;
pub mod network;
pub mod signer;
pub mod transport;

use std::{
    ffi::{c_char, c_void},
    sync::Arc,
};

use appmint_core::{Result, binding::Settings};
use zeroize::Zeroizing;

use crate::{
    access::{free, new},
    convert::{bytes, required, seconds, text},
    draft::{self, Draft},
    settings::{
        clock::appmint_clock,
        signer::{Callback, appmint_signer},
    },
};

/// The configuration of an app. appmint_app_new checks it.
pub struct appmint_config(Draft<Settings>);

impl appmint_config {
    /// The settings, unless a setter had a wrong argument.
    pub(crate) fn settings(&self) -> Result<Settings> {
        self.0.checked().cloned()
    }
}

pub(crate) fn set(
    config: Option<&mut appmint_config>,
    change: impl FnOnce(&mut Settings) -> Result<()>,
) {
    draft::set(config.map(|config| &mut config.0), change);
}

/// A configuration in which every setting has its default.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_new() -> Option<Box<appmint_config>> {
    new(|| appmint_config(Draft::default()))
}

/// The prefix of environment variables, such as "APPMINT_", from which each setting that is not
/// given is read. Each is read from the variable of its name in capitals (APPMINT_APP_ID); a long
/// or secret one also from the file that a variable ending in _FILE names
/// (APPMINT_PRIVATE_KEY_FILE), up to 16 MiB. Durations have a unit (30s), switches are true or
/// false, an empty variable counts as not set, and a proxy "none" is no proxy. Default: the
/// environment is not read.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_environment(
    config: Option<&mut appmint_config>,
    environment: *const c_char,
    environment_len: usize,
) {
    set(config, |settings| {
        settings.environment = Some(text("environment", environment, environment_len)?.into());
        Ok(())
    });
}

/// The name of a built-in platform, such as "github": see appmint_platforms. Required unless
/// platform_descriptor is given. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_platform(
    config: Option<&mut appmint_config>,
    platform: *const c_char,
    platform_len: usize,
) {
    set(config, |settings| {
        settings.platform = Some(text("platform", platform, platform_len)?.into());
        Ok(())
    });
}

/// A descriptor of another platform as JSON text, instead of platform. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_platform_descriptor(
    config: Option<&mut appmint_config>,
    platform_descriptor: *const c_char,
    platform_descriptor_len: usize,
) {
    set(config, |settings| {
        settings.platform_descriptor =
            Some(text("platform_descriptor", platform_descriptor, platform_descriptor_len)?.into());
        Ok(())
    });
}

/// The host of a platform that can be at several, such as "git.corp.example". Default: the
/// platform's own; some platforms require one.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_host(
    config: Option<&mut appmint_config>,
    host: *const c_char,
    host_len: usize,
) {
    set(config, |settings| {
        settings.host = Some(text("host", host, host_len)?.into());
        Ok(())
    });
}

/// The base URL of the API. The web pages follow it where the platform's hosts say how; else the
/// error asks for web_url. Default: the platform's own.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_api_url(
    config: Option<&mut appmint_config>,
    api_url: *const c_char,
    api_url_len: usize,
) {
    set(config, |settings| {
        settings.api_url = Some(text("api_url", api_url, api_url_len)?.into());
        Ok(())
    });
}

/// The base URL of the pages on which users authorize the app, and of OAuth. The API follows it as
/// the web pages follow the API. Default: the platform's own.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_web_url(
    config: Option<&mut appmint_config>,
    web_url: *const c_char,
    web_url_len: usize,
) {
    set(config, |settings| {
        settings.web_url = Some(text("web_url", web_url, web_url_len)?.into());
        Ok(())
    });
}

/// The app's id, as the platform's settings page shows it. JWTs need it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_app_id(
    config: Option<&mut appmint_config>,
    app_id: *const c_char,
    app_id_len: usize,
) {
    set(config, |settings| {
        settings.app_id = Some(text("app_id", app_id, app_id_len)?.into());
        Ok(())
    });
}

/// The OAuth client id. Users' tokens need it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_id(
    config: Option<&mut appmint_config>,
    client_id: *const c_char,
    client_id_len: usize,
) {
    set(config, |settings| {
        settings.client_id = Some(text("client_id", client_id, client_id_len)?.into());
        Ok(())
    });
}

/// The OAuth client secret. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_client_secret(
    config: Option<&mut appmint_config>,
    client_secret: *const c_char,
    client_secret_len: usize,
) {
    set(config, |settings| {
        settings.client_secret =
            Some(text("client_secret", client_secret, client_secret_len)?.into());
        Ok(())
    });
}

/// The app's RSA key: PEM (PKCS#1, PKCS#8, encrypted PKCS#8), DER, or any form in which keys are
/// pasted. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_private_key(
    config: Option<&mut appmint_config>,
    private_key: *const c_void,
    private_key_len: usize,
) {
    set(config, |settings| {
        let key = bytes("private_key", private_key, private_key_len)?;
        settings.private_key = Some(Zeroizing::new(key.to_vec()));
        Ok(())
    });
}

/// A second key during a key rotation, in any form that the first may have. It is used from the
/// moment when the platform does not know the first. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_fallback_private_key(
    config: Option<&mut appmint_config>,
    fallback_private_key: *const c_void,
    fallback_private_key_len: usize,
) {
    set(config, |settings| {
        let key = bytes("fallback_private_key", fallback_private_key, fallback_private_key_len)?;
        settings.fallback_private_key = Some(Zeroizing::new(key.to_vec()));
        Ok(())
    });
}

/// The passphrase of an encrypted PKCS#8 key. A key whose file demands more than 2 000 000 rounds
/// of PBKDF2, or more than 128 MiB for scrypt, is refused; reading one within that may take
/// seconds.
///
/// appmint_app_new_async does not wait for it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_private_key_passphrase(
    config: Option<&mut appmint_config>,
    private_key_passphrase: *const c_char,
    private_key_passphrase_len: usize,
) {
    set(config, |settings| {
        settings.private_key_passphrase = Some(
            text("private_key_passphrase", private_key_passphrase, private_key_passphrase_len)?
                .into(),
        );
        Ok(())
    });
}

/// The platform's name of the key, for platforms that name keys: the kid of the JWTs that the app
/// signs. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_key_id(
    config: Option<&mut appmint_config>,
    key_id: *const c_char,
    key_id_len: usize,
) {
    set(config, |settings| {
        settings.key_id = Some(text("key_id", key_id, key_id_len)?.into());
        Ok(())
    });
}

/// The platform's name of fallback_private_key. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_fallback_key_id(
    config: Option<&mut appmint_config>,
    fallback_key_id: *const c_char,
    fallback_key_id_len: usize,
) {
    set(config, |settings| {
        settings.fallback_key_id =
            Some(text("fallback_key_id", fallback_key_id, fallback_key_id_len)?.into());
        Ok(())
    });
}

/// Signs instead of a private key, such as a KMS or an HSM: takes the message and returns its RS256
/// signature. If it fails, the call fails with APPMINT_ERROR_CALLBACK.
///
/// It is called on worker threads, several at a time, and may block.
///
/// The struct is copied, and its `userdata` passes to the library. `drop` is called exactly once:
/// when neither the configuration nor an app that was made with it needs `userdata`, or at once if
/// the signer is refused. It is not called if `signer` is NULL or its `size` is wrong, since nobody
/// knows then where `drop` is. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_signer(
    config: Option<&mut appmint_config>,
    signer: *const appmint_signer,
) {
    let callback = Callback::take(signer);
    set(config, |settings| {
        settings.signer = Some(Arc::new(callback?.checked()?));
        Ok(())
    });
}

/// How far a JWT's iat lies in the past, in seconds. Default: the platform's, 60 s on those that
/// are built in.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_jwt_back_date_s(
    config: Option<&mut appmint_config>,
    jwt_back_date_s: i64,
) {
    set(config, |settings| {
        settings.jwt_back_date = Some(seconds("jwt_back_date_s", jwt_back_date_s)?);
        Ok(())
    });
}

/// How far a JWT's exp lies in the future, in seconds. Default: the platform's, 540 s on those that
/// are built in, which allow 600 s at most.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_jwt_lifetime_s(
    config: Option<&mut appmint_config>,
    jwt_lifetime_s: i64,
) {
    set(config, |settings| {
        settings.jwt_lifetime = Some(seconds("jwt_lifetime_s", jwt_lifetime_s)?);
        Ok(())
    });
}

/// A clock that shows a fixed time, for tests. `clock` stays yours, and goes on moving the time of
/// the apps that were made with it. Default: the system's clock.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_clock(
    config: Option<&mut appmint_config>,
    clock: Option<&appmint_clock>,
) {
    set(config, |settings| {
        settings.clock = Some(Arc::new(required("clock", clock)?.core.clone()));
        Ok(())
    });
}

/// Zeroizes and frees a configuration. Apps that were made with it do not need it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_free(config: Option<Box<appmint_config>>) {
    free(config);
}
