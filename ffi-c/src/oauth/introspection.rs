//! The authorization server's view of a token.

use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

use appmint_core::oauth::Introspection;

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert::time_ms,
    once::Once,
    text::OnceText,
    values::appmint_list,
};

/// The authorization server's view of a token (RFC 7662). If it is not active, nothing else is
/// known.
pub struct appmint_introspection {
    core: Introspection,
    texts: Texts,
    scopes: Once<appmint_list>,
    audience: Once<appmint_list>,
}

#[derive(Default)]
struct Texts {
    client_id: OnceText,
    username: OnceText,
    subject: OnceText,
    token_type: OnceText,
    issuer: OnceText,
    raw: OnceText,
}

impl From<Introspection> for appmint_introspection {
    fn from(core: Introspection) -> Self {
        let (scopes, audience) = (Once::new(), Once::new());
        Self { core, texts: Texts::default(), scopes, audience }
    }
}

/// 1 if the token works now, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_active(
    introspection: Option<&appmint_introspection>,
) -> c_int {
    read(introspection, 0, |introspection| c_int::from(introspection.core.active))
}

/// The OAuth scopes that were granted.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_scopes(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    read(introspection, None, |introspection| {
        Some(introspection.scopes.get_or_init(|| introspection.core.scopes.iter().collect()))
    })
}

/// The client that requested the token, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_client_id(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.client_id.optional(|| introspection.core.client_id.as_deref())
    })
}

/// A readable name of the user who authorized it, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_username(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.username.optional(|| introspection.core.username.as_deref())
    })
}

/// The id of the user who authorized it (`sub`), or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_subject(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.subject.optional(|| introspection.core.subject.as_deref())
    })
}

/// The token's type, such as "Bearer", or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_token_type(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.token_type.optional(|| introspection.core.token_type.as_deref())
    })
}

/// The server that issued it (`iss`), or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issuer(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.issuer.optional(|| introspection.core.issuer.as_deref())
    })
}

/// The services that it is meant for (`aud`).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_audience(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    read(introspection, None, |introspection| {
        Some(introspection.audience.get_or_init(|| introspection.core.audience.iter().collect()))
    })
}

/// When the token expires.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_expires_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.expires_at))
}

/// When it was issued.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issued_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.issued_at))
}

/// When it becomes valid.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_not_before_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.not_before))
}

/// The whole object as the server sent it: JSON.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_raw(
    introspection: Option<&appmint_introspection>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    let json = |introspection: &appmint_introspection| Some(introspection.core.raw.to_string());
    text_and_len_of(introspection, len, |introspection| {
        introspection.texts.raw.owned(|| json(introspection))
    })
}

/// Frees an introspection.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_free(introspection: Option<Box<appmint_introspection>>) {
    free(introspection);
}
