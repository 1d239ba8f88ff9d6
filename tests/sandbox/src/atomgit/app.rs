//! Operations of an app: list its installations, mint an installation token.
//!
//! <https://docs.atomgit.com/en/app/demo>

use hyper::StatusCode;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::Serialize;

use super::deviations::ListForm;
use super::seed::{APP_ID, Installation, Permissions};
use super::tokens::Holder;
use super::{AtomGit, not_found};
use crate::http::{Refusal, Reply, Request};
use crate::platform::Context;

impl AtomGit {
    pub(super) fn list_installations(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        self.app_of(request, context).map(|app| self.list_for(&app))
    }

    fn list_for(&self, app: &str) -> Reply {
        let own: Vec<_> = self.installations.iter().filter(|_| app == APP_ID).collect();
        let array = Reply::json(StatusCode::OK, &own);
        match self.deviations.list_form {
            ListForm::Array => array,
            ListForm::JsonString => {
                Reply::json(StatusCode::OK, &String::from_utf8_lossy(&array.body))
            }
            ListForm::BrokenString => {
                let body = [b"\"", array.body.as_ref(), b"\""].concat();
                Reply { body: body.into(), ..array }
            }
        }
    }

    pub(super) fn mint(&mut self, request: &Request, context: &Context) -> Result<Reply, Refusal> {
        let app = self.app_of(request, context)?;
        let installation = self.own_installation(&app, request).ok_or_else(not_found)?;
        if installation.suspended {
            return Err(suspended());
        }
        let (id, permissions) = (installation.id, installation.permissions.clone());
        refuse_narrowing(request)?;
        let expires_ms = context.now_ms.saturating_add(self.deviations.installation_token_life_ms);
        let valid_from_ms = context.now_ms.saturating_add(context.token_lag_ms);
        let holder = Holder::Installation(id);
        let token = self.tokens.issue("ats_", holder, valid_from_ms, expires_ms);
        let minted = Minted {
            expires_at: in_beijing(expires_ms),
            permissions,
            repository_selection: "ALL",
            token,
        };
        Ok(Reply::json(self.deviations.mint_status(), &minted))
    }

    fn own_installation(&self, app: &str, request: &Request) -> Option<&Installation> {
        let segments = request.segments();
        let wanted = segments.get(2)?;
        self.installations.iter().find(|it| app == APP_ID && it.id.to_string() == *wanted)
    }
}

/// The members in the order of the documented sample.
#[derive(Serialize)]
struct Minted {
    expires_at: String,
    permissions: Permissions,
    repository_selection: &'static str,
    token: String,
}

pub(super) fn suspended() -> Refusal {
    Refusal::message(StatusCode::FORBIDDEN, "This installation has been suspended")
}

/// The body is not documented. A client that asks for a narrowed token must not get an unrestricted one.
fn refuse_narrowing(request: &Request) -> Result<(), Refusal> {
    if request.body.trim_ascii().is_empty() {
        return Ok(());
    }
    let problem = |status, message: &str| Err(Refusal::message(status, message));
    match request.json() {
        None => problem(StatusCode::BAD_REQUEST, "Problems parsing JSON"),
        Some(members) if members.is_empty() => Ok(()),
        Some(_) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Narrowing a token to repositories or permissions is not supported",
        ),
    }
}

/// As in the documented sample: `2023-05-07T04:02:40.758+08:00`.
fn in_beijing(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    let beijing = TimeZone::fixed(Offset::constant(8));
    time.to_zoned(beijing).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_written_as_in_the_documented_sample() {
        assert_eq!(in_beijing(1_683_403_360_758), "2023-05-07T04:02:40.758+08:00");
        assert_eq!(in_beijing(1_683_403_360_000), "2023-05-07T04:02:40.000+08:00");
    }
}
