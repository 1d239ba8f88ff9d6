//! Users who stay logged in: their tokens are in the store, and are renewed.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Result, Task};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, try_call, wait_for},
    convert::{optional_text, required, text},
    errors::{appmint_error, appmint_status},
    tokens::{source::appmint_source, token::appmint_token},
};

/// Makes a source of one user's tokens, which are in the store under a name. They are renewed
/// before they expire, once for all processes that share the store: a refresh token is spent once,
/// whatever dies when. Before appmint_app_start_session the source's calls fail with
/// APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_NO_SESSION); when the session has ended, with
/// APPMINT_REASON_ROTATION_INTERRUPTED or APPMINT_REASON_INVALID_REFRESH_TOKEN, and the user must
/// authorize the app again. No network I/O.
///
/// Free `*source` with appmint_source_free.
///
/// - `name`: The name that was given to appmint_app_start_session.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
///   no client credentials.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9700#section-4.14,
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("source", source, error, || {
        let name = text("name", name, name_len)?;
        app_of(app)?.session(name)
    })
}

/// Writes a user token to the store under a name, in the place of any session that had it. From now
/// on appmint_app_session returns and renews it. A record that cannot be opened stays: that session
/// may go on elsewhere. With the user's id on the platform appmint_app_apply_webhook ends the
/// session when the user revokes the authorization.
///
/// `account_id` may be NULL.
///
/// - `name`: A name of your choice, by which appmint_app_session finds the token.
/// - `token`: A token of kind "user", with its refresh token.
/// - `account_id`: The user's id on the platform. Default: the token's appmint_token_account_id.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
///   no client credentials.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty, or the token is of another kind.
/// - APPMINT_ERROR_STORE if the store failed, or its record of this name cannot be opened.
/// - APPMINT_ERROR_STORE (APPMINT_REASON_WRONG_STORE_KEY) if another key sealed its record of this
///   name.
/// - Those of every call over the network: see the conventions.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    token: Option<&appmint_token>,
    account_id: *const c_char,
    account_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        wait_for(|| start_session_task(app, name, name_len, token, account_id, account_id_len))
    })
}

/// Forgets a user's session, in memory and in the store, even if its record cannot be opened there.
/// The tokens themselves keep working: appmint_app_revoke_token or appmint_app_delete_grant ends
/// them, on platforms that offer it.
///
/// - `name`: The name that was given to appmint_app_start_session.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store or
///   no client credentials.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the name is empty.
/// - APPMINT_ERROR_STORE if the store failed.
/// - Those of every call over the network: see the conventions.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_end_session(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| end_session_task(app, name, name_len)))
}

pub(crate) fn start_session_task(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
    token: Option<&appmint_token>,
    account_id: *const c_char,
    account_id_len: usize,
) -> Result<Task<()>> {
    let name = text("name", name, name_len)?;
    let token = required("token", token)?.core.clone();
    let account_id = optional_text("account_id", account_id, account_id_len)?;
    Ok(app_of(app)?.start_session(name, token, account_id.map(str::to_owned)))
}

pub(crate) fn end_session_task(
    app: Option<&appmint_app>,
    name: *const c_char,
    name_len: usize,
) -> Result<Task<()>> {
    let name = text("name", name, name_len)?;
    Ok(app_of(app)?.end_session(name))
}
