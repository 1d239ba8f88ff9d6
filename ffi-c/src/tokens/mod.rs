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

/// Makes a source of tokens for one installation. The installation is named by its id or by exactly
/// one of the arguments of appmint_app_find_installation. One that is not named by its id is looked
/// up when the first token is needed, and again when the platform no longer knows the id that was
/// found.
///
/// The tokens have all access that the installation was granted, unless they are narrowed. An empty
/// list of repositories or permissions is refused, since platforms understand it as everything. No
/// network I/O.
///
/// appmint_app_installation takes an id. In appmint_app_installation_by `lookup` says what `text`
/// is, such as APPMINT_LOOKUP_ORGANIZATION, and `scope` may be NULL for everything that the
/// installation was granted.
///
/// Free `*source` with appmint_source_free.
///
/// - `id`: The installation's id.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if no argument or several name an installation, or an argument
///   is empty or malformed.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no installations, no lookup by this argument, or
///   no tokens that are narrowed like this.
///
/// Source: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
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

/// Makes a source of tokens for one installation. The installation is named by its id or by exactly
/// one of the arguments of appmint_app_find_installation. One that is not named by its id is looked
/// up when the first token is needed, and again when the platform no longer knows the id that was
/// found.
///
/// The tokens have all access that the installation was granted, unless they are narrowed. An empty
/// list of repositories or permissions is refused, since platforms understand it as everything. No
/// network I/O.
///
/// appmint_app_installation takes an id. In appmint_app_installation_by `lookup` says what `text`
/// is, such as APPMINT_LOOKUP_ORGANIZATION, and `scope` may be NULL for everything that the
/// installation was granted.
///
/// Free `*source` with appmint_source_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if no argument or several name an installation, or an argument
///   is empty or malformed.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no installations, no lookup by this argument, or
///   no tokens that are narrowed like this.
///
/// Source: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
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

/// Makes a source of the app's own tokens, on a platform that has them beside the JWT. They are
/// minted for the JWT, for an assertion that the app signs (RFC 7523: a service account), or for
/// the OAuth client itself (RFC 6749 section 4.4), as the platform has it. No network I/O.
///
/// Free `*source` with appmint_source_free.
///
/// - `scopes`: OAuth scopes, on a platform that takes the app's assertion. Default: none.
/// - `subject`: The user for whom the app acts, on a platform that takes the app's assertion.
///   Default: the app itself.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no such tokens, or does not take an argument.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7523#section-2.1,
/// https://www.rfc-editor.org/rfc/rfc6749#section-4.4
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

/// Ends an installation token on the platform. It succeeds if the token is already invalid.
///
/// - `token`: The token's text.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
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
