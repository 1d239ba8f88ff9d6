//! Token introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).

use hyper::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::refusals::OAuthError;
use super::tokens::Issued;
use super::{Call, Issuer};
use crate::http::Reply;

impl Issuer {
    /// Describes a token to a confidential client. A token that is not active is not described.
    pub(super) fn introspect(&mut self, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let form = Form::of(call.request)?;
        self.confidential_client_of(&form, call)?;
        let known = self.known(form.required("token")?, call);
        let body = known.map_or_else(
            || json!({ "active": false }),
            |(issued, is_refresh)| described(issued, is_refresh, call),
        );
        Ok(Reply::json(StatusCode::OK, &body))
    }
}

/// The audience of a refresh token is the issuer, and it has no type; that of an access token is the API.
fn described(issued: &Issued, is_refresh: bool, call: &Call<'_>) -> Value {
    let seconds = |ms: i64| ms.div_euclid(1000);
    let grant = &issued.grant;
    let mut body = json!({
        "active": true,
        "scope": grant.scopes.join(" "),
        "client_id": grant.client,
        "username": grant.subject.username,
        "sub": grant.subject.sub,
        "exp": seconds(issued.expires_ms),
        "iat": seconds(issued.created_ms),
        "nbf": seconds(issued.valid_from_ms),
        "aud": if is_refresh { call.issuer() } else { call.context.origin.clone() },
        "iss": call.issuer(),
        "jti": issued.id
    });
    if !is_refresh {
        body["token_type"] = json!("Bearer");
    }
    body
}
