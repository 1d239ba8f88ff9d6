//! Users who authorize the app.

pub mod authorization;
pub mod device;
pub mod introspection;
pub mod login;
pub mod user_tokens;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{
    Result, Secret, Task, Token, auth::TokenExchange, logins::DeviceLogin, oauth::CodeExchange,
};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, wait_for},
    convert::{optional_text, required, text, texts},
    errors::{appmint_error, appmint_status},
    oauth::{
        authorization::{appmint_authorization, appmint_authorization_request},
        device::appmint_device_login,
        login::{appmint_login, appmint_login_request},
    },
    tokens::token::appmint_token,
    values::appmint_text,
};

/// The URL where a user authorizes the app, with a fresh state. `request` may be NULL. No network
/// I/O.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_authorize(
    app: Option<&appmint_app>,
    request: Option<&appmint_authorization_request>,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("authorization", authorization, error, || {
        let request = appmint_authorization_request::or_default(request)?;
        app_of(app)?.authorize(&request)
    })
}

/// The code in the URL that the user came back with, if its state equals `state`. No network I/O.
///
/// APPMINT_ERROR_REAUTHORIZE for another state; APPMINT_ERROR_DENIED if the user refused.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_authorization_code(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
    code: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("code", code, error, || {
        let callback_url = text("callback_url", callback_url, callback_url_len)?;
        let state = text("state", state, state_len)?;
        app_of(app)?.authorization_code(callback_url, state)
    })
}

/// A user token for an authorization code. The code is sent once, and again only with the fallback
/// key if the platform refused the first as the client's. `redirect_uri` is the authorization's, or
/// NULL; so is `code_verifier`.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_code(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    code_verifier: *const c_char,
    code_verifier_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| {
            exchange_code_task(
                app,
                code,
                code_len,
                redirect_uri,
                redirect_uri_len,
                code_verifier,
                code_verifier_len,
            )
        })
    })
}

/// The user token for an authorization, from the URL or query that the user came back with. The
/// state must be the authorization's, and the platform the same. An authorization can be finished
/// once.
///
/// APPMINT_ERROR_REAUTHORIZE for another state, or if it was finished before; APPMINT_ERROR_DENIED
/// if the user refused.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| finish_authorization_task(app, authorization, callback_url, callback_url_len))
    })
}

/// An authorization as encrypted text that only this app's store key opens, for a user's cookie or
/// web session. Any process with the same key can open it. No network I/O.
///
/// APPMINT_ERROR_INVALID_ARGUMENT without a store key.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_seal_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    sealed: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("sealed", sealed, error, || {
        let authorization = required("authorization", authorization)?;
        app_of(app)?.seal_authorization(&authorization.core).map(Secret::from)
    })
}

/// The authorization in a sealed text. No network I/O.
///
/// APPMINT_ERROR_INVALID_ARGUMENT if this app's store key does not open it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_open_authorization(
    app: Option<&appmint_app>,
    sealed: *const c_char,
    sealed_len: usize,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("authorization", authorization, error, || {
        let sealed = text("sealed", sealed, sealed_len)?;
        app_of(app)?.open_authorization(sealed)
    })
}

/// A new user token for a refresh token. The refresh token is sent once, and again only with the
/// fallback key if the platform refused the first as the client's. After a lost answer it may be
/// spent where the platform rotates refresh tokens: that error is not retryable. A session keeps
/// what can be kept (appmint_app_session).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_refresh(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| refresh_task(app, refresh_token, refresh_token_len))
    })
}

