//! What an authorization server knows of a token, as C reads it.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::OnceLock,
};

use appmint_core::Introspection;

use crate::{
    border::{free, look, show, show_with_len},
    clock::millis,
    text::{Memo, appmint_list},
};

/// What an authorization server knows of a token (RFC 7662). Of one that does not work nothing else
/// is told.
pub struct appmint_introspection {
    core: Introspection,
    texts: Texts,
    scopes: OnceLock<appmint_list>,
    audience: OnceLock<appmint_list>,
}

#[derive(Default)]
struct Texts {
    client_id: Memo,
    username: Memo,
    subject: Memo,
    token_type: Memo,
    issuer: Memo,
    raw: Memo,
}

impl From<Introspection> for appmint_introspection {
    fn from(core: Introspection) -> Self {
        let (scopes, audience) = (OnceLock::new(), OnceLock::new());
        Self { core, texts: Texts::default(), scopes, audience }
    }
}

/// 1 if the token works now, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_active(
    introspection: Option<&appmint_introspection>,
) -> c_int {
    look(introspection, 0, |introspection| c_int::from(introspection.core.active))
}

/// The OAuth scopes that it was granted. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_scopes(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    look(introspection, None, |introspection| {
        Some(introspection.scopes.get_or_init(|| introspection.core.scopes.iter().collect()))
    })
}

/// The client that asked for it, or NULL. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_client_id(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    show(introspection, |introspection| {
        introspection.texts.client_id.maybe(|| introspection.core.client_id.as_deref())
    })
}

/// Who authorized it, for people, or NULL. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_username(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    show(introspection, |introspection| {
        introspection.texts.username.maybe(|| introspection.core.username.as_deref())
    })
}

/// Who authorized it, for machines: `sub`; or NULL. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_subject(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    show(introspection, |introspection| {
        introspection.texts.subject.maybe(|| introspection.core.subject.as_deref())
    })
}

/// How it is used, such as "Bearer", or NULL. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_token_type(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    show(introspection, |introspection| {
        introspection.texts.token_type.maybe(|| introspection.core.token_type.as_deref())
    })
}

/// Who issued it: `iss`; or NULL. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issuer(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    show(introspection, |introspection| {
        introspection.texts.issuer.maybe(|| introspection.core.issuer.as_deref())
    })
}

/// Whom it is meant for: `aud`. Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_audience(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    look(introspection, None, |introspection| {
        Some(introspection.audience.get_or_init(|| introspection.core.audience.iter().collect()))
    })
}

/// When it stops working, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_expires_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    millis(look(introspection, None, |introspection| introspection.core.expires_at))
}

/// When it was issued, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issued_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    millis(look(introspection, None, |introspection| introspection.core.issued_at))
}

/// From when on it works, or APPMINT_NO_TIME.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_not_before_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    millis(look(introspection, None, |introspection| introspection.core.not_before))
}

/// The whole object as the server sent it, as JSON. Its length goes to `len` unless that is NULL.
/// Borrowed like the introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_raw(
    introspection: Option<&appmint_introspection>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |introspection: &appmint_introspection| Some(introspection.core.raw.to_string());
    show_with_len(introspection, len, |introspection| {
        introspection.texts.raw.made(|| json(introspection))
    })
}

/// Frees an introspection. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_free(introspection: Option<Box<appmint_introspection>>) {
    free(introspection);
}
