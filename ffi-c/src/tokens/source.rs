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
    installations::{items::appmint_items, repository::appmint_repositories},
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

/// Keeps one token valid: an installation's, the app's own, or a user's. A token comes from memory
/// while it lives long enough. It is renewed in the background before it expires, and minted once
/// for all callers that wait. If minting fails for a temporary reason, a token that is still valid
/// is returned to its end. Sources of one installation and scope share one token.
pub struct appmint_source {
    core: TokenSource,
    installation_id: GrowingTexts,
}

impl From<TokenSource> for appmint_source {
    fn from(core: TokenSource) -> Self {
        Self { core, installation_id: GrowingTexts::default() }
    }
}

/// The installation's id. NULL if these are the app's own tokens or a user's, or the installation
/// was not looked up yet.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_installation_id(source: Option<&appmint_source>) -> *const c_char {
    read(source, ptr::null(), |source| {
        source.installation_id.pointer(source.core.installation_id())
    })
}

/// Returns a token that lives at least `min_valid_ms` longer, from memory or newly minted. It is
/// minted once for all callers that need one at the same time. Near its end a token is renewed in
/// the background, and the caller goes on with the one in memory. If renewing fails for a reason
/// that will pass, the token in memory is returned until it expires. A failure counts for every
/// caller for one second, or for as long as a rate limit says, but at most for a minute.
///
/// Where the platform documents how long its tokens live, a longer `min_valid_ms` is refused.
/// Elsewhere a new token that lives for less is returned, with an event APPMINT_EVENT_SERVED_STALE,
/// and serves for half of its life.
///
/// Blocks at most for `timeout_ms`, and not at all with a token from memory.
///
/// Free `*token` with appmint_token_free.
///
/// - `min_valid_ms`: How much longer the token must live at least, in milliseconds.
///   APPMINT_DEFAULT: 60000, or half of a life of less than two minutes.
/// - `timeout_ms`: How long this caller waits, in milliseconds. Minting goes on for the other
///   callers. APPMINT_DEFAULT: the app's timeout.
///
/// Errors:
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_APP_KEY_MISMATCH or APPMINT_REASON_APP_NOT_FOUND)
///   if the platform does not accept the app's credentials.
/// - APPMINT_ERROR_FORBIDDEN (APPMINT_REASON_SUSPENDED, APPMINT_REASON_PERMISSION_NOT_GRANTED or
///   APPMINT_REASON_REPOSITORY_NOT_ACCESSIBLE) if the installation is suspended, or lacks what was
///   asked for.
/// - APPMINT_ERROR_NOT_FOUND (APPMINT_REASON_NOT_INSTALLED) if the app is not installed there.
/// - APPMINT_ERROR_REJECTED if the platform refuses the repositories or permissions to narrow to.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_NO_SESSION, APPMINT_REASON_INVALID_REFRESH_TOKEN or
///   APPMINT_REASON_ROTATION_INTERRUPTED) if a session has ended; the user must authorize the app
///   again.
/// - APPMINT_ERROR_STORE if the store of a session failed; installation tokens are minted without
///   it.
/// - APPMINT_ERROR_KEY if the signer's signature cannot be used.
/// - APPMINT_ERROR_CALLBACK if the signer failed.
/// - APPMINT_ERROR_INVALID_ARGUMENT if no token of the platform lives for `min_valid_ms`.
/// - Those of every call over the network: see the conventions.
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

/// Returns the value of an Authorization header with such a token. It is secret. Free `*header`
/// with appmint_text_free.
///
/// - `min_valid_ms`: How much longer the token must live at least, as in appmint_source_token, in
///   milliseconds. APPMINT_DEFAULT: 60000, or half of a life of less than two minutes.
/// - `timeout_ms`: How long this caller waits, as in appmint_source_token, in milliseconds.
///   APPMINT_DEFAULT: the app's timeout.
///
/// Errors:
/// - Those of appmint_source_token.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
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

/// When the token in memory expires. APPMINT_NO_TIME if there is none, or the platform did not
/// report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_expires_at_ms(source: Option<&appmint_source>) -> i64 {
    time_ms(read(source, None, |source| source.core.expires_at()))
}

/// Returns the quota of the source's requests, as the platform told it in its last answer to one of
/// them. It is that of the installation, whatever its tokens are narrowed to, of the app, or of the
/// session's user. NULL if there was no such answer yet, or the platform does not tell it. No
/// network I/O.
///
/// Free it with appmint_quota_free.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_quota(
    source: Option<&appmint_source>,
) -> Option<Box<appmint_quota>> {
    read(source, None, |source| source.core.quota().map(|quota| Box::new(quota.into())))
}

/// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made
/// with it. However many callers got it, one new token is minted for all of them. Without a token,
/// forgets whichever is in memory or being minted, so that the next call mints one; then each of
/// many callers would forget what the others have just minted. A token that was already returned
/// still works. No network I/O.
///
/// appmint_source_invalidate_token takes the token; appmint_source_invalidate does without.
///
/// - `token`: The text of the token that was refused. Nothing happens if it is another one's.
///   Default: whichever is in memory.
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

/// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was made
/// with it. However many callers got it, one new token is minted for all of them. Without a token,
/// forgets whichever is in memory or being minted, so that the next call mints one; then each of
/// many callers would forget what the others have just minted. A token that was already returned
/// still works. No network I/O.
///
/// appmint_source_invalidate_token takes the token; appmint_source_invalidate does without.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_invalidate(source: Option<&appmint_source>) {
    read(source, (), |source| source.core.invalidate());
}

/// Registers a callback for new tokens, until it is taken back or the app is closed. A source with
/// a lookup calls back once the installation was found.
///
/// The callback runs on the thread that fetched the token, for which other callers may be waiting:
/// it must be quick, and must not wait for a token. No network I/O.
///
/// `userdata` passes to the library. `drop`, which may be NULL, is called exactly once: after the
/// last callback, or at once if this function fails. `subscription` may be NULL for a callback that
/// stays. The callback must not throw.
///
/// Free `*subscription` with appmint_subscription_free.
///
/// - `callback`: Takes the token before, which is missing for the first one, and the new token.
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

/// Takes the callback back: it is not called any more, and is not running on another thread. Blocks
/// while the callback runs on another thread, so do not hold a lock that the callback takes. Inside
/// of a callback of appmint_source_on_change it does not wait, because two callbacks that take each
/// other back would wait for ever. Nothing happens the second time.
///
/// Its `drop` was called, then; inside of a callback `drop` tells when no call is left.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_subscription_unsubscribe(subscription: Option<&appmint_subscription>) {
    read(subscription, (), |subscription| subscription.0.unsubscribe());
}

/// Frees a subscription. The callback stays registered, unless it was taken back.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_subscription_free(subscription: Option<Box<appmint_subscription>>) {
    free(subscription);
}

/// Forgets the token in memory and ends it on the platform, for everybody who has it. It succeeds
/// if the token is already invalid. No network I/O without a valid token in memory. A token that is
/// being minted is not revoked.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not offer this, or these are a user's tokens or
///   others of the token endpoint: see appmint_app_delete_grant, appmint_app_delete_token,
///   appmint_app_revoke_token and appmint_app_end_session.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_revoke(
    source: Option<&appmint_source>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || wait_for(|| revoke_task(source)))
}

/// Lists the repositories that the token can access. Pages are requested as the items are asked
/// for, none before.
///
/// Free `*listing` with appmint_repositories_free.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform does not list them.
///
/// Source:
/// https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_repositories(
    source: Option<&appmint_source>,
    listing: Option<&mut MaybeUninit<*mut appmint_repositories>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || required("source", source)?.core.repositories())
}

/// Calls the platform's API with the source's token. Every HTTP status is a response and no error.
/// A token that the platform refuses before it expires is replaced once, and a new token is given a
/// few seconds to become known. A path that the platform reserves for the app or the OAuth client
/// is called with that credential.
///
/// Free `*response` with appmint_response_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the method, path, headers or body cannot be sent.
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
///   than the platform's.
/// - Those of appmint_source_token.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_request(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("response", response, error, || wait_for(|| request_task(source, request)))
}

/// Lists the items of any endpoint of the API, with the source's token. The items are the list that
/// the endpoint answers, or the only member of its answer that is a list, such as "repositories"
/// beside a "total_count". Each one is a JSON value: the order of its members, and the digits of a
/// number beyond 64 bits, are not kept.
///
/// A next page is the one that the answer's Link header names, which must be on the same host and
/// for the same credential, or as api.paging of the platform's descriptor says: by its number,
/// until a page has no items or those of the page before, or by a cursor. As many items are asked
/// for at once as the platform allows, unless the path's query has that parameter already. An item
/// that moves to another page while the list is read may come twice, or not at all.
///
/// Each page is asked for with the token that the source has by then, and one that is refused is
/// replaced, as in appmint_source_request.
///
/// A page that is refused is an error after the items of the pages before it. So is a link to
/// another host, to which nothing is sent, and one to a page that was read already. Pages are
/// requested as the items are asked for, none before.
///
/// The path and the other arguments are those of `request`, a GET without a body. Each item is the
/// JSON text of a value, in an appmint_text.
///
/// Free `*listing` with appmint_items_free.
///
/// - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901), where
///   an answer has several lists. Default: the only list in the answer.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the path or headers cannot be sent, or the name of the
///   member is empty.
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_FOREIGN_HOST) if the URL is on another host
///   than the platform's.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
/// https://www.rfc-editor.org/rfc/rfc8288#section-3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_source_paginate(
    source: Option<&appmint_source>,
    request: Option<&appmint_request>,
    items: *const c_char,
    items_len: usize,
    listing: Option<&mut MaybeUninit<*mut appmint_items>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("listing", listing, error, || {
        let (call, items) = appmint_request::pages(request, items, items_len)?;
        required("source", source)?.core.paginate(call, items)
    })
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
