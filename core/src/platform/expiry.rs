//! When something expires: a platform says it by its own clock, and it is judged by ours.
//!
//! A relative life (`expires_in`) begins with the answer, and no clock but ours takes part in it. An
//! expiry at a point in time is compared with our wall clock; if that makes no sense, with the `Date`
//! of the same answer; and it is never believed for longer than the platform documents.

use serde_json::Value;

use crate::{
    platform::{descriptor::Expires, members, reply::Reply},
    time::{Expiry, TimeFormat, Timestamp},
};

/// When something expires: what the json says, else after its documented life, else never.
///
/// `Err` when the json says something that is no time.
pub(crate) fn read(reply: &Reply<'_>, json: &Value, rule: &Expires) -> Result<Option<Expiry>, ()> {
    let now = reply.now;
    let documented_ms = rule.default_life_s.map(in_milliseconds);
    let Some(value) = members::first(json, &rule.at) else {
        return Ok(documented_ms.map(|life_ms| Expiry::after(now, life_ms)));
    };
    let at = rule.format.read(value, now.wall()).ok_or(())?;
    let until = |at: Timestamp, from: Timestamp| at.as_millis().saturating_sub(from.as_millis());
    let by_wall_ms = until(at, now.wall());
    let life_ms = match (rule.format, documented_ms) {
        (TimeFormat::Seconds, _) => by_wall_ms,
        (_, Some(documented_ms)) => {
            let by_date_ms = reply.date.map(|date| until(at, date.at));
            documented_life_ms(by_wall_ms, by_date_ms, documented_ms)
        }
        (_, None) => {
            let confirmed = reply.date.filter(|date| date.is_confirmed);
            undocumented_life_ms(by_wall_ms, confirmed.map(|date| until(at, date.at)))
        }
    };
    Ok(Some(Expiry { at, end: now.shifted(life_ms) }))
}

/// The life of something whose longest life is documented, by what our wall clock and the answer's
/// `Date` say is left.
fn documented_life_ms(by_wall_ms: i64, by_date_ms: Option<i64>, documented_ms: i64) -> i64 {
    let longest_ms = documented_ms.saturating_add(TOLERANCE_MS);
    let is_plausible = |life_ms: &i64| (1..=longest_ms).contains(life_ms);
    let is_too_long = |life_ms: i64| life_ms > longest_ms;
    let plausible = Some(by_wall_ms).filter(is_plausible).or(by_date_ms.filter(is_plausible));
    plausible.unwrap_or(if is_too_long(by_wall_ms) || by_date_ms.is_some_and(is_too_long) {
        documented_ms
    } else {
        by_wall_ms // expired on arrival
    })
}

/// The life of something of which nothing is documented. A `Date` never makes it longer than our wall
/// clock says, unless our clock says that it has expired on arrival and two answers that it is wrong.
fn undocumented_life_ms(by_wall_ms: i64, by_confirmed_date_ms: Option<i64>) -> i64 {
    let by_date_ms = by_confirmed_date_ms.filter(|life_ms| by_wall_ms <= 0 && *life_ms > 0);
    by_date_ms.unwrap_or(by_wall_ms)
}

fn in_milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000)
}

/// The difference between two clocks that are right: time servers keep them closer, but a `Date` is in
/// whole seconds and as old as its answer was on the way.
const TOLERANCE_MS: i64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn a_documented_life_bounds_what_the_clocks_say() {
        for (by_wall, by_date, expected, why) in [
            (HOUR, Some(HOUR), HOUR, "both clocks are right"),
            (HOUR + MINUTE, Some(HOUR), HOUR + MINUTE, "ours is a minute slow"),
            (3 * HOUR, Some(HOUR), HOUR, "ours is two hours slow"),
            (-HOUR, Some(HOUR), HOUR, "ours is two hours fast"),
            (HOUR / 2, Some(HOUR), HOUR / 2, "ours is half an hour fast: renewed too early"),
            (HOUR, Some(3 * HOUR), HOUR, "the Date is two hours slow"),
            (HOUR, Some(-HOUR), HOUR, "the Date is two hours fast"),
            (HOUR, None, HOUR, "the answer is out of a cache"),
            (3 * HOUR, None, HOUR, "ours is slow, and the answer has no Date"),
            (3 * HOUR, Some(3 * HOUR), HOUR, "the platform grants more than it documents"),
            (3 * HOUR, Some(-HOUR), HOUR, "ours is slow and the Date fast"),
            (-HOUR, Some(3 * HOUR), HOUR, "ours is fast and the Date slow"),
            (-HOUR, None, -HOUR, "ours is fast, and the answer has no Date"),
            (-HOUR, Some(-HOUR), -HOUR, "it has expired"),
            (0, Some(0), 0, "it expires now"),
            (i64::MAX, Some(i64::MIN), HOUR, "no sum overflows"),
        ] {
            assert_eq!(documented_life_ms(by_wall, by_date, HOUR), expected, "{why}");
        }
    }

    #[test]
    fn an_undocumented_life_is_what_our_clock_says_unless_that_is_proved_wrong() {
        for (by_wall, by_confirmed_date, expected, why) in [
            (HOUR, Some(HOUR), HOUR, "both clocks are right"),
            (3 * HOUR, Some(HOUR), 3 * HOUR, "ours is slow: used until it is refused"),
            (HOUR, Some(3 * HOUR), HOUR, "a Date never makes a life longer"),
            (-HOUR, Some(HOUR), HOUR, "ours is fast, and two answers say so"),
            (-HOUR, None, -HOUR, "ours is fast, and one answer says so"),
            (-HOUR, Some(-HOUR), -HOUR, "it has expired"),
        ] {
            assert_eq!(undocumented_life_ms(by_wall, by_confirmed_date), expected, "{why}");
        }
    }
}
