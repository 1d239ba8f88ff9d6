//! Users who log in and stay logged in, as C asks for it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::Secret;

use crate::{
    app::appmint_app,
    authorization::appmint_authorization,
    border::{self, answer, given, make, text},
    device::appmint_device_login,
    error::{appmint_error, appmint_status},
    login::{appmint_login, appmint_login_request},
    source::appmint_source,
    text::appmint_text,
    token::appmint_token,
};

/// The user token that an authorization brought, given the URL or query that the user came back
/// with: its state must be the same, the platform must be, and it works once. `authorization` stays
/// yours. You own `*token`: appmint_token_free.
///
/// APPMINT_ERROR_REAUTHORIZE for another state, and for one that was finished before;
/// APPMINT_ERROR_DENIED when the user said no. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || {
        let callback_url = text("callback_url", callback_url, callback_url_len)?;
        let authorization = given("authorization", authorization)?;
        given("app", app)?.core.finish_authorization(&authorization.core, callback_url).wait()
    })
}

/// An authorization as text that only this app's store key opens, to be kept in a user's cookie or
/// session until the user comes back, to whichever process; nothing goes out. You own `*sealed`:
/// appmint_text_free.
///
/// APPMINT_ERROR_INVALID_ARGUMENT without a store key.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_seal_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    sealed: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("sealed", sealed, error, || {
        let authorization = given("authorization", authorization)?;
        given("app", app)?.core.seal_authorization(&authorization.core).map(Secret::from)
    })
}

/// The authorization that was sealed; nothing goes out. You own `*authorization`:
/// appmint_authorization_free.
///
/// APPMINT_ERROR_INVALID_ARGUMENT for text that this app's store key does not open.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_open_authorization(
    app: Option<&appmint_app>,
    sealed: *const c_char,
    sealed_len: usize,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("authorization", authorization, error, || {
        let sealed = text("sealed", sealed, sealed_len)?;
        given("app", app)?.core.open_authorization(sealed)
    })
}

/// Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser comes
/// back to (RFC 8252). Nothing goes out yet. `request` stays yours, and may be NULL to ask for
/// nothing in particular. You own `*login`: appmint_login_free. It goes on working when `app` is
/// freed.
///
/// APPMINT_ERROR_TRANSPORT when no port is free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_login(
    app: Option<&appmint_app>,
    request: Option<&appmint_login_request>,
    login: Option<&mut MaybeUninit<*mut appmint_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("login", login, error, || {
        let request = request.map(|request| request.core.clone()).unwrap_or_default();
        given("app", app)?.core.start_login(request)
    })
}

/// Begins a login on another device (RFC 8628): it shows a code to type there. `scopes` are
/// `scopes_len` texts, each with a NUL at its end; they stay yours. You own `*login`:
/// appmint_device_login_free. It goes on working when `app` is freed.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_device_login(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_len: usize,
    login: Option<&mut MaybeUninit<*mut appmint_device_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("login", login, error, || {
        let scopes = border::texts("scopes", "scope", scopes, scopes_len)?;
        given("app", app)?.core.start_device_login(scopes).wait()
    })
}

/// A source of one user's tokens, which live in the store under a name of your choice and are
/// renewed ahead of their end; nothing goes out yet. Processes that share the store renew once. You
/// own `*source`: appmint_source_free. It goes on working when `app` is freed.
///
/// APPMINT_ERROR_INVALID_ARGUMENT without a store or a client id. What the source is asked for
/// before appmint_app_start_session is APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_NO_SESSION.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("source", source, error, || {
        let name = text("name", name, name_len)?;
        given("app", app)?.core.session(name)
    })
}

/// Writes a user's token down under a name, in the place of what was there: from now on
/// appmint_app_session gives it and renews it. `token` stays yours.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    token: Option<&appmint_token>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let name = text("name", name, name_len)?;
        let token = given("token", token)?.core.clone();
        given("app", app)?.core.start_session(name, token).wait()
    })
}

/// Forgets a user's session, here and in the store. The tokens themselves go on working:
/// appmint_app_delete_grant ends them, where the platform has it.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_end_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let name = text("name", name, name_len)?;
        given("app", app)?.core.end_session(name).wait()
    })
}
