//! A token.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Secret, Token, TokenKind};

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert::time_ms,
    once::Once,
    text::{Names, OnceText},
    values::{appmint_list, appmint_map},
};

/// The kinds of tokens.
#[repr(C)]
pub enum appmint_token_kind_code {
    /// The app itself: a JWT that it signed.
    APPMINT_TOKEN_JWT = 1,
    /// The app itself: a token that the platform issued to it.
    APPMINT_TOKEN_APP = 2,
    /// An installation of the app.
    APPMINT_TOKEN_INSTALLATION = 3,
    /// A user who authorized the app.
    APPMINT_TOKEN_USER = 4,
}

/// The number of a kind in [`appmint_token_kind_code`].
fn number(kind: TokenKind) -> i32 {
    let code = match kind {
        TokenKind::Jwt => appmint_token_kind_code::APPMINT_TOKEN_JWT,
        TokenKind::App => appmint_token_kind_code::APPMINT_TOKEN_APP,
        TokenKind::Installation => appmint_token_kind_code::APPMINT_TOKEN_INSTALLATION,
        TokenKind::User => appmint_token_kind_code::APPMINT_TOKEN_USER,
        _ => return 0,
    };
    code as i32
}

/// A token: a secret, its permissions, and its expiry. It never changes. Its secrets are shown by
/// appmint_token_reveal, appmint_token_reveal_refresh_token and appmint_token_authorization_header
/// only.
///
/// Zeroized when it is freed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-1.4
pub struct appmint_token {
    pub(crate) core: Token,
    texts: Texts,
    permissions: Once<appmint_map>,
    repositories: Once<appmint_list>,
    scopes: Once<appmint_list>,
}

#[derive(Default)]
struct Texts {
    secret: OnceText,
    authorization: OnceText,
    repository_selection: OnceText,
    account: OnceText,
    account_id: OnceText,
    claims: OnceText,
    refresh_token: OnceText,
    description: OnceText,
}

impl From<Token> for appmint_token {
    fn from(core: Token) -> Self {
        let (texts, permissions, repositories, scopes) = Default::default();
        Self { core, texts, permissions, repositories, scopes }
    }
}

/// Its holder: the app ("jwt": a JWT that it signed; "app": a token that the platform issued to
/// it), an "installation", or a "user". A value of enum appmint_token_kind_code.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_kind(token: Option<&appmint_token>) -> i32 {
    read(token, 0, |token| number(token.core.kind()))
}

/// The name of a token's kind, such as "installation" for APPMINT_TOKEN_INSTALLATION; NULL for
/// other numbers. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_kind_name(kind: i32) -> *const c_char {
    static NAMES: Names = Names::new();
    NAMES.pointer(kind, || TokenKind::ALL.iter().map(|kind| (number(*kind), kind.name())))
}

/// Returns the secret itself.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_reveal(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(token, len, |token| token.texts.secret.required(|| token.core.reveal()))
}

/// Returns the value of an Authorization header. It is secret.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_authorization_header(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let text = |token: &appmint_token| token.core.authorization_header();
    text_and_len_of(token, len, |token| token.texts.authorization.secret(|| text(token)))
}

/// When the token expires. APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_expires_at_ms(token: Option<&appmint_token>) -> i64 {
    time_ms(read(token, None, |token| token.core.expires_at()))
}

/// Its permissions, by name with their level.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_permissions(token: Option<&appmint_token>) -> Option<&appmint_map> {
    let map = |token: &appmint_token| token.core.permissions().into();
    read(token, None, |token| Some(token.permissions.get_or_init(|| map(token))))
}

/// The repositories that it can access: "all" or "selected". NULL if the platform does not report
/// it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_repository_selection(
    token: Option<&appmint_token>,
) -> *const c_char {
    text_of(token, |token| {
        token.texts.repository_selection.optional(|| token.core.repository_selection())
    })
}

/// The names of the repositories that it was narrowed to; empty if it was not.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_repositories(
    token: Option<&appmint_token>,
) -> Option<&appmint_list> {
    let list = |token: &appmint_token| token.core.repositories().iter().collect();
    read(token, None, |token| Some(token.repositories.get_or_init(|| list(token))))
}

/// The OAuth scopes that it was granted; empty if the platform reports none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_scopes(token: Option<&appmint_token>) -> Option<&appmint_list> {
    let list = |token: &appmint_token| token.core.scopes().iter().collect();
    read(token, None, |token| Some(token.scopes.get_or_init(|| list(token))))
}

/// The login of the user's account, of a token that appmint_app_check_token,
/// appmint_app_reset_token or appmint_app_scope_token returned. NULL if it is another token, or the
/// platform did not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_account(token: Option<&appmint_token>) -> *const c_char {
    text_of(token, |token| token.texts.account.optional(|| token.core.account()))
}

/// The id of the user's account: of a token of a session that was started with it, or of one that
/// appmint_app_check_token and its kin returned. NULL if it is another token, or the platform did
/// not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_account_id(token: Option<&appmint_token>) -> *const c_char {
    text_of(token, |token| token.texts.account_id.optional(|| token.core.account_id()))
}

/// The payload of a JWT, which holds no secret. NULL if it is another token.
///
/// JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_claims(token: Option<&appmint_token>) -> *const c_char {
    text_of(token, |token| token.texts.claims.optional(|| token.core.claims()))
}

/// Returns the refresh token itself. NULL if none came with the token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_reveal_refresh_token(
    token: Option<&appmint_token>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(token, len, |token| {
        token.texts.refresh_token.optional(|| token.core.refresh_token().map(Secret::reveal))
    })
}

/// When the refresh token expires. APPMINT_NO_TIME if there is none, or its end is not known.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_refresh_token_expires_at_ms(token: Option<&appmint_token>) -> i64 {
    time_ms(read(token, None, |token| token.core.refresh_token_expires_at()))
}

/// A description for logs: kind, expiry and permissions. It contains no secret.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_to_string(token: Option<&appmint_token>) -> *const c_char {
    text_of(token, |token| token.texts.description.owned(|| Some(format!("{:?}", token.core))))
}

/// A copy of a token that is borrowed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_copy(token: Option<&appmint_token>) -> Option<Box<appmint_token>> {
    read(token, None, |token| Some(Box::new(token.core.clone().into())))
}

/// Zeroizes and frees a token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_token_free(token: Option<Box<appmint_token>>) {
    free(token);
}
