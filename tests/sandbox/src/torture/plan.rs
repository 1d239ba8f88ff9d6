//! The plan of a user's faults: a function of the seed and the user's name.
//!
//! The n-th request of a user at the token endpoint meets the n-th entry of the plan, whatever the client does, so that all
//! clients meet the same faults. All kinds come equally often: they are dealt from shuffled decks. After a fault at least
//! one request of the same user meets none, so that a client which does the right thing after a fault is not punished for it.

/// A fault at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// The connection is reset; the request is not handled.
    Reset,
    /// If the request came on a connection that was used before, the connection is closed as if it had been idle for too
    /// long; the request is not handled. On a new connection there is no fault.
    StaleConnection,
    /// The connection is closed; the request is not handled.
    ClosedBefore,
    /// The request is handled, and the connection closed instead of an answer.
    ClosedAfter,
    /// The request is handled, and the answer ends in the middle of the access token.
    Truncated,
    /// A gateway's 503; the request is not handled.
    UnavailableBefore,
    /// A gateway's 503 after the request was handled.
    UnavailableAfter,
    /// A gateway's 502; the request is not handled.
    BadGatewayBefore,
    /// A gateway's 502 after the request was handled.
    BadGatewayAfter,
    /// The platform's own 500; the request is not handled.
    ServerError,
    /// 429 with `Retry-After`; the request is not handled.
    RateLimited,
    /// The request is handled and answered after a delay.
    Slow,
    /// `expires_in` is a number in a string.
    ExpiresInText,
    /// `expires_in` is `"soon"`.
    ExpiresInWord,
    /// There is no `expires_in`.
    ExpiresInMissing,
    /// The member `scope` comes twice.
    ScopeTwice,
    /// A member that no client reads holds a byte that is not UTF-8.
    NotUtf8,
    /// The answer has no refresh token, so the old one stays in force
    /// ([RFC 6749, section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6)).
    NoRefreshToken,
    /// The `Date` header is hours ahead.
    DateAhead,
    /// The `Date` header is hours behind.
    DateBehind,
    /// The `Date` header is hours behind, and `Age` says so.
    DateAged,
}

impl Fault {
    pub(super) const ALL: [Self; 21] = [
        Self::Reset,
        Self::StaleConnection,
        Self::ClosedBefore,
        Self::ClosedAfter,
        Self::Truncated,
        Self::UnavailableBefore,
        Self::UnavailableAfter,
        Self::BadGatewayBefore,
        Self::BadGatewayAfter,
        Self::ServerError,
        Self::RateLimited,
        Self::Slow,
        Self::ExpiresInText,
        Self::ExpiresInWord,
        Self::ExpiresInMissing,
        Self::ScopeTwice,
        Self::NotUtf8,
        Self::NoRefreshToken,
        Self::DateAhead,
        Self::DateBehind,
        Self::DateAged,
    ];

    /// The name in the score.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::StaleConnection => "stale_connection",
            Self::ClosedBefore => "closed_before_work",
            Self::ClosedAfter => "closed_after_work",
            Self::Truncated => "truncated",
            Self::UnavailableBefore => "503_before_work",
            Self::UnavailableAfter => "503_after_work",
            Self::BadGatewayBefore => "502_before_work",
            Self::BadGatewayAfter => "502_after_work",
            Self::ServerError => "500",
            Self::RateLimited => "429",
            Self::Slow => "slow",
            Self::ExpiresInText => "expires_in_text",
            Self::ExpiresInWord => "expires_in_word",
            Self::ExpiresInMissing => "expires_in_missing",
            Self::ScopeTwice => "scope_twice",
            Self::NotUtf8 => "not_utf8",
            Self::NoRefreshToken => "no_refresh_token",
            Self::DateAhead => "date_ahead",
            Self::DateBehind => "date_behind",
            Self::DateAged => "date_aged",
        }
    }

    /// Whether the platform handles the request.
    pub(super) fn reaches_the_platform(self) -> bool {
        !matches!(
            self,
            Self::Reset
                | Self::StaleConnection
                | Self::ClosedBefore
                | Self::UnavailableBefore
                | Self::BadGatewayBefore
                | Self::ServerError
                | Self::RateLimited
        )
    }

    /// Whether the platform handles the request and its answer is lost.
    pub(super) fn loses_the_answer(self) -> bool {
        matches!(
            self,
            Self::ClosedAfter | Self::Truncated | Self::UnavailableAfter | Self::BadGatewayAfter
        )
    }

    /// Whether the answer says when the access token expires.
    pub(super) fn tells_the_expiry(self) -> bool {
        !matches!(self, Self::ExpiresInWord | Self::ExpiresInMissing)
    }
}

/// The faults of one user, in the order of the user's requests.
pub(super) struct Plan {
    random: Random,
    deck: Vec<Fault>,
    /// The number of requests without a fault before the next one.
    clean: u64,
}

impl Plan {
    pub(super) fn new(seed: u64, user: &str) -> Self {
        Self { random: Random::new(seed, user, 0), deck: Vec::new(), clean: 1 }
    }

    /// The fault of the user's next request.
    pub(super) fn next(&mut self) -> Option<Fault> {
        if self.clean > 0 {
            self.clean -= 1;
            return None;
        }
        self.clean = 1 + self.random.below(2);
        if self.deck.is_empty() {
            self.deck = self.shuffled();
        }
        self.deck.pop()
    }

    fn shuffled(&mut self) -> Vec<Fault> {
        let mut deck = Fault::ALL.to_vec();
        for last in (1..deck.len()).rev() {
            let other = self.random.below(last as u64 + 1);
            deck.swap(last, usize::try_from(other).unwrap_or(last)); // it is at most `last`
        }
        deck
    }
}

/// Which of a user's access tokens the API refuses once although they are valid.
pub(super) struct Rejections(Random);

impl Rejections {
    pub(super) fn new(seed: u64, user: &str) -> Self {
        Self(Random::new(seed, user, 1))
    }

    /// Whether the API refuses the user's next access token once.
    pub(super) fn next(&mut self) -> bool {
        self.0.below(8) == 0
    }
}

/// SplitMix64, which needs no more state than a number.
struct Random(u64);

impl Random {
    fn new(seed: u64, user: &str, stream: u64) -> Self {
        // FNV-1a, so that each user has numbers of their own.
        let name = user.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut random = Self(seed ^ name.rotate_left(17) ^ (stream << 56));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(seed: u64, user: &str, requests: usize) -> Vec<Option<Fault>> {
        let mut plan = Plan::new(seed, user);
        (0..requests).map(|_| plan.next()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        assert_eq!(faults(7, "ada", 100), faults(7, "ada", 100));
        assert_ne!(faults(7, "ada", 100), faults(8, "ada", 100));
        assert_ne!(faults(7, "ada", 100), faults(7, "bob", 100));
    }

    #[test]
    fn a_request_after_a_fault_meets_none() {
        let plan = faults(3, "ada", 500);
        assert!(plan.windows(2).all(|pair| pair[0].is_none() || pair[1].is_none()));
    }

    #[test]
    fn every_deck_has_every_fault_once() {
        let met: Vec<_> = faults(3, "ada", 200).into_iter().flatten().collect();
        for deck in met.chunks_exact(Fault::ALL.len()) {
            let mut sorted = deck.to_vec();
            sorted.sort();
            assert_eq!(sorted, Fault::ALL);
        }
    }
}
