//! Events in an app's work.

use std::{
    ffi::{c_char, c_int, c_void},
    sync::Arc,
};

use appmint_core::{Event, EventKind};

use crate::{
    access::{read, text_of},
    app::quota::appmint_quota,
    callback::{Userdata, appmint_drop},
    convert::{NO_TIME, duration_ms, required},
    errors::appmint_error,
    once::Once,
    settings::{appmint_config, set},
    text::{Names, OnceText},
};

/// The kinds of events.
#[repr(C)]
pub enum appmint_event_kind_code {
    /// A token was minted while a caller waited for it.
    APPMINT_EVENT_MINTED = 1,
    /// A token was minted before its predecessor expired.
    APPMINT_EVENT_RENEWED = 2,
    /// Minting failed. Callers got the error, or the token in memory if it was still valid.
    APPMINT_EVENT_MINT_FAILED = 3,
    /// A token was returned that lives for less than was asked for: no new one could be minted, or
    /// new ones live no longer.
    APPMINT_EVENT_SERVED_STALE = 4,
    /// A request will be sent again, after a wait.
    APPMINT_EVENT_RETRIED = 5,
    /// The platform's clock differs from this machine's.
    APPMINT_EVENT_SKEW_FOUND = 6,
    /// The platform refused a token before it expired. Another one is minted.
    APPMINT_EVENT_REFUSED = 7,
    /// A token that another process had minted was read from the store.
    APPMINT_EVENT_TAKEN_FROM_STORE = 8,
    /// The store failed. Installation tokens are minted without it.
    APPMINT_EVENT_STORE_FAILED = 9,
}

/// The number of a kind in [`appmint_event_kind_code`].
fn number(kind: EventKind) -> i32 {
    let code = match kind {
        EventKind::Minted => appmint_event_kind_code::APPMINT_EVENT_MINTED,
        EventKind::Renewed => appmint_event_kind_code::APPMINT_EVENT_RENEWED,
        EventKind::MintFailed => appmint_event_kind_code::APPMINT_EVENT_MINT_FAILED,
        EventKind::ServedStale => appmint_event_kind_code::APPMINT_EVENT_SERVED_STALE,
        EventKind::Retried => appmint_event_kind_code::APPMINT_EVENT_RETRIED,
        EventKind::SkewFound => appmint_event_kind_code::APPMINT_EVENT_SKEW_FOUND,
        EventKind::Refused => appmint_event_kind_code::APPMINT_EVENT_REFUSED,
        EventKind::TakenFromStore => appmint_event_kind_code::APPMINT_EVENT_TAKEN_FROM_STORE,
        EventKind::StoreFailed => appmint_event_kind_code::APPMINT_EVENT_STORE_FAILED,
        _ => return 0,
    };
    code as i32
}

/// An event in an app's work. It never holds a secret. Borrowed until the callback that receives it
/// returns.
pub struct appmint_event {
    core: Event,
    installation_id: OnceText,
    quota: Once<Option<appmint_quota>>,
    error: Once<Option<appmint_error>>,
    description: OnceText,
}

impl From<&Event> for appmint_event {
    fn from(core: &Event) -> Self {
        let (installation_id, quota, error, description) = Default::default();
        Self { core: core.clone(), installation_id, quota, error, description }
    }
}

/// Receives events: see appmint_config_set_on_event.
pub type appmint_on_event =
    Option<unsafe extern "C" fn(userdata: *mut c_void, event: *const appmint_event)>;

/// Is called with each event, which never holds a secret. It is called on the thread on which the
/// event happens, which waits for it, and on several at once: it must be quick, and must not wait
/// for a token.
///
/// It must not throw. `userdata` passes to the library. `drop`, which may be NULL, is called
/// exactly once: when neither the configuration nor an app that was made with it needs `userdata`,
/// or at once if the callback is refused. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_on_event(
    config: Option<&mut appmint_config>,
    callback: appmint_on_event,
    userdata: *mut c_void,
    drop: appmint_drop,
) {
    let userdata = Userdata::take(userdata, drop);
    set(config, |settings| {
        let callback = required("callback", callback)?;
        settings.on_event = Some(Arc::new(move |event: &Event| {
            let event = appmint_event::from(event);
            // SAFETY: the event outlives the call. The header demands that the callback can run on
            // this thread.
            unsafe { callback(userdata.start(), &raw const event) };
        }));
        Ok(())
    });
}

/// The kind of the event. A value of enum appmint_event_kind_code. Later versions may add values.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_kind(event: Option<&appmint_event>) -> i32 {
    read(event, 0, |event| number(event.core.kind))
}

/// The name of an event's kind, such as "renewed" for APPMINT_EVENT_RENEWED; NULL for other
/// numbers. Never freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_kind_name(kind: i32) -> *const c_char {
    static NAMES: Names = Names::new();
    NAMES.pointer(kind, || EventKind::ALL.iter().map(|kind| (number(*kind), kind.name())))
}

/// The id of the installation that the event is about. NULL if it is about none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_installation_id(event: Option<&appmint_event>) -> *const c_char {
    text_of(event, |event| event.installation_id.optional(|| event.core.installation_id.as_deref()))
}

/// How long the call took, or the wait until the request is sent again, in milliseconds. -1 if the
/// event has none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_duration_ms(event: Option<&appmint_event>) -> i64 {
    duration_ms(read(event, None, |event| event.core.duration))
}

/// How far the platform's clock is ahead of this machine's, in milliseconds. APPMINT_NO_TIME if the
/// event is not about clocks.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_clock_offset_ms(event: Option<&appmint_event>) -> i64 {
    read(event, None, |event| event.core.clock_offset_ms).unwrap_or(NO_TIME)
}

/// The quota of requests as it was last told: the app's after minting, and that of a request that
/// is sent again. NULL if the platform told none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_quota(event: Option<&appmint_event>) -> Option<&appmint_quota> {
    let quota = |event: &appmint_event| event.core.quota.clone().map(appmint_quota::from);
    read(event, None, |event| event.quota.get_or_init(|| quota(event)).as_ref())
}

/// The error that caused the event. NULL if no error did.
///
/// appmint_error_copy keeps it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_error(event: Option<&appmint_event>) -> Option<&appmint_error> {
    let error = |event: &appmint_event| event.core.error.clone().map(appmint_error::from);
    read(event, None, |event| event.error.get_or_init(|| error(event)).as_ref())
}

/// Whether an operator should look into it: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_is_warning(event: Option<&appmint_event>) -> c_int {
    read(event, 0, |event| c_int::from(event.core.kind.is_warning()))
}

/// A description in one line, for logs.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_to_string(event: Option<&appmint_event>) -> *const c_char {
    text_of(event, |event| event.description.owned(|| Some(event.core.to_string())))
}
