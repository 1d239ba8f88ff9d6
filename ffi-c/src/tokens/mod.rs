//! Sources of tokens, and the tokens of an installation.

pub mod scope;
pub mod source;
pub mod token;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{AppTokenRequest, Result, Task};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, try_call, wait_for},
    convert,
    errors::{appmint_error, appmint_status},
    installations::lookup::{appmint_lookup, lookup_of},
    tokens::{scope::appmint_scope, source::appmint_source},
};

/// A source of tokens for the installation with this id. No network I/O.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("source", source, error, || {
        app_of(app)?.installation(convert::text("id", id, id_len)?)
    })
}

/// A source of tokens for the installation that `text` names; `lookup` says how, such as
/// APPMINT_LOOKUP_ORGANIZATION. The source looks the installation up when it first needs a token,
/// and again when the platform no longer knows it. `scope` may be NULL for everything that the
/// installation was granted; an empty one is refused. No network I/O.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without this lookup, or without narrowed tokens.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installation_by(
    app: Option<&appmint_app>,
    lookup: appmint_lookup,
    text: *const c_char,
    text_len: usize,
    scope: Option<&appmint_scope>,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("source", source, error, || {
        let lookup = lookup_of(lookup, convert::text("text", text, text_len)?)?;
        let scope = appmint_scope::or_all(scope)?;
        app_of(app)?.installation(lookup.narrowed(scope))
    })
}

/// A source of the app's own tokens, on a platform that has them in addition to the JWT. No network
/// I/O.
///
/// On a platform that takes the app's assertion (RFC 7523: a service account) they may have OAuth
/// scopes, and be for a user whom the app acts for. `scopes` is an array of texts, which may be
/// empty; `subject` is the user, or NULL.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without such tokens, or without these arguments.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_app_tokens(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    subject: *const c_char,
    subject_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("source", source, error, || {
        let scopes = convert::texts("scopes", "scope", scopes, scopes_lens, scopes_count)?;
        let subject = convert::optional_text("subject", subject, subject_len)?.map(str::to_owned);
        app_of(app)?.app_tokens(AppTokenRequest { scopes, subject })
    })
}

/// Revokes an installation token. It succeeds if the token is already invalid.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_installation_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| revoke_installation_token_task(app, token, token_len)))
}

pub(crate) fn revoke_installation_token_task(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
) -> Result<Task<()>> {
    let token = convert::text("token", token, token_len)?;
    Ok(app_of(app)?.revoke_installation_token(token))
}
