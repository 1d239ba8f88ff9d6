//! A source of tokens for one installation, or for the app itself, as C holds it.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
    ptr,
};

use appmint_core::{Token, TokenSource};

use crate::{
    border::{answer, free, given, look, make, span},
    callback::{Userdata, appmint_drop},
    clock::millis,
    error::{appmint_error, appmint_status},
    repository::appmint_repositories,
    request::appmint_request,
    response::appmint_response,
    text::{Changing, appmint_text},
    token::appmint_token,
};

/// Is told each new token, and the one `before` whose place it takes, NULL for the first. Both are
/// borrowed until it returns: appmint_token_copy keeps them. See appmint_source_on_change.
pub type appmint_on_change = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        before: *const appmint_token,
        token: *const appmint_token,
    ),
>;

/// Keeps one token of an installation, or of the app itself, valid. Sources of one installation
/// share it.
pub struct appmint_source {
    core: TokenSource,
    installation_id: Changing,
}

impl From<TokenSource> for appmint_source {
    fn from(core: TokenSource) -> Self {
        Self { core, installation_id: Changing::default() }
    }
}

/// The installation's id; NULL for the app's own tokens, and for what was not looked up yet. Borrowed
/// until `source` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_installation_id(source: Option<&appmint_source>) -> *const c_char {
    look(source, ptr::null(), |source| source.installation_id.shown(source.core.installation_id()))
}

/// A token that lives at least `min_valid_ms` longer (negative for the default, 60 s): from memory,
/// or newly minted, by one caller for all who ask meanwhile. You own `*token`: appmint_token_free.
///
/// Blocks at most for `timeout_ms` (negative for the app's timeout); a token from memory does not.
/// When this caller stops waiting, the minting goes on for the others.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_token(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || {
        given("source", source)?.core.token(span(min_valid_ms)).wait_within(span(timeout_ms))
    })
}

/// The value for an Authorization header, with such a token: see appmint_source_token. It holds the
/// secret. You own `*authorization`: appmint_text_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_authorization_header(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    authorization: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("authorization", authorization, error, || {
        let flight = given("source", source)?.core.authorization_header(span(min_valid_ms));
        flight.wait_within(span(timeout_ms))
    })
}

/// When the token in memory stops working; APPMINT_NO_TIME without one, or if the platform did not
/// say.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_expires_at_ms(source: Option<&appmint_source>) -> i64 {
    millis(look(source, None, |source| source.core.expires_at()))
}

/// Forgets the token: the next call mints. A token already handed out still works.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_invalidate(source: Option<&appmint_source>) {
    look(source, (), |source| source.core.invalidate());
}

/// Forgets the token and has the platform end it, wherever it was handed out. Nothing goes out
/// without one that still works; one that is being minted is not waited for.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_revoke(
    source: Option<&appmint_source>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || given("source", source)?.core.revoke().wait())
}

/// Calls back with the token before, NULL for the first, and the new one, until the app and its
/// sources are freed. What is looked up is told of once it has been found.
///
/// `callback` is called on a thread of appmint's, the one that fetched the token and on which others
/// may wait for it: it must be quick, must not wait for a token itself, and must not let a C++
/// exception out. `userdata` is taken over: `drop`, which may be NULL, is called with it exactly once,
/// when nothing will call back any more, and at once when this function fails.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_on_change(
    source: Option<&appmint_source>,
    callback: appmint_on_change,
    userdata: *mut c_void,
    drop: appmint_drop,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let userdata = Userdata::take(userdata, drop);
    answer(error, || {
        let (source, callback) = (given("source", source)?, given("callback", callback)?);
        source.core.on_change(move |before: Option<&Token>, token: &Token| {
            let before = before.map(|before| appmint_token::from(before.clone()));
            let token = appmint_token::from(token.clone());
            let start = before.as_ref().map_or(ptr::null(), ptr::from_ref);
            // SAFETY: the tokens outlive the call; the header demands that it can be called here.
            unsafe { callback(userdata.start(), start, &raw const token) };
        });
        Ok(())
    })
}

/// The repositories that the token reaches, fetched page by page as they are asked for; nothing
/// goes out yet. You own `*listing`: appmint_repositories_free. It goes on working when `source` is
/// freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_repositories(
    source: Option<&appmint_source>,
    listing: Option<&mut MaybeUninit<*mut appmint_repositories>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("listing", listing, error, || given("source", source)?.core.repositories())
}

/// An API call as the installation; any HTTP status is an answer, and APPMINT_OK. `request` stays
/// yours. You own `*response`: appmint_response_free.
///
/// Blocks at most for the request's timeout, or the app's.
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
