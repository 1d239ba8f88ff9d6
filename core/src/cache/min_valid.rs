//! The remaining life that a caller asks for.

use std::time::Duration;

/// The remaining life that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MinValid {
    /// Long enough for a request. Of a token that lives for less than two minutes, half is enough.
    ForARequest,
    /// At least this long, if a new token has as much.
    AtLeast(Duration),
}

impl MinValid {
    /// The life that [`ForARequest`](Self::ForARequest) stands for.
    pub(crate) const FOR_A_REQUEST: Duration = Duration::from_secs(60);

    /// The remaining life below which a token of this lifetime is replaced, in milliseconds. A token
    /// that cannot be better must not be fetched again and again: it serves for half of its life.
    pub(super) fn margin_ms(self, lifetime_ms: i64) -> i64 {
        let half_ms = lifetime_ms / 2;
        match self {
            Self::ForARequest => milliseconds(Self::FOR_A_REQUEST).min(half_ms),
            Self::AtLeast(life) => {
                Some(milliseconds(life)).filter(|it| *it < lifetime_ms).unwrap_or(half_ms)
            }
        }
    }

    /// The life that was asked for by name and that these remaining milliseconds fall short of.
    pub(crate) fn missed_by(self, remaining_ms: i64) -> Option<Duration> {
        match self {
            Self::ForARequest => None,
            Self::AtLeast(life) => Some(life).filter(|life| milliseconds(*life) > remaining_ms),
        }
    }
}

impl From<Option<Duration>> for MinValid {
    fn from(life: Option<Duration>) -> Self {
        life.map_or(Self::ForARequest, Self::AtLeast)
    }
}

fn milliseconds(life: Duration) -> i64 {
    i64::try_from(life.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_life_that_a_new_token_has_is_the_margin() {
        let margin_ms =
            |seconds| MinValid::AtLeast(Duration::from_secs(seconds)).margin_ms(HOUR_MS);
        assert_eq!([margin_ms(0), margin_ms(60), margin_ms(3599)], [0, 60_000, 3_599_000]);
        assert_eq!([margin_ms(3600), margin_ms(u64::MAX)], [HOUR_MS / 2; 2]);
    }

    #[test]
    fn half_of_a_short_life_is_enough_for_a_request() {
        assert_eq!(MinValid::ForARequest.margin_ms(HOUR_MS), 60_000);
        assert_eq!(MinValid::ForARequest.margin_ms(90_000), 45_000);
    }

    #[test]
    fn only_a_life_that_was_named_is_missed() {
        assert_eq!(MinValid::ForARequest.missed_by(0), None);
        let minute = Duration::from_secs(60);
        assert_eq!(MinValid::AtLeast(minute).missed_by(60_000), None);
        assert_eq!(MinValid::AtLeast(minute).missed_by(59_999), Some(minute));
    }
}
