//! A user who logs in at this machine, with a browser.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{
    Result, Task, Token,
    logins::{Login, LoginRequest},
};

use crate::{
    access::{free, new, read, text_of},
    call::{new_object, try_call, wait_for},
    convert::{milliseconds_or_default, required, text},
    draft::{self, Draft},
    errors::{appmint_error, appmint_status},
    text::OnceText,
    tokens::token::appmint_token,
};

/// The arguments of appmint_app_start_login, all of which may be left out.
pub struct appmint_login_request(Draft<LoginRequest>);

impl appmint_login_request {
    /// The arguments, unless a setter had a wrong one; the defaults for NULL.
    pub(crate) fn or_default(request: Option<&Self>) -> Result<LoginRequest> {
        request.map_or_else(|| Ok(LoginRequest::default()), |request| request.0.checked().cloned())
    }
}

fn set(
    request: Option<&mut appmint_login_request>,
    change: impl FnOnce(&mut LoginRequest) -> Result<()>,
) {
    draft::set(request.map(|request| &mut request.0), change);
}

/// A login of a user in a browser on this machine, which waits for the browser to return.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
pub struct appmint_login {
    core: Login,
    url: OnceText,
    redirect_uri: OnceText,
}

impl From<Login> for appmint_login {
    fn from(core: Login) -> Self {
        let (url, redirect_uri) = Default::default();
        Self { core, url, redirect_uri }
    }
}

/// A request without any argument.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_new() -> Option<Box<appmint_login_request>> {
    new(|| appmint_login_request(Draft::default()))
}

/// Adds an OAuth scope, on a platform that takes them.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_add_scope(
    request: Option<&mut appmint_login_request>,
    scope: *const c_char,
    scope_len: usize,
) {
    set(request, |core| {
        core.scopes.push(text("scope", scope, scope_len)?.into());
        Ok(())
    });
}

/// The account to suggest, on a platform that takes it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_login_hint(
    request: Option<&mut appmint_login_request>,
    login_hint: *const c_char,
    login_hint_len: usize,
) {
    set(request, |core| {
        core.login_hint = Some(text("login_hint", login_hint, login_hint_len)?.into());
        Ok(())
    });
}

/// The prompt that the user sees even when logged in, such as "select_account", on a platform that
/// takes it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_prompt(
    request: Option<&mut appmint_login_request>,
    prompt: *const c_char,
    prompt_len: usize,
) {
    set(request, |core| {
        core.prompt = Some(text("prompt", prompt, prompt_len)?.into());
        Ok(())
    });
}

/// Adds a port of 127.0.0.1. The listener takes the first that is free; default any free port.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_add_port(
    request: Option<&mut appmint_login_request>,
    port: u16,
) {
    set(request, |core| {
        core.ports.push(port);
        Ok(())
    });
}

/// The path of the redirect URI. Default: "/callback".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_path(
    request: Option<&mut appmint_login_request>,
    path: *const c_char,
    path_len: usize,
) {
    set(request, |core| {
        core.path = Some(text("path", path, path_len)?.into());
        Ok(())
    });
}

/// The host of the redirect URI, on a platform that compares it to the letter: "127.0.0.1" or
/// "localhost". The listener is on 127.0.0.1 either way. Default: "127.0.0.1".
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_set_host(
    request: Option<&mut appmint_login_request>,
    host: *const c_char,
    host_len: usize,
) {
    set(request, |core| {
        core.host = Some(text("host", host, host_len)?.into());
        Ok(())
    });
}

/// Frees a request.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_request_free(request: Option<Box<appmint_login_request>>) {
    free(request);
}

/// The URL to send the user's browser to.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_url(login: Option<&appmint_login>) -> *const c_char {
    text_of(login, |login| login.url.required(|| login.core.url()))
}

/// The URL on this machine to which the browser returns.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_redirect_uri(login: Option<&appmint_login>) -> *const c_char {
    text_of(login, |login| login.redirect_uri.required(|| login.core.redirect_uri()))
}

/// Opens the URL in the user's browser.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if there is no browser; show the URL instead.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8252#section-4.1
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_open_browser(
    login: Option<&appmint_login>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || required("login", login)?.core.open_browser())
}

/// Waits until the browser returns, and exchanges its code for a token. The listener then closes; a
/// login can be waited for once. Requests that do not belong to this login are refused, and the
/// wait goes on. The browser is answered from the start of the login on, whether anybody waits or
/// not. Each request for the token gets the app's timeout, or what is left of this one.
///
/// Free `*token` with appmint_token_free.
///
/// - `timeout_ms`: How long to wait for the user, in milliseconds. APPMINT_DEFAULT: 300000.
///
/// Errors:
/// - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
/// - APPMINT_ERROR_TIMEOUT if the browser did not return in time.
/// - APPMINT_ERROR_CANCELLED if the login was cancelled.
/// - APPMINT_ERROR_INVALID_ARGUMENT if this login was waited for before, or begun by another
///   process.
/// - Those of appmint_app_exchange_code.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_wait(
    login: Option<&appmint_login>,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || wait_for(|| wait_task(login, timeout_ms)))
}

/// Ends a wait with an error of kind APPMINT_ERROR_CANCELLED, and closes the listener.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_cancel(login: Option<&appmint_login>) {
    read(login, (), |login| login.core.cancel());
}

/// Frees a login. The listener closes, unless a wait did it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_login_free(login: Option<Box<appmint_login>>) {
    free(login);
}

pub(crate) fn wait_task(login: Option<&appmint_login>, timeout_ms: i64) -> Result<Task<Token>> {
    let timeout = milliseconds_or_default("timeout_ms", timeout_ms)?;
    Ok(required("login", login)?.core.wait(timeout))
}
