//! A source, which keeps a token valid.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
    ptr,
    sync::Arc,
    time::Duration,
};

use appmint_core::{Response, Result, Secret, Subscription, Task, Token, TokenSource};

use crate::{
    access::{free, read},
    app::{
        quota::appmint_quota,
        request::{appmint_request, appmint_response},
    },
    call::{new_object, try_call, wait_for},
    callback::{Userdata, appmint_drop},
    convert::{DEFAULT, milliseconds_or_default, required, text, time_ms},
    errors::{appmint_error, appmint_status},
    installations::repository::appmint_repositories,
    text::GrowingTexts,
    tokens::token::appmint_token,
    values::appmint_text,
};

/// Receives each new token, and the one `before` it: NULL for the first. Both are borrowed until
/// the callback returns; appmint_token_copy keeps them. See appmint_source_on_change.
pub type appmint_on_change = Option<
    unsafe extern "C" fn(
        userdata: *mut c_void,
        before: *const appmint_token,
        token: *const appmint_token,
    ),
>;

/// Keeps one token valid: an installation's, the app's own, or a user's. Sources of one
/// installation and scope share the token.
pub struct appmint_source {
    core: TokenSource,
    installation_id: GrowingTexts,
}

impl From<TokenSource> for appmint_source {
    fn from(core: TokenSource) -> Self {
        Self { core, installation_id: GrowingTexts::default() }
    }
}

/// The installation's id; NULL for the app's own tokens, for a user's, and before a lookup has
/// found it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_installation_id(source: Option<&appmint_source>) -> *const c_char {
    read(source, ptr::null(), |source| {
        source.installation_id.pointer(source.core.installation_id())
    })
}

/// A token that stays valid for at least `min_valid_ms` milliseconds (APPMINT_DEFAULT: 60000), from
/// memory or newly minted. Callers that need a new token at the same time share one.
///
/// By default half of a life of less than two minutes is enough. APPMINT_ERROR_INVALID_ARGUMENT for a
/// life that no token of the platform has, where it is documented; elsewhere the new token is returned,
/// with an event APPMINT_EVENT_SERVED_STALE, and serves for half of its life.
///
/// Blocks at most for `timeout_ms` (APPMINT_DEFAULT: the app's timeout), and not at all with a
/// token from memory. After the timeout minting goes on for the other callers.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_token(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_within(timeout_ms, || token_task(source, min_valid_ms, timeout_ms))
    })
}

/// The value of an Authorization header with such a token: see appmint_source_token. It contains
/// the secret.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_authorization_header(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
    header: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("header", header, error, || {
        wait_within(timeout_ms, || authorization_header_task(source, min_valid_ms, timeout_ms))
    })
}

/// When the token in memory expires. APPMINT_NO_TIME also if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_expires_at_ms(source: Option<&appmint_source>) -> i64 {
    time_ms(read(source, None, |source| source.core.expires_at()))
}

/// The quota of the source's requests, as the platform told it in its last answer to one of them: of the
/// installation, whatever its tokens are narrowed to, of the app, or of the session's user. A snapshot, freed
/// by appmint_quota_free. NULL before such an answer, or if the platform does not tell it. No network I/O.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_quota(
    source: Option<&appmint_source>,
) -> Option<Box<appmint_quota>> {
    read(source, None, |source| source.core.quota().map(|quota| Box::new(quota.into())))
}

/// Forgets the token with this text if it is still the one in memory: the answer to a 401 of a request
/// that was made with it. However many callers got it, one new token is minted for all of them. Nothing
/// happens for a text that is not the token's, or that is not UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_invalidate_token(
    source: Option<&appmint_source>,
    token: *const c_char,
    token_len: usize,
) {
    read(source, (), |source| {
        if let Ok(token) = text("token", token, token_len) {
            source.core.invalidate_token(token);
        }
    });
}

/// Forgets the token in memory, whichever it is, so that the next call mints one. A token that was
/// already returned still works. After a 401 call appmint_source_invalidate_token: with this function,
/// each of many callers would forget what the others have just minted.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_invalidate(source: Option<&appmint_source>) {
    read(source, (), |source| source.core.invalidate());
}

