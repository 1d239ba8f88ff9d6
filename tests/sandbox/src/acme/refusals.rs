//! Error replies: a word for programs and a text for people.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::Call;
use crate::http::{Refusal, Request};
use crate::jwt;

/// Checks the headers that every request of the API needs.
pub(super) fn check_headers(request: &Request) -> Result<(), Refusal> {
    if request.header("accept") != Some("application/vnd.acme+json") {
        let text = "answers are written as application/vnd.acme+json";
        return Err(fault(StatusCode::NOT_ACCEPTABLE, "wrong_paper", text));
    }
    if request.header("acme-edition") != Some("seven") {
        let text = "the gate knows edition seven only";
        return Err(fault(StatusCode::BAD_REQUEST, "wrong_edition", text));
    }
    Ok(())
}

/// The error reply for an invalid assertion. It does not contain the difference between the clocks.
pub(super) fn of_assertion(reason: jwt::Refusal) -> Refusal {
    use jwt::Refusal::{
        Expired, ForeignKey, IssuedInTheFuture, MissingClaim, NoKey, TooFarInTheFuture,
        UnknownIssuer,
    };
    match reason {
        Expired => off_beat("it is past exp"),
        TooFarInTheFuture => off_beat("exp is too far ahead"),
        IssuedInTheFuture => off_beat("iat has not come yet"),
        ForeignKey | NoKey => unauthorized("wrong_lock", "the signature opens nothing"),
        UnknownIssuer => unauthorized("no_tool", "iss is the shop of no tool"),
        MissingClaim => unauthorized("wrong_errand", "aud or acme/level is not what it should be"),
        _ => unauthorized("unreadable", "the assertion cannot be read"),
    }
}

fn off_beat(text: &str) -> Refusal {
    fault(StatusCode::IM_A_TEAPOT, "off_beat", &format!("by the gate's clock {text}"))
}

pub(super) fn unauthorized(word: &str, text: &str) -> Refusal {
    fault(StatusCode::UNAUTHORIZED, word, text)
}

pub(super) fn no_token() -> Refusal {
    unauthorized("no_token", "nobody knows this token")
}

pub(super) fn who_are_you() -> Refusal {
    unauthorized("who_are_you", "no shop has this id and this word")
}

/// The error for a valid credential of the wrong kind.
pub(super) fn wrong_hands() -> Refusal {
    fault(StatusCode::FORBIDDEN, "wrong_hands", "this is not for the bearer of that token")
}

pub(super) fn slow_down() -> Refusal {
    fault(StatusCode::FORBIDDEN, "too_fast", "slow down")
}

pub(super) fn nowhere() -> Refusal {
    fault(StatusCode::NOT_FOUND, "nowhere", "there is nothing here")
}

pub(super) fn no_seat() -> Refusal {
    fault(StatusCode::GONE, "no_seat", "nobody sits there")
}

pub(super) fn frozen() -> Refusal {
    fault(StatusCode::LOCKED, "frozen_seat", "this seat is frozen")
}

/// The error for a slip or a blueprint's code that is no longer valid.
pub(super) fn burnt_slip() -> Refusal {
    fault(StatusCode::GONE, "burnt_slip", "that slip is ashes")
}

pub(super) fn stale_slip() -> Refusal {
    bad_request("stale_slip", "that slip was used, or never was")
}

pub(super) fn bad_request(word: &str, text: &str) -> Refusal {
    fault(StatusCode::BAD_REQUEST, word, text)
}

/// The error for a well-formed request that cannot be granted.
pub(super) fn impossible(word: &str, text: &str) -> Refusal {
    fault(StatusCode::UNPROCESSABLE_ENTITY, word, text)
}

pub(super) fn fault(status: StatusCode, word: &str, text: &str) -> Refusal {
    Refusal::new(status, json!({ "fault": { "word": word, "text": text } }))
}

/// The body, which has to be a JSON object with only the members in `known`.
pub(super) fn body(call: &Call<'_>, known: &[&str]) -> Result<Map<String, Value>, Refusal> {
    let body = call.request.json();
    let body = body.ok_or_else(|| bad_request("odd_body", "the body is a JSON object"))?;
    check_members(&body, known)?;
    Ok(body)
}

/// A member, which has to be an object with only the members in `known`.
pub(super) fn object<'b>(
    body: &'b Map<String, Value>,
    name: &str,
    known: &[&str],
) -> Result<&'b Map<String, Value>, Refusal> {
    let object = body.get(name).and_then(Value::as_object);
    let object = object.ok_or_else(|| odd_member(name))?;
    check_members(object, known)?;
    Ok(object)
}

pub(super) fn odd_member(name: &str) -> Refusal {
    bad_request("odd_member", &format!("{name} is missing, not known, or not what it should be"))
}

fn check_members(object: &Map<String, Value>, known: &[&str]) -> Result<(), Refusal> {
    let odd =
        object.iter().find(|(name, value)| !known.contains(&name.as_str()) || value.is_null());
    odd.map_or(Ok(()), |(name, _)| Err(odd_member(name)))
}
