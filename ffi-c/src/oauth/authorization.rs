//! The browser's part of an authorization.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{
    Result, Secret,
    oauth::{Authorization, AuthorizationRequest},
};

use crate::{
    access::{free, new, text_and_len_of, text_of},
    convert::text,
    draft::{self, Draft},
    text::OnceText,
};

/// The arguments of appmint_app_authorize, all of which may be left out.
pub struct appmint_authorization_request(Draft<AuthorizationRequest>);

impl appmint_authorization_request {
    /// The arguments, unless a setter had a wrong one; the defaults for NULL.
    pub(crate) fn or_default(request: Option<&Self>) -> Result<AuthorizationRequest> {
        request.map_or_else(
            || Ok(AuthorizationRequest::default()),
            |request| request.0.checked().cloned(),
        )
    }
}

fn set(
    request: Option<&mut appmint_authorization_request>,
    change: impl FnOnce(&mut AuthorizationRequest) -> Result<()>,
) {
    draft::set(request.map(|request| &mut request.0), change);
}

/// A URL to send a user to, and the values that the program must keep until the user comes back.
pub struct appmint_authorization {
    pub(crate) core: Authorization,
    url: OnceText,
    state: OnceText,
    redirect_uri: OnceText,
    code_verifier: OnceText,
}

impl From<Authorization> for appmint_authorization {
    fn from(core: Authorization) -> Self {
        let (url, state, redirect_uri, code_verifier) = Default::default();
        Self { core, url, state, redirect_uri, code_verifier }
    }
}

/// A request without any argument.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_new() -> Option<Box<appmint_authorization_request>>
{
    new(|| appmint_authorization_request(Draft::default()))
}

/// Where the user returns to: one of the URIs that are registered for the app.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_redirect_uri(
    request: Option<&mut appmint_authorization_request>,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
) {
    set(request, |core| {
        core.redirect_uri = Some(text("redirect_uri", redirect_uri, redirect_uri_len)?.into());
        Ok(())
    });
}

/// The state, which must be unguessable; default 256 random bits.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_state(
    request: Option<&mut appmint_authorization_request>,
    state: *const c_char,
    state_len: usize,
) {
    set(request, |core| {
        core.state = Some(text("state", state, state_len)?.into());
        Ok(())
    });
}

/// Adds an OAuth scope, on a platform that takes them.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_add_scope(
    request: Option<&mut appmint_authorization_request>,
    scope: *const c_char,
    scope_len: usize,
) {
    set(request, |core| {
        core.scopes.push(text("scope", scope, scope_len)?.into());
        Ok(())
    });
}

/// The account to suggest to the user, on a platform that takes it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_login_hint(
    request: Option<&mut appmint_authorization_request>,
    login_hint: *const c_char,
    login_hint_len: usize,
) {
    set(request, |core| {
        core.login_hint = Some(text("login_hint", login_hint, login_hint_len)?.into());
        Ok(())
    });
}

/// The prompt that the user sees even when logged in, such as "select_account", on a platform
/// that takes it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_set_prompt(
    request: Option<&mut appmint_authorization_request>,
    prompt: *const c_char,
    prompt_len: usize,
) {
    set(request, |core| {
        core.prompt = Some(text("prompt", prompt, prompt_len)?.into());
        Ok(())
    });
}

/// Frees a request.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_request_free(
    request: Option<Box<appmint_authorization_request>>,
) {
    free(request);
}

/// The URL for the user's browser.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_url(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| authorization.url.required(|| authorization.core.url()))
}

/// The state that the callback must bring back. Keep it with the user's web session.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_state(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| {
        authorization.state.required(|| authorization.core.state())
    })
}

/// Where the user returns to; NULL if the request named no URI.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_redirect_uri(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| {
        authorization.redirect_uri.optional(|| authorization.core.redirect_uri())
    })
}

/// The PKCE verifier (RFC 7636) for appmint_app_exchange_code, a secret; NULL on a platform without
/// PKCE.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_code_verifier(
    authorization: Option<&appmint_authorization>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(authorization, len, |authorization| {
        let secret = || authorization.core.code_verifier().map(Secret::reveal);
        authorization.code_verifier.optional(secret)
    })
}

/// Zeroizes and frees an authorization.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_free(authorization: Option<Box<appmint_authorization>>) {
    free(authorization);
}
