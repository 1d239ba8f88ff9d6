//! A clock for tests.

use std::mem::MaybeUninit;

use appmint_core::{Clock as _, ManualClock, Timestamp};

use crate::{
    access::{free, new, read},
    call::try_call,
    convert::{milliseconds, required, time_ms},
    errors::{appmint_error, appmint_status},
};

/// A clock for tests, which shows the same time until it is moved.
pub struct appmint_clock {
    pub(crate) core: ManualClock,
}

/// A clock that shows `now_ms`.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_new(now_ms: i64) -> Option<Box<appmint_clock>> {
    new(|| appmint_clock { core: ManualClock::new(Timestamp::from_millis(now_ms)) })
}

/// Returns the time that the clock shows.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_now_ms(clock: Option<&appmint_clock>) -> i64 {
    time_ms(read(clock, None, |clock| Some(clock.core.now())))
}

/// Sets the time, forwards or backwards, for every app that was made with this clock.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_set_ms(clock: Option<&appmint_clock>, now_ms: i64) {
    read(clock, (), |clock| clock.core.set(Timestamp::from_millis(now_ms)));
}

/// Moves the time forwards, for every app that was made with this clock.
///
/// - `by_ms`: How far to move it, in milliseconds.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT if the duration is negative.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_advance_ms(
    clock: Option<&appmint_clock>,
    by_ms: i64,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        let by = milliseconds("by_ms", by_ms)?;
        required("clock", clock)?.core.advance(by);
        Ok(())
    })
}

/// Frees a clock. Apps that were made with it keep the time that it shows.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_free(clock: Option<Box<appmint_clock>>) {
    free(clock);
}
