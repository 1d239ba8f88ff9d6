//! A person at this machine who logs in with a browser, as C holds it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Login, LoginRequest, Result};

use crate::{
    border::{Out, answer, free, given, look, make, show, span, text},
    error::{appmint_error, appmint_status},
    text::Memo,
    token::appmint_token,
};

/// What a login asks for; see appmint_app_start_login.
pub struct appmint_login_request {
    pub(crate) core: LoginRequest,
}

/// A login that waits for a browser to come back.
pub struct appmint_login {
    core: Login,
    url: Memo,
    redirect_uri: Memo,
}

impl From<Login> for appmint_login {
    fn from(core: Login) -> Self {
        let (url, redirect_uri) = Default::default();
        Self { core, url, redirect_uri }
    }
}

fn set(
    request: Option<&mut appmint_login_request>,
    error: Out<'_, appmint_error>,
    change: impl FnOnce(&mut LoginRequest) -> Result<()>,
) -> appmint_status {
    answer(error, || change(&mut given("request", request)?.core))
}

/// A login that asks for nothing in particular. You own it: appmint_login_request_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_new() -> Option<Box<appmint_login_request>> {
    let new = |core| Some(Box::new(appmint_login_request { core }));
    look(Some(LoginRequest::default()), None, new)
}

/// Adds an OAuth scope, where the platform takes them.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_add_scope(
    request: Option<&mut appmint_login_request>,
    scope: *const c_char,
    scope_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.scopes.push(text("scope", scope, scope_len)?.into());
        Ok(())
    })
}

/// The account to suggest, where the platform takes it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_login_hint(
    request: Option<&mut appmint_login_request>,
    login_hint: *const c_char,
    login_hint_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.login_hint = Some(text("login_hint", login_hint, login_hint_len)?.into());
        Ok(())
    })
}

/// Adds a port of 127.0.0.1 to come back to, the first free one counting; default any free port.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_add_port(
    request: Option<&mut appmint_login_request>,
    port: u16,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.ports.push(port);
        Ok(())
    })
}

/// The path to come back to; default "/callback".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_path(
    request: Option<&mut appmint_login_request>,
    path: *const c_char,
    path_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.path = Some(text("path", path, path_len)?.into());
        Ok(())
    })
}

/// Frees what a login asked for. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_free(request: Option<Box<appmint_login_request>>) {
    free(request);
}

/// Where the person is to go. Borrowed until `login` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_url(login: Option<&appmint_login>) -> *const c_char {
    show(login, |login| login.url.some(|| login.core.url()))
}

/// Where the browser comes back to. Borrowed until `login` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_redirect_uri(login: Option<&appmint_login>) -> *const c_char {
    show(login, |login| login.redirect_uri.some(|| login.core.redirect_uri()))
}

/// Opens the person's browser there.
///
/// APPMINT_ERROR_UNSUPPORTED where there is none; show the URL instead.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_open_browser(
    login: Option<&appmint_login>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || given("login", login)?.core.open_browser())
}

/// The person's token, once the browser has come back; the listener then closes. Requests of
/// strangers, and those that belong to another login, are turned away and waited past. A login is
/// waited for once. You own `*token`: appmint_token_free.
///
/// Blocks at most for `timeout_ms` (negative for five minutes), which is APPMINT_ERROR_TIMEOUT, or
/// until appmint_login_cancel, which is APPMINT_ERROR_CANCELLED. APPMINT_ERROR_DENIED when the
/// person said no.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_wait(
    login: Option<&appmint_login>,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || given("login", login)?.core.wait(span(timeout_ms)).wait())
}

/// Ends the waiting, on whatever thread it is, and closes the listener. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_cancel(login: Option<&appmint_login>) {
    look(login, (), |login| login.core.cancel());
}

/// Frees a login. NULL is fine. The listener closes if nobody waited.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_free(login: Option<Box<appmint_login>>) {
    free(login);
}
