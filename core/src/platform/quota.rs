//! Reads the quota of requests out of an answer's headers.

use crate::{
    http::{Quota, Response},
    platform::{descriptor::RateLimit, reply::Reply},
    time::Timestamp,
};

impl Reply<'_> {
    /// The quota that the answer tells; `None` where the platform does not tell it.
    pub(crate) fn quota(&self) -> Option<Quota> {
        let headers = self.platform.descriptor().errors.rate_limit.as_ref()?;
        read(headers, self.response, self.host_now())
    }
}

fn read(headers: &RateLimit, response: &Response, now: Timestamp) -> Option<Quota> {
    let header = |name: &str| response.header(name).map(str::trim);
    let number = |name: &str| header(name)?.parse().ok();
    let reset = header(&headers.reset).and_then(|at| at.parse().ok()).map(Timestamp::from_secs);
    let is_word = |word: &&str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        (1..=40).contains(&word.len()) && word.bytes().all(is_allowed)
    };
    let resource = headers.resource.as_deref().and_then(header).filter(is_word);
    Some(Quota {
        limit: headers.limit.as_deref().and_then(number),
        remaining: number(&headers.remaining)?,
        reset_at: reset.filter(|at| is_plausible(*at, now)),
        resource: resource.map(str::to_owned),
    })
}

/// A quota is renewed within a day: another moment is in another unit than the descriptor says.
fn is_plausible(reset: Timestamp, now: Timestamp) -> bool {
    (reset.as_secs() - now.as_secs()).unsigned_abs() <= 24 * 3600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_believed_as_far_as_it_makes_sense() {
        let headers = RateLimit {
            limit: Some("limit".into()),
            remaining: "left".into(),
            reset: "reset".into(),
            resource: Some("of".into()),
            pause_s: None,
        };
        let now = Timestamp::from_secs(1_000_000);
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            let response = Response { status: 200, headers: pairs.collect(), body: Vec::new() };
            read(&headers, &response, now)
        };
        let whole = of(&[("limit", "9"), ("left", " 5 "), ("reset", "1000060"), ("of", "core")]);
        let expected = Quota {
            limit: Some(9),
            remaining: 5,
            reset_at: Some(Timestamp::from_secs(1_000_060)),
            resource: Some("core".into()),
        };
        assert_eq!(whole, Some(expected));
        let bare = Some(Quota { limit: None, remaining: 5, reset_at: None, resource: None });
        for odd in ["1000000000000", "60", "soon", "-9223372036854775808", ""] {
            assert_eq!(of(&[("left", "5"), ("reset", odd), ("limit", "-1"), ("of", "a b")]), bare);
        }
        assert_eq!((of(&[("left", "-1")]), of(&[("left", "1, 2")]), of(&[])), (None, None, None));
    }
}
