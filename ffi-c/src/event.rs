//! What a program may see of an app at work: events, as they happen, and counts.

use std::{
    ffi::{c_char, c_int, c_void},
    mem::MaybeUninit,
    sync::{Arc, OnceLock},
};

use appmint_core::{Event, Stats};

use crate::{
    border::{free, given, look, show},
    callback::{Userdata, appmint_drop},
    config::{appmint_config, set},
    error::{appmint_error, appmint_status},
    text::Memo,
};

/// Something that happened; it holds no secret. Lives until the callback that is told it returns.
pub struct appmint_event {
    core: Event,
    kind: Memo,
    installation_id: Memo,
    error: OnceLock<Option<appmint_error>>,
    text: Memo,
}

impl From<&Event> for appmint_event {
    fn from(core: &Event) -> Self {
        let (kind, installation_id, error, text) = Default::default();
        Self { core: core.clone(), kind, installation_id, error, text }
    }
}

/// Is told what happens; see appmint_config_set_on_event.
pub type appmint_on_event =
    Option<unsafe extern "C" fn(userdata: *mut c_void, event: *const appmint_event)>;

/// Calls back with each event, which holds no secret; default nobody.
///
/// `callback` is called on the thread that did what happened, most often one of appmint's, and on
/// several at once: it must be quick, must not wait for a token, and must not let a C++ exception out.
/// `userdata` is taken over: `drop`, which may be NULL, is called with it exactly once, when neither
/// the configuration nor an app made of it needs it any more, and at once when this function fails.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_on_event(
    config: Option<&mut appmint_config>,
    callback: appmint_on_event,
    userdata: *mut c_void,
    drop: appmint_drop,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let userdata = Userdata::take(userdata, drop);
    set(config, error, |settings| {
        let callback = given("callback", callback)?;
        settings.on_event = Some(Arc::new(move |event: &Event| {
            let event = appmint_event::from(event);
            // SAFETY: the event outlives the call; the header demands that it can be called here.
            unsafe { callback(userdata.start(), &raw const event) };
        }));
        Ok(())
    })
}

/// What happened: "minted", "renewed", "mint_failed", "served_stale", "retried", "skew_found",
/// "refused", "taken_from_store" or "store_failed"; later versions may add to these. Borrowed like
/// the event.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_kind(event: Option<&appmint_event>) -> *const c_char {
    show(event, |event| event.kind.some(|| event.core.kind.name()))
}

/// The installation that it is about, or NULL. Borrowed like the event.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_installation_id(event: Option<&appmint_event>) -> *const c_char {
    show(event, |event| event.installation_id.maybe(|| event.core.installation_id.as_deref()))
}

/// How long the call took, or the wait until it is sent again; -1 where nothing took any time.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_duration_ms(event: Option<&appmint_event>) -> i64 {
    look(event, -1, |event| {
        let ms = event.core.duration.map(|duration| i64::try_from(duration.as_millis()));
        ms.map_or(-1, |ms| ms.unwrap_or(i64::MAX))
    })
}

/// How far the platform's clock is ahead of ours; APPMINT_NO_TIME where it is not about clocks.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_clock_offset_ms(event: Option<&appmint_event>) -> i64 {
    look(event, None, |event| event.core.clock_offset_ms).unwrap_or(i64::MIN)
}

/// Why, or NULL. Borrowed like the event: appmint_error_copy keeps it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_error(event: Option<&appmint_event>) -> Option<&appmint_error> {
    let error = |event: &appmint_event| event.core.error.clone().map(appmint_error::from);
    look(event, None, |event| event.error.get_or_init(|| error(event)).as_ref())
}

/// 1 if somebody should look at it, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_is_warning(event: Option<&appmint_event>) -> c_int {
    look(event, 0, |event| c_int::from(event.core.kind.is_warning()))
}

/// The event in a line, as a log wants it. Borrowed like the event.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_event_text(event: Option<&appmint_event>) -> *const c_char {
    show(event, |event| event.text.made(|| Some(event.core.to_string())))
}

/// How often things happened since an app was made: a snapshot.
///
/// Each count has its function, so one that is added later changes nothing for programs that were
/// built before.
pub struct appmint_stats {
    core: Stats,
}

impl From<Stats> for appmint_stats {
    fn from(core: Stats) -> Self {
        Self { core }
    }
}

/// Tokens minted because somebody waited.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_minted(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.minted)
}

/// Tokens minted ahead of time.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_renewed(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.renewed)
}

/// Mintings that failed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_failed(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.failed)
}

/// Live tokens handed out beyond their margin because no new one came.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_served_stale(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.served_stale)
}

/// Requests sent again.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_retried(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.retried)
}

/// Callers who joined a minting that was on its way.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_joined(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.joined)
}

/// Tokens that the platform refused before their time.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_refused(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.refused)
}

/// Tokens taken from the store.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_from_store(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.from_store)
}

/// What the store did not do.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_store_failed(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.store_failed)
}

/// Keys (an installation and a scope) that have a place in memory.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_sources(stats: Option<&appmint_stats>) -> u64 {
    look(stats, 0, |stats| stats.core.sources)
}

/// Frees a snapshot. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_stats_free(stats: Option<Box<appmint_stats>>) {
    free(stats);
}
