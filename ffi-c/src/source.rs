//! A source of tokens for one installation, as C holds it.

use std::{ffi::c_char, mem::MaybeUninit, time::Duration};

use appmint_core::TokenSource;

use crate::{
    border::{free, given, look, make, show},
    error::{appmint_error, appmint_status},
    request::appmint_request,
    response::appmint_response,
    text::Memo,
    token::appmint_token,
};

/// Keeps one token of an installation valid. Sources of one installation share it.
pub struct appmint_source {
    core: TokenSource,
    installation_id: Memo,
}

impl From<TokenSource> for appmint_source {
    fn from(core: TokenSource) -> Self {
        Self { core, installation_id: Memo::default() }
    }
}

/// The installation's id. Borrowed until `source` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_installation_id(source: Option<&appmint_source>) -> *const c_char {
    show(source, |source| source.installation_id.some(|| source.core.installation_id()))
}

/// A token that lives at least `min_valid_ms` longer (negative for the default, 60 s): from memory,
/// or newly minted, by one caller for all who ask meanwhile. You own `*token`: appmint_token_free.
///
/// Blocks at most for the app's timeout; a token from memory does not.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_token(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || {
        let min_valid = u64::try_from(min_valid_ms).ok().map(Duration::from_millis);
        given("source", source)?.core.token(min_valid).wait()
    })
}

/// Forgets the token: the next call mints. A token already handed out still works.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_invalidate(source: Option<&appmint_source>) {
    look(source, (), |source| source.core.invalidate());
}

/// An API call as the installation; any HTTP status is an answer, and APPMINT_OK. `request` stays
/// yours. You own `*response`: appmint_response_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_request(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("response", response, error, || {
        let call = given("request", request)?.core.clone();
        given("source", source)?.core.request(call).wait()
    })
}

/// Frees a source. NULL is fine; the app keeps the token for the next one.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_free(source: Option<Box<appmint_source>>) {
    free(source);
}
