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

/// A source of one user's tokens. They are in the store under a name that you choose, and are
/// renewed before they expire; processes that share the store renew once. No network I/O.
///
/// APPMINT_ERROR_INVALID_ARGUMENT without a store or a client id. Before appmint_app_start_session
/// the source's calls return APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_NO_SESSION.
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

/// Stores a user's token under a name, and replaces an earlier one. A source of appmint_app_session
/// then returns and renews it. `account_id` is the user's id on the platform, or NULL: with it
/// appmint_app_apply_webhook ends the session when the user revokes the authorization.
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

/// Removes a user's tokens from memory and the store. The tokens themselves stay valid:
/// appmint_app_delete_grant revokes them, on a platform that has it.
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
