//! The browser's half of OAuth, as C asks for it and reads it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Authorization, AuthorizationRequest, Result, Secret};

use crate::{
    border::{Out, answer, free, given, look, show, show_with_len, text},
    error::{appmint_error, appmint_status},
    text::Memo,
};

/// What an authorization asks for; see appmint_app_authorize.
pub struct appmint_authorization_request {
    pub(crate) core: AuthorizationRequest,
}

/// A place to send a user to, and what must be kept until the user comes back.
pub struct appmint_authorization {
    pub(crate) core: Authorization,
    url: Memo,
    state: Memo,
    redirect_uri: Memo,
    code_verifier: Memo,
}

impl From<Authorization> for appmint_authorization {
    fn from(core: Authorization) -> Self {
        let (url, state, redirect_uri, code_verifier) = Default::default();
        Self { core, url, state, redirect_uri, code_verifier }
    }
}

fn set(
    request: Option<&mut appmint_authorization_request>,
    error: Out<'_, appmint_error>,
    change: impl FnOnce(&mut AuthorizationRequest) -> Result<()>,
) -> appmint_status {
    answer(error, || change(&mut given("request", request)?.core))
}

/// An authorization that asks for nothing in particular. You own it:
/// appmint_authorization_request_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_new() -> Option<Box<appmint_authorization_request>>
{
    let new = |core| Some(Box::new(appmint_authorization_request { core }));
    look(Some(AuthorizationRequest::default()), None, new)
}

/// Where the user returns to; one of those registered for the app.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_redirect_uri(
    request: Option<&mut appmint_authorization_request>,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.redirect_uri = Some(text("redirect_uri", redirect_uri, redirect_uri_len)?.into());
        Ok(())
    })
}

/// A state of your own, which must be unguessable; default 256 random bits.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_state(
    request: Option<&mut appmint_authorization_request>,
    state: *const c_char,
    state_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.state = Some(text("state", state, state_len)?.into());
        Ok(())
    })
}

/// Adds an OAuth scope, where the platform takes them.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_add_scope(
    request: Option<&mut appmint_authorization_request>,
    scope: *const c_char,
    scope_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.scopes.push(text("scope", scope, scope_len)?.into());
        Ok(())
    })
}

/// The account to suggest to the user, where the platform takes it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_login_hint(
    request: Option<&mut appmint_authorization_request>,
    login_hint: *const c_char,
    login_hint_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(request, error, |core| {
        core.login_hint = Some(text("login_hint", login_hint, login_hint_len)?.into());
        Ok(())
    })
}

/// Frees what an authorization asked for. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_free(
    request: Option<Box<appmint_authorization_request>>,
) {
    free(request);
}

/// Where to send the user's browser. Borrowed until `authorization` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_url(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    show(authorization, |authorization| authorization.url.some(|| authorization.core.url()))
}

/// What the callback must bring back: keep it with the user's session. Borrowed until
/// `authorization` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_state(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    show(authorization, |authorization| authorization.state.some(|| authorization.core.state()))
}

/// Where the user returns to, or NULL if the authorization named no place. Borrowed until
/// `authorization` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_redirect_uri(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    show(authorization, |authorization| {
        authorization.redirect_uri.maybe(|| authorization.core.redirect_uri())
    })
}

/// The PKCE verifier to hand to appmint_app_exchange_code, a secret; NULL where the platform has no
/// PKCE. Its length goes to `len` unless that is NULL. Borrowed until `authorization` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_code_verifier(
    authorization: Option<&appmint_authorization>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(authorization, len, |authorization| {
        let secret = || authorization.core.code_verifier().map(Secret::reveal);
        authorization.code_verifier.maybe(secret)
    })
}

/// Zeroizes and frees an authorization. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_free(authorization: Option<Box<appmint_authorization>>) {
    free(authorization);
}
