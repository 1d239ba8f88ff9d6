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

/// The platform's view of a user's token: its scopes, expiry and account. The refresh token is not
/// part of it: keep yours.
///
/// APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_INVALID_TOKEN if the token is invalid, or another
/// app's.
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

/// A new token that replaces a user's token, which stops working.
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

/// A user token that reaches a part of what `token` does, on exactly one account: `target` is its
/// name, or `target_id` its id, and the other is NULL. `scope` may be NULL for everything that
/// `token` reaches there; an empty one is refused.
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

/// Revokes a user's token. It succeeds if the token is already invalid.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_token_task(app, token, token_len)))
}

/// Revokes a user's authorization of the app with all its tokens, of which `token` is one that works.
/// APPMINT_ERROR_REAUTHORIZE when the platform does not know the token: then nothing was revoked, and the
/// authorization may live on.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_grant(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| delete_grant_task(app, token, token_len)))
}

/// Revokes an access or refresh token at the authorization server (RFC 7009), and the tokens that
/// the server ties to it. `token_type_hint` is "access_token" or "refresh_token", which saves the
/// server a search, or NULL. It succeeds if the server does not know the token.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it.
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

/// The authorization server's view of an access or refresh token (RFC 7662). `token_type_hint` is
/// "access_token" or "refresh_token", which saves the server a search, or NULL. An expired, revoked
/// or unknown token is not an error: the introspection is not active.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it.
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
