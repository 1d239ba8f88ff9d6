//! The tokens of users: checked, replaced, narrowed and revoked.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, Task, Token, oauth::Introspection, resources::Target};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, try_call, wait_for},
    convert::{optional_text, text},
    errors::{appmint_error, appmint_status},
    oauth::introspection::appmint_introspection,
    tokens::{scope::appmint_scope, token::appmint_token},
};

/// Asks the platform about a user token: its scopes, its expiry and its account. Free `*checked`
/// with appmint_token_free.
///
/// - `token`: The token's text.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
///   or another app's.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_check_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    checked: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("checked", checked, error, || wait_for(|| check_token_task(app, token, token_len)))
}

/// Replaces a user token, which stops working. Free `*fresh` with appmint_token_free.
///
/// - `token`: The token's text.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
///   or another app's.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_reset_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    fresh: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("fresh", fresh, error, || wait_for(|| reset_token_task(app, token, token_len)))
}

/// Makes a user token with a part of a token's access, on exactly one account. One of `target` and
/// `target_id` is NULL. `scope` may be NULL for everything that `token` reaches there; an empty one
/// is refused.
///
/// Free `*scoped` with appmint_token_free.
///
/// - `token`: The token's text.
/// - `target`: The account's name.
/// - `target_id`: The account's id, instead of its name.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if none or both of `target` and `target_id` are given, or an
///   argument is empty or malformed.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the token is not valid any more,
///   or another app's.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_scope_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    target: *const c_char,
    target_len: usize,
    target_id: *const c_char,
    target_id_len: usize,
    scope: Option<&appmint_scope>,
    scoped: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("scoped", scoped, error, || {
        wait_for(|| {
            scope_token_task(
                app,
                token,
                token_len,
                target,
                target_len,
                target_id,
                target_id_len,
                scope,
            )
        })
    })
}

/// Ends a user token on the platform. It succeeds if the token is already invalid.
///
/// - `token`: The token's text.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_token_task(app, token, token_len)))
}

/// Ends a user's authorization of the app with all its tokens.
///
/// - `token`: One of these tokens, which must work.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_TOKEN) if the platform does not know the
///   token; nothing was ended, and the authorization may live on.
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_grant(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_grant_task(app, token, token_len)))
}

/// Ends an access token or a refresh token at the authorization server. The server ends the tokens
/// that belong to it, too. It succeeds if the server does not know the token.
///
/// `token_type_hint` may be NULL.
///
/// - `token`: The token's text.
/// - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
///   Default: none is sent.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no such endpoint.
/// - APPMINT_ERROR_UNSUPPORTED (APPMINT_REASON_UNSUPPORTED_TOKEN_TYPE) if the server does not
///   revoke tokens of this type.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7009#section-2.1
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        wait_for(|| revoke_token_task(app, token, token_len, token_type_hint, token_type_hint_len))
    })
}

/// Asks the authorization server about an access token or a refresh token. A token that has
/// expired, was revoked, is unknown or another client's is no error: it is not
/// appmint_introspection_active.
///
/// `token_type_hint` may be NULL.
///
/// Free `*introspection` with appmint_introspection_free.
///
/// - `token`: The token's text.
/// - `token_type_hint`: "access_token" or "refresh_token", which saves the server a search.
///   Default: none is sent.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no such endpoint.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.1
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_introspect_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    introspection: Option<&mut MaybeUninit<*mut appmint_introspection>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("introspection", introspection, error, || {
        wait_for(|| {
            introspect_token_task(app, token, token_len, token_type_hint, token_type_hint_len)
        })
    })
}

pub(crate) fn check_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
) -> Result<Task<Token>> {
    let token = text("token", token, token_len)?;
    Ok(app_of(app)?.check_token(token))
}

pub(crate) fn reset_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
) -> Result<Task<Token>> {
    let token = text("token", token, token_len)?;
    Ok(app_of(app)?.reset_token(token))
}

#[expect(clippy::too_many_arguments, reason = "they are those of a function of C")]
pub(crate) fn scope_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    target: *const c_char,
    target_len: usize,
    target_id: *const c_char,
    target_id_len: usize,
    scope: Option<&appmint_scope>,
) -> Result<Task<Token>> {
    let token = text("token", token, token_len)?;
    let target = optional_text("target", target, target_len)?.map(str::to_owned);
    let target_id = optional_text("target_id", target_id, target_id_len)?.map(str::to_owned);
    let target = Target::only(target, target_id)?;
    let scope = appmint_scope::or_all(scope)?;
    Ok(app_of(app)?.scope_token(token, &target, &scope))
}

pub(crate) fn delete_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
) -> Result<Task<()>> {
    let token = text("token", token, token_len)?;
    Ok(app_of(app)?.delete_token(token))
}

pub(crate) fn delete_grant_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
) -> Result<Task<()>> {
    let token = text("token", token, token_len)?;
    Ok(app_of(app)?.delete_grant(token))
}

pub(crate) fn revoke_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
) -> Result<Task<()>> {
    let token = text("token", token, token_len)?;
    let hint = optional_text("token_type_hint", token_type_hint, token_type_hint_len)?;
    Ok(app_of(app)?.revoke_token(token, hint.map(str::to_owned)))
}

pub(crate) fn introspect_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
) -> Result<Task<Introspection>> {
    let token = text("token", token, token_len)?;
    let hint = optional_text("token_type_hint", token_type_hint, token_type_hint_len)?;
    Ok(app_of(app)?.introspect_token(token, hint.map(str::to_owned)))
}
