//! Error replies ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).

use hyper::StatusCode;
use hyper::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::http::Reply;

#[derive(Debug)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
    /// The value of `WWW-Authenticate`, if the credential was refused.
    challenge: Option<&'static str>,
}

impl From<OAuthError> for Reply {
    fn from(oauth_error: OAuthError) -> Self {
        let body =
            json!({ "error": oauth_error.error, "error_description": oauth_error.description });
        let reply = Self::json(oauth_error.status, &body);
        match oauth_error.challenge {
            Some(challenge) => reply.with(WWW_AUTHENTICATE, challenge),
            None => reply,
        }
    }
}

pub(super) fn oauth_error(error: &'static str, description: &'static str) -> OAuthError {
    OAuthError { status: StatusCode::BAD_REQUEST, error, description, challenge: None }
}

pub(super) fn invalid_request(description: &'static str) -> OAuthError {
    oauth_error("invalid_request", description)
}

pub(super) fn invalid_grant(description: &'static str) -> OAuthError {
    oauth_error("invalid_grant", description)
}

pub(super) fn invalid_scope() -> OAuthError {
    oauth_error("invalid_scope", "the scope is unknown, or exceeds what was granted")
}

/// A 401 names the scheme to use ([RFC 9110, section 15.5.2](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2)).
pub(super) fn invalid_client(status: StatusCode) -> OAuthError {
    let challenge = (status == StatusCode::UNAUTHORIZED).then_some(r#"Basic realm="issuer""#);
    OAuthError {
        status,
        error: "invalid_client",
        description: "the client is unknown, or did not prove who it is",
        challenge,
    }
}

/// [RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1).
pub(super) fn invalid_token() -> OAuthError {
    OAuthError {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_token",
        description: "the token is unknown, expired or revoked",
        challenge: Some(
            r#"Bearer error="invalid_token", error_description="the token is unknown, expired or revoked""#,
        ),
    }
}

/// The reply to a request without a token: it names the scheme, but no error.
pub(super) fn no_token() -> Reply {
    Reply::empty(StatusCode::UNAUTHORIZED).with(WWW_AUTHENTICATE, r#"Bearer realm="issuer""#)
}

pub(super) fn not_found() -> Reply {
    Reply::text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "There is nothing here.\n")
}
