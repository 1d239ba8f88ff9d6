//! How the API says no, as `NestJS` does: its own reasons are sentences, those of its validation are lists of them.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::deviations::Deviations;
use crate::http::{Refusal, Request};

/// The same words whatever is wrong with a credential.
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

/// The refusal as the deviations want it.
pub(super) fn with_deviations(refusal: Refusal, deviations: &Deviations) -> Refusal {
    refusal.with_body(|body| {
        if deviations.messages_are_lists && body["message"].is_string() {
            body["message"] = json!([body["message"]]);
        }
    })
}

/// `error` is the status in words, and no code.
fn refusal(status: StatusCode, message: &Value, error: &str) -> Refusal {
    let body = json!({ "statusCode": status.as_u16(), "message": message, "error": error });
    Refusal::new(status, body)
}
