//! The API: the subject of the request's token
//! ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)).

use hyper::StatusCode;
use serde_json::json;

use super::refusals::{OAuthError, invalid_token, no_token};
use super::{Call, Issuer};
use crate::http::Reply;

impl Issuer {
    pub(super) fn me(&mut self, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let Some(token) = call.request.bearer() else { return Ok(no_token()) };
        let issued = self.tokens.find(token, call.now_ms()).ok_or_else(invalid_token)?;
        let grant = &issued.grant;
        let body = json!({
            "sub": grant.subject.sub,
            "username": grant.subject.username,
            "scope": grant.scopes.join(" ")
        });
        Ok(Reply::json(StatusCode::OK, &body))
    }
}
