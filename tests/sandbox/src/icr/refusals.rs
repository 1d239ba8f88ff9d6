//! Error replies, as `NestJS` writes them: `message` is a sentence, or a list of sentences from its validation.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::deviations::Deviations;
use crate::http::{Refusal, Request};

/// The same error for every invalid credential.
pub(super) fn unauthorized() -> Refusal {
    let status = StatusCode::UNAUTHORIZED;
    Refusal::new(status, json!({ "statusCode": status.as_u16(), "message": "Unauthorized" }))
}

pub(super) fn forbidden(message: &str) -> Refusal {
    refusal(StatusCode::FORBIDDEN, &json!([message]), "Forbidden")
}

pub(super) fn bad_request(messages: &[String]) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, &json!(messages), "Bad Request")
}

pub(super) fn not_found(message: &str) -> Refusal {
    refusal(StatusCode::NOT_FOUND, &json!(message), "Not Found")
}

pub(super) fn no_route(request: &Request) -> Refusal {
    not_found(&format!("Cannot {} {}", request.method, request.path))
}

/// The error reply in the form that the deviations select.
pub(super) fn with_deviations(refusal: Refusal, deviations: &Deviations) -> Refusal {
    refusal.with_body(|body| {
        if deviations.messages_are_lists && body["message"].is_string() {
            body["message"] = json!([body["message"]]);
        }
    })
}

/// `error` is the reason phrase of the status, not an error code.
fn refusal(status: StatusCode, message: &Value, error: &str) -> Refusal {
    let body = json!({ "statusCode": status.as_u16(), "message": message, "error": error });
    Refusal::new(status, body)
}
