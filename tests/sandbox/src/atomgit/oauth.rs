//! The token endpoint: exchanges a code or a refresh token for a user token.
//!
//! <https://docs.atomgit.com/en/openAPI/api_versioned/get-o-auth-atu-token>: a JSON body, 200, 403 or 404, and expiries
//! that are absolute times in milliseconds.

use std::collections::HashMap;

use hyper::StatusCode;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::deviations::RefreshReply;
use super::tokens::Holder;
use super::{AtomGit, EXCHANGE_CODE, REFRESH, not_found, seed};
use crate::http::{JSON, Refusal, Reply, Request};
use crate::platform::Context;
use crate::secrets;

/// The active refresh tokens.
#[derive(Default)]
pub(super) struct Sessions {
    by_refresh_token: HashMap<String, Session>,
}

struct Session {
    expires_ms: i64,
    user_token: String,
}

/// The operation that a body asks for.
pub(super) fn kind(request: &Request) -> &'static str {
    let grant_type = request.json().and_then(|body| body.get("grant_type").cloned());
    if grant_type.is_some_and(|it| it == "refresh_token") { REFRESH } else { EXCHANGE_CODE }
}

impl AtomGit {
    pub(super) fn access_token(
        &mut self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let body = Body::read(request)
            .ok_or_else(|| Refusal::message(StatusCode::BAD_REQUEST, "Problems parsing JSON"))?;
        check_client(&body)?;
        match body.text("grant_type") {
            None | Some("authorization_code") => self.exchange(&body, context),
            Some("refresh_token") => self.refresh(&body, context),
            Some(_) => Err(refused("unsupported_grant_type", "The grant type is not supported.")),
        }
    }

    fn exchange(&mut self, body: &Body, context: &Context) -> Result<Reply, Refusal> {
        let code = body.text("code").unwrap_or_default();
        if !self.authorizations.spend(code, context.now_ms) {
            return Err(refused(
                "bad_verification_code",
                "The code passed is incorrect or expired.",
            ));
        }
        let refresh_token = secrets::token("refresh_");
        Ok(self.open_session(Some(refresh_token), context))
    }

    fn refresh(&mut self, body: &Body, context: &Context) -> Result<Reply, Refusal> {
        let offered = body.text("refresh_token").unwrap_or_default();
        let session = self.sessions.by_refresh_token.remove(offered);
        let session = session.filter(|it| context.now_ms < it.expires_ms).ok_or_else(|| {
            refused("bad_refresh_token", "The refresh token passed is incorrect or expired.")
        })?;
        if self.deviations.refresh_ends_old_token {
            self.tokens.forget(&session.user_token);
        }
        let offered = offered.to_owned();
        Ok(match self.deviations.refresh_token {
            RefreshReply::Same => self.open_session(Some(offered), context),
            RefreshReply::Rotated => self.open_session(Some(secrets::token("refresh_")), context),
            RefreshReply::Omitted => {
                self.sessions.by_refresh_token.insert(offered, session);
                self.open_session(None, context)
            }
        })
    }

    /// Issues a user token, and a session that ends in six months if there is a refresh token.
    fn open_session(&mut self, refresh_token: Option<String>, context: &Context) -> Reply {
        let expires_ms = context.now_ms.saturating_add(self.deviations.user_token_life_ms);
        let valid_from_ms = context.now_ms.saturating_add(context.token_lag_ms);
        let user_token = self.tokens.issue("atu_", Holder::User, valid_from_ms, expires_ms);
        let session_expires_ms = six_months_after(context.now_ms);
        if let Some(refresh_token) = refresh_token.clone() {
            let session =
                Session { expires_ms: session_expires_ms, user_token: user_token.clone() };
            self.sessions.by_refresh_token.insert(refresh_token, session);
        }
        let issued = Issued {
            access_token: user_token,
            expires_in: expires_ms,
            refresh_token_expires_in: refresh_token.is_some().then_some(session_expires_ms),
            refresh_token,
        };
        Reply::json(StatusCode::OK, &issued)
    }
}

/// Exactly the documented members: no `token_type`, no `scope`.
#[derive(Serialize)]
struct Issued {
    access_token: String,
    /// Not a duration: the time itself, in milliseconds since 1970.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
}

struct Body(Map<String, Value>);

impl Body {
    fn read(request: &Request) -> Option<Self> {
        request.is(JSON).then(|| request.json().map(Self))?
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }
}

fn check_client(body: &Body) -> Result<(), Refusal> {
    if !body.text("client_id").is_some_and(seed::is_client) {
        return Err(not_found());
    }
    let secret = body.text("client_secret").unwrap_or_default();
    if !secrets::equal(secret, seed::CLIENT_SECRET) {
        return Err(refused(
            "incorrect_client_credentials",
            "The client_id and/or client_secret passed are incorrect.",
        ));
    }
    Ok(())
}

fn refused(error: &str, description: &str) -> Refusal {
    let body = json!({ "error": error, "error_description": description, "message": description });
    Refusal::new(StatusCode::FORBIDDEN, body)
}

/// The documented samples expire exactly six calendar months after they were issued, to the millisecond.
fn six_months_after(ms: i64) -> i64 {
    Timestamp::from_millisecond(ms)
        .and_then(|issued| issued.to_zoned(TimeZone::UTC).checked_add(6.months()))
        .map_or(i64::MAX, |expires| expires.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_as_long_as_in_the_documented_samples() {
        let eight_hours = 8 * 3_600_000;
        assert_eq!(six_months_after(1_684_166_156_606 - eight_hours), 1_700_034_956_606);
        assert_eq!(six_months_after(1_684_506_494_639 - eight_hours), 1_700_375_294_639);
    }
}