/// A token of the platform for a token of another server (RFC 8693), such as the OIDC id token of a
/// workload. `subject_token_type` is a URI of RFC 8693 §3, or NULL for a JWT; `audience` and `resource` name
/// the service that the new token is for, or are NULL; `scopes` is an array of texts, which may be
/// empty. The app's OAuth client authenticates if the app has a client id. Each call sends a request.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without token exchange; APPMINT_ERROR_UNAUTHORIZED with
/// APPMINT_REASON_INVALID_TOKEN for a token that the platform does not accept.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_token(
    app: Option<&appmint_app>,
    subject_token: *const c_char,
    subject_token_len: usize,
    subject_token_type: *const c_char,
    subject_token_type_len: usize,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    audience: *const c_char,
    audience_len: usize,
    resource: *const c_char,
    resource_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| {
            exchange_token_task(
                app,
                subject_token,
                subject_token_len,
                subject_token_type,
                subject_token_type_len,
                scopes,
                scopes_lens,
                scopes_count,
                audience,
                audience_len,
                resource,
                resource_len,
            )
        })
    })
}

/// Begins a login of the user at this machine (RFC 8252): a listener on 127.0.0.1 that the user's
/// browser comes back to. `request` may be NULL. No network I/O until appmint_login_wait.
///
/// APPMINT_ERROR_TRANSPORT if no port is free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_login(
    app: Option<&appmint_app>,
    request: Option<&appmint_login_request>,
    login: Option<&mut MaybeUninit<*mut appmint_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("login", login, error, || {
        let request = appmint_login_request::or_default(request)?;
        app_of(app)?.start_login(request)
    })
}

/// Begins a login on another device (RFC 8628): the user types a code there. `scopes` is an array
/// of texts, which may be empty.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_device_login(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    login: Option<&mut MaybeUninit<*mut appmint_device_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("login", login, error, || {
        wait_for(|| start_device_login_task(app, scopes, scopes_lens, scopes_count))
    })
}

pub(crate) fn exchange_code_task(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    code_verifier: *const c_char,
    code_verifier_len: usize,
) -> Result<Task<Token>> {
    let code = text("code", code, code_len)?;
    let redirect_uri = optional_text("redirect_uri", redirect_uri, redirect_uri_len)?;
    let verifier = optional_text("code_verifier", code_verifier, code_verifier_len)?;
    let exchange = CodeExchange {
        redirect_uri: redirect_uri.map(str::to_owned),
        code_verifier: verifier.map(Secret::from),
        ..CodeExchange::new(code)
    };
    Ok(app_of(app)?.exchange_code(exchange))
}

pub(crate) fn finish_authorization_task(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
) -> Result<Task<Token>> {
    let callback_url = text("callback_url", callback_url, callback_url_len)?;
    let authorization = required("authorization", authorization)?;
    Ok(app_of(app)?.finish_authorization(&authorization.core, callback_url))
}

pub(crate) fn refresh_task(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
) -> Result<Task<Token>> {
    let refresh_token = text("refresh_token", refresh_token, refresh_token_len)?;
    Ok(app_of(app)?.refresh(refresh_token))
}

#[expect(clippy::too_many_arguments, reason = "they are those of a function of C")]
pub(crate) fn exchange_token_task(
    app: Option<&appmint_app>,
    subject_token: *const c_char,
    subject_token_len: usize,
    subject_token_type: *const c_char,
    subject_token_type_len: usize,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    audience: *const c_char,
    audience_len: usize,
    resource: *const c_char,
    resource_len: usize,
) -> Result<Task<Token>> {
    let subject_token = text("subject_token", subject_token, subject_token_len)?;
    let token_type =
        optional_text("subject_token_type", subject_token_type, subject_token_type_len)?;
    let audience = optional_text("audience", audience, audience_len)?;
    let resource = optional_text("resource", resource, resource_len)?;
    let exchange = TokenExchange {
        subject_token_type: token_type.map(str::to_owned),
        scopes: texts("scopes", "scope", scopes, scopes_lens, scopes_count)?,
        audience: audience.map(str::to_owned),
        resource: resource.map(str::to_owned),
        ..TokenExchange::new(subject_token)
    };
    Ok(app_of(app)?.exchange_token(exchange))
}

pub(crate) fn start_device_login_task(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
) -> Result<Task<DeviceLogin>> {
    let scopes = texts("scopes", "scope", scopes, scopes_lens, scopes_count)?;
    Ok(app_of(app)?.start_device_login(scopes))
}
