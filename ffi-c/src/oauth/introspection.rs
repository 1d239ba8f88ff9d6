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

/// The state of a token at its authorization server. Only appmint_introspection_active and
/// appmint_introspection_raw are set for a token that is not active.
///
/// Source: https://www.rfc-editor.org/rfc/rfc7662#section-2.2
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

/// Whether the token works now. If it does not, all other members but appmint_introspection_raw are
/// empty. 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_active(
    introspection: Option<&appmint_introspection>,
) -> c_int {
    read(introspection, 0, |introspection| c_int::from(introspection.core.active))
}

/// The OAuth scopes that the token was granted (scope).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_scopes(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    read(introspection, None, |introspection| {
        Some(introspection.scopes.get_or_init(|| introspection.core.scopes.iter().collect()))
    })
}

/// The client that requested the token (client_id). NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_client_id(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.client_id.optional(|| introspection.core.client_id.as_deref())
    })
}

/// The display name of the user who authorized it (username). NULL if the platform does not report
/// it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_username(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.username.optional(|| introspection.core.username.as_deref())
    })
}

/// The subject of the token, usually the id of the user who authorized it (sub). NULL if the
/// platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_subject(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.subject.optional(|| introspection.core.subject.as_deref())
    })
}

/// The token's type, such as "Bearer" (token_type). NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_token_type(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.token_type.optional(|| introspection.core.token_type.as_deref())
    })
}

/// The server that issued it (iss). NULL if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issuer(
    introspection: Option<&appmint_introspection>,
) -> *const c_char {
    text_of(introspection, |introspection| {
        introspection.texts.issuer.optional(|| introspection.core.issuer.as_deref())
    })
}

/// The services that it is meant for (aud).
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_audience(
    introspection: Option<&appmint_introspection>,
) -> Option<&appmint_list> {
    read(introspection, None, |introspection| {
        Some(introspection.audience.get_or_init(|| introspection.core.audience.iter().collect()))
    })
}

/// When the token expires (exp). APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_expires_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.expires_at))
}

/// When the token was issued (iat). APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_issued_at_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.issued_at))
}

/// When the token begins to be valid (nbf). APPMINT_NO_TIME if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_introspection_not_before_ms(
    introspection: Option<&appmint_introspection>,
) -> i64 {
    time_ms(read(introspection, None, |introspection| introspection.core.not_before))
}

/// The whole object as the server sent it. JSON.
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