/// Registers a callback for new tokens of this source, until appmint_subscription_unsubscribe, or until
/// the app and its sources are freed. No network I/O. A source with a lookup calls back once the
/// installation was found. `subscription` may be NULL for a callback that stays.
///
/// The callback runs on the library's thread that fetched the token, for which other callers may be
/// waiting: it must be quick, must not wait for a token, and must not throw. `userdata` passes to
/// the library. `drop`, which may be NULL, is called exactly once: after the last callback, or at
/// once if this function fails.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_on_change(
    source: Option<&appmint_source>,
    callback: appmint_on_change,
    userdata: *mut c_void,
    drop: appmint_drop,
    subscription: Option<&mut MaybeUninit<*mut appmint_subscription>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let userdata = Userdata::take(userdata, drop);
    try_call(error, || {
        let (source, callback) = (required("source", source)?, required("callback", callback)?);
        let registered = source.core.on_change(move |before: Option<&Token>, token: &Token| {
            let before = before.map(|before| appmint_token::from(before.clone()));
            let token = appmint_token::from(token.clone());
            let start = before.as_ref().map_or(ptr::null(), ptr::from_ref);
            // SAFETY: the tokens outlive the call. The header demands that the callback can run on
            // this thread.
            unsafe { callback(userdata.start(), start, &raw const token) };
        });
        if let Some(place) = subscription {
            place.write(Box::into_raw(Box::new(appmint_subscription(registered))));
        }
        Ok(())
    })
}

/// A callback that appmint_source_on_change registered.
pub struct appmint_subscription(Subscription);

/// Takes the callback back. Once this function has returned, the callback is not running on another
/// thread and is not called any more, and its `drop` was called. Nothing happens the second time.
///
/// Blocks while the callback runs on another thread: do not hold a lock that the callback takes. Inside of
/// a callback of appmint_source_on_change it does not wait; then `drop` tells when no call is left.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_subscription_unsubscribe(subscription: Option<&appmint_subscription>) {
    read(subscription, (), |subscription| subscription.0.unsubscribe());
}

/// Frees a subscription. The callback stays registered, unless it was taken back.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_subscription_free(subscription: Option<Box<appmint_subscription>>) {
    free(subscription);
}

/// Forgets the token in memory and revokes it on the platform, for all who have it. No network I/O
/// if there is no valid token. A token that is being minted is not revoked. APPMINT_ERROR_UNSUPPORTED for
/// a user's session; appmint_app_delete_grant, appmint_app_delete_token and appmint_app_revoke_token end
/// its tokens.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_revoke(
    source: Option<&appmint_source>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| revoke_task(source)))
}

/// The repositories that the token reaches. No network I/O until the first
/// appmint_repositories_next.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_repositories(
    source: Option<&appmint_source>,
    listing: Option<&mut MaybeUninit<*mut appmint_repositories>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || required("source", source)?.core.repositories())
}

/// An API call with the source's token. Every HTTP status is a response, and APPMINT_OK. Blocks at
/// most for the request's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_request(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("response", response, error, || wait_for(|| request_task(source, request)))
}

/// Frees a source. The app keeps the token for the next one.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_free(source: Option<Box<appmint_source>>) {
    free(source);
}

/// Only a caller who waits for as long as the call takes does the work itself.
fn wait_within<T: Clone + Send + 'static>(
    timeout_ms: i64,
    start: impl FnOnce() -> Result<(Task<T>, Option<Duration>)>,
) -> Result<T> {
    if timeout_ms == DEFAULT {
        return wait_for(|| Ok(start()?.0));
    }
    let (task, timeout) = start()?;
    task.wait_within(timeout)
}

pub(crate) fn token_task(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
) -> Result<(Task<Token>, Option<Duration>)> {
    let min_valid = milliseconds_or_default("min_valid_ms", min_valid_ms)?;
    let timeout = milliseconds_or_default("timeout_ms", timeout_ms)?;
    Ok((required("source", source)?.core.token_valid_for(min_valid), timeout))
}

pub(crate) fn authorization_header_task(
    source: Option<&appmint_source>,
    min_valid_ms: i64,
    timeout_ms: i64,
) -> Result<(Task<Secret>, Option<Duration>)> {
    let min_valid = milliseconds_or_default("min_valid_ms", min_valid_ms)?;
    let timeout = milliseconds_or_default("timeout_ms", timeout_ms)?;
    Ok((required("source", source)?.core.authorization_header_valid_for(min_valid), timeout))
}

pub(crate) fn revoke_task(source: Option<&appmint_source>) -> Result<Task<()>> {
    Ok(required("source", source)?.core.revoke())
}

pub(crate) fn request_task(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
) -> Result<Task<Arc<Response>>> {
    let call = appmint_request::call(request)?;
    Ok(required("source", source)?.core.request(call))
}
