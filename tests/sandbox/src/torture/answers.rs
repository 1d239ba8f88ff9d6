//! The answers of the token endpoint: as RFC 6749 has them, or deformed by a fault.

use hyper::StatusCode;
use hyper::header::{AGE, CACHE_CONTROL, DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};

use super::plan::Fault;
use super::tokens::Answer;
use crate::http::Reply;

/// An answer with tokens ([RFC 6749, section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
pub(super) fn tokens(now_ms: i64, answer: &Answer, fault: Option<Fault>) -> Reply {
    let text = Value::Object(members(now_ms, answer, fault)).to_string();
    let body = match fault {
        Some(Fault::ScopeTwice) => begun_with(&text, br#"{"scope":"read","#),
        Some(Fault::NotUtf8) => begun_with(&text, b"{\"note\":\"caf\xe9\","),
        _ => text.into_bytes(),
    };
    let reply = Reply::text(StatusCode::OK, "application/json; charset=utf-8", body);
    reply.with(CACHE_CONTROL, "no-store")
}

/// An error ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
pub(super) fn error(code: &str, description: &str) -> Reply {
    let body = json!({ "error": code, "error_description": description });
    if code != "invalid_client" {
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    }
    let reply = Reply::json(StatusCode::UNAUTHORIZED, &body);
    reply.with(WWW_AUTHENTICATE, r#"Basic realm="torture""#)
}

/// The answer that a fault puts in the place of the platform's, if it does.
pub(super) fn replacement(fault: Fault) -> Option<Reply> {
    let gateway = |status: StatusCode| {
        let title = status.canonical_reason().unwrap_or_default();
        Reply::html(status, format!("<html><body><h1>{title}</h1>gateway</body></html>"))
    };
    match fault {
        Fault::UnavailableBefore | Fault::UnavailableAfter => {
            Some(gateway(StatusCode::SERVICE_UNAVAILABLE))
        }
        Fault::BadGatewayBefore | Fault::BadGatewayAfter => Some(gateway(StatusCode::BAD_GATEWAY)),
        Fault::ServerError => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Some(Reply::message(status, "Something went wrong"))
        }
        Fault::RateLimited => {
            let reply = Reply::message(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
            Some(reply.with(RETRY_AFTER, "1"))
        }
        _ => None,
    }
}

/// The answer with the sandbox's time in its `Date` header, or a wrong time.
pub(super) fn dated(reply: Reply, now_ms: i64, fault: Option<Fault>) -> Reply {
    let (offset_s, age_s) = match fault {
        Some(Fault::DateAhead) => (5 * HOUR_S, None),
        Some(Fault::DateBehind) => (-3 * HOUR_S, None),
        Some(Fault::DateAged) => (-3 * HOUR_S, Some(3 * HOUR_S)),
        _ => (0, None),
    };
    let seconds = u64::try_from(now_ms / 1000 + offset_s).unwrap_or_default();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let reply = reply.with(DATE, &httpdate::fmt_http_date(time));
    age_s.map_or(reply.clone(), |age| reply.with(AGE, &age.to_string()))
}

/// The number of bytes of a truncated answer: it ends within the access token, which is its first member.
pub(super) const TRUNCATED_BYTES: usize = 30;

fn members(now_ms: i64, answer: &Answer, fault: Option<Fault>) -> Map<String, Value> {
    let life_s = (answer.expires_ms - now_ms).max(0) / 1000;
    let expires_in = match fault {
        Some(Fault::ExpiresInText) => Some(json!(life_s.to_string())),
        Some(Fault::ExpiresInWord) => Some(json!("soon")),
        Some(Fault::ExpiresInMissing) => None,
        _ => Some(json!(life_s)),
    };
    let has_refresh_token = fault != Some(Fault::NoRefreshToken);
    let refresh_token = has_refresh_token.then(|| json!(answer.refresh_token));
    let all = [
        ("access_token", Some(json!(answer.access_token))),
        ("token_type", Some(json!("bearer"))),
        ("expires_in", expires_in),
        ("refresh_token", refresh_token),
        // GitHub's member; other clients ignore it.
        ("refresh_token_expires_in", Some(json!(REFRESH_TOKEN_LIFE_S))),
        ("scope", Some(json!("read"))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// An object's text with another beginning in the place of its brace.
fn begun_with(text: &str, beginning: &[u8]) -> Vec<u8> {
    [beginning, text.trim_start_matches('{').as_bytes()].concat()
}

const HOUR_S: i64 = 3_600;
const REFRESH_TOKEN_LIFE_S: u32 = 15_897_600;
