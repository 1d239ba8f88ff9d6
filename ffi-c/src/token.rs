//! A token, as C reads it.

use std::{ffi::c_char, mem::MaybeUninit, sync::OnceLock};

use appmint_core::{Secret, Token};

use crate::{
    border::{free, look, show, show_with_len},
    clock::millis,
    text::{Memo, appmint_list, appmint_map},
};

/// A token: a snapshot that does not change. Zeroized when freed.
pub struct appmint_token {
    pub(crate) core: Token,
    texts: Texts,
    permissions: OnceLock<appmint_map>,
    repositories: OnceLock<appmint_list>,
    scopes: OnceLock<appmint_list>,
}

#[derive(Default)]
struct Texts {
    kind: Memo,
    secret: Memo,
    authorization: Memo,
    repository_selection: Memo,
    account: Memo,
    claims: Memo,
    refresh_token: Memo,
    shown: Memo,
}

impl From<Token> for appmint_token {
    fn from(core: Token) -> Self {
        let (texts, permissions, repositories, scopes) = Default::default();
        Self { core, texts, permissions, repositories, scopes }
    }
}

/// What it stands for: "jwt", "app", "installation" or "user". Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_kind(token: Option<&appmint_token>) -> *const c_char {
    show(token, |token| token.texts.kind.some(|| token.core.kind().name()))
}

/// The secret itself. Its length goes to `len` unless that is NULL. Borrowed until `token` is
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_reveal(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(token, len, |token| token.texts.secret.some(|| token.core.reveal()))
}

/// The value for an Authorization header; it holds the secret. Its length goes to `len` unless
/// that is NULL. Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_authorization_header(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let text = |token: &appmint_token| token.core.authorization_header();
    show_with_len(token, len, |token| token.texts.authorization.secret(|| text(token)))
}

/// When it stops working; APPMINT_NO_TIME if the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_expires_at_ms(token: Option<&appmint_token>) -> i64 {
    millis(look(token, None, |token| token.core.expires_at()))
}

/// What it may do: names of permissions and their levels, sorted by name. Borrowed until `token`
/// is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_permissions(token: Option<&appmint_token>) -> Option<&appmint_map> {
    let map = |token: &appmint_token| token.core.permissions().into();
    look(token, None, |token| Some(token.permissions.get_or_init(|| map(token))))
}

/// Which repositories it reaches: "all" or "selected", or NULL. Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_repository_selection(
    token: Option<&appmint_token>,
) -> *const c_char {
    show(token, |token| {
        token.texts.repository_selection.maybe(|| token.core.repository_selection())
    })
}

/// Names of the repositories that it was narrowed to; empty when it was not. Borrowed until `token`
/// is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_repositories(
    token: Option<&appmint_token>,
) -> Option<&appmint_list> {
    let list = |token: &appmint_token| token.core.repositories().iter().collect();
    look(token, None, |token| Some(token.repositories.get_or_init(|| list(token))))
}

/// The OAuth scopes granted. Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_scopes(token: Option<&appmint_token>) -> Option<&appmint_list> {
    let list = |token: &appmint_token| token.core.scopes().iter().collect();
    look(token, None, |token| Some(token.scopes.get_or_init(|| list(token))))
}

/// The account whose token it is, where the platform was asked and said so, or NULL: see
/// appmint_app_check_token. Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_account(token: Option<&appmint_token>) -> *const c_char {
    show(token, |token| token.texts.account.maybe(|| token.core.account()))
}

/// A JWT's payload as JSON, which is no secret; NULL for other tokens. Borrowed until `token` is
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_claims(token: Option<&appmint_token>) -> *const c_char {
    show(token, |token| token.texts.claims.maybe(|| token.core.claims()))
}

/// The refresh token itself, a secret, or NULL. Its length goes to `len` unless that is NULL.
/// Borrowed until `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_reveal_refresh_token(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(token, len, |token| {
        token.texts.refresh_token.maybe(|| token.core.refresh_token().map(Secret::reveal))
    })
}

/// When the refresh token stops working; APPMINT_NO_TIME if the platform did not say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_refresh_token_expires_at_ms(token: Option<&appmint_token>) -> i64 {
    millis(look(token, None, |token| token.core.refresh_token_expires_at()))
}

/// What to show of it in a log: its kind, expiry and permissions, no secret. Borrowed until
/// `token` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_to_string(token: Option<&appmint_token>) -> *const c_char {
    show(token, |token| token.texts.shown.made(|| Some(format!("{:?}", token.core))))
}

/// A copy of a token that is borrowed. You own it: appmint_token_free. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_copy(token: Option<&appmint_token>) -> Option<Box<appmint_token>> {
    look(token, None, |token| Some(Box::new(token.core.clone().into())))
}

/// Zeroizes and frees a token. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_free(token: Option<Box<appmint_token>>) {
    free(token);
}
