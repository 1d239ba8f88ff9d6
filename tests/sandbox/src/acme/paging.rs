//! Pagination: a list is divided into leaves (pages), counted from 1.

use super::Call;
use super::refusals::bad_request;
use crate::http::Refusal;

/// The requested page of `all`, with at most `largest` items.
pub(super) fn leaf<'t, T>(
    all: &'t [T],
    largest: usize,
    call: &Call<'_>,
) -> Result<impl Iterator<Item = &'t T>, Refusal> {
    let before = number(call, "leaf", 1)? - 1;
    let size = number(call, "leaves", largest)?.min(largest);
    Ok(all.iter().skip(before.saturating_mul(size)).take(size))
}

fn number(call: &Call<'_>, name: &str, default: usize) -> Result<usize, Refusal> {
    match call.request.query.one(name) {
        Ok(None) => Some(default),
        Ok(Some(text)) => text.parse().ok().filter(|number| *number > 0),
        Err(_) => None,
    }
    .ok_or_else(|| bad_request("odd_leaf", &format!("{name} is a number from 1")))
}
