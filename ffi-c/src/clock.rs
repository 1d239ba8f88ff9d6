//! A clock for tests, as C holds it.

use std::time::Duration;

use appmint_core::{Clock as _, ManualClock, Timestamp};

use crate::border::{free, look};

/// A clock that stands still until it is moved.
pub struct appmint_clock {
    pub(crate) core: ManualClock,
}

/// The time that C reads where there is none: `APPMINT_NO_TIME`.
pub(crate) fn millis(time: Option<Timestamp>) -> i64 {
    time.map_or(i64::MIN, Timestamp::as_millis)
}

/// A clock that shows `now_ms`. You own it: appmint_clock_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_new(now_ms: i64) -> Option<Box<appmint_clock>> {
    let new = |now| Some(Box::new(appmint_clock { core: ManualClock::new(now) }));
    look(Some(Timestamp::from_millis(now_ms)), None, new)
}

/// The time it shows. APPMINT_NO_TIME for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_now_ms(clock: Option<&appmint_clock>) -> i64 {
    millis(look(clock, None, |clock| Some(clock.core.now())))
}

/// Moves it to a time, forwards or back, for every app that was made with it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_set_ms(clock: Option<&appmint_clock>, now_ms: i64) {
    look(clock, (), |clock| clock.core.set(Timestamp::from_millis(now_ms)));
}

/// Moves it forwards, for every app that was made with it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_advance_ms(clock: Option<&appmint_clock>, by_ms: u64) {
    look(clock, (), |clock| clock.core.advance(Duration::from_millis(by_ms)));
}

/// Frees a clock. NULL is fine; apps that were made with it go on with the time it shows.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_clock_free(clock: Option<Box<appmint_clock>>) {
    free(clock);
}
