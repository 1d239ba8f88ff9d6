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

/// A URL to send a user to, and the secrets to keep until the user returns. It can be finished
/// once, and within an hour by the wall clock, since it may be sealed and opened by another
/// process. A clock that is set ahead ends it sooner; one that is set back prolongs it by as much.
/// One that began more than five minutes in the future is refused, so that a wrong date cannot
/// prolong it for days.
///
/// Zeroized when it is freed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1
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

/// The URL to which the user returns: one of those registered for the app. Default: none is sent.
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

/// A state of your own, which nobody must be able to guess. Default: 256 random bits.
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

/// The account to suggest, on a platform that takes it. Default: none.
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

/// The prompt that the user sees even when logged in, such as "select_account", on a platform that
/// takes it (OpenID Connect Core section 3.1.2.1). Default: none.
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

/// The URL to send the user's browser to.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_url(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| authorization.url.required(|| authorization.core.url()))
}

/// The state that the callback must have; keep it in the user's web session.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_state(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| {
        authorization.state.required(|| authorization.core.state())
    })
}

/// The URL to which the user returns. NULL if none was given.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_authorization_redirect_uri(
    authorization: Option<&appmint_authorization>,
) -> *const c_char {
    text_of(authorization, |authorization| {
        authorization.redirect_uri.optional(|| authorization.core.redirect_uri())
    })
}

/// The PKCE verifier for appmint_app_exchange_code, a secret. NULL if the platform does not use
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
