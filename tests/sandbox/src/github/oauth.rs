//! The token endpoint: exchanges a code, a refresh token or a device code for a user token.
//!
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>.
//! Every reply has status 200; a failure has the member `error`.

use hyper::StatusCode;
use serde_json::json;
use url::Url;

use super::deviations::RefreshReuse;
use super::encoding::{Failure, Members, Parameters, reply, reply_with};
use super::permissions::Permissions;
use super::sessions::{Session, Spent};
use super::tokens::{Holder, Issued, refresh_token, user_token};
use super::{Call, GitHub, device};
use crate::http::Reply;
use crate::{pkce, secrets};

impl GitHub {
    pub(super) fn access_token(&mut self, call: &Call<'_>) -> Reply {
        let parameters = Parameters::read(call.request);
        let members = match parameters.text("grant_type") {
            None | Some("authorization_code") => self.exchange(&parameters, call),
            Some("refresh_token") => self.refresh(&parameters, call),
            Some(device::GRANT_TYPE) => self.poll(&parameters, call),
            Some(_) => Err(device::UNSUPPORTED),
        };
        self.oauth_reply(members, call)
    }

    pub(super) fn oauth_reply(&self, members: Result<Members, Failure>, call: &Call<'_>) -> Reply {
        match members {
            Ok(members) => reply(call.request, members),
            Err(_) if self.deviations.unknown_client_not_found && self.is_unknown_client(call) => {
                let members = vec![("error", json!("Not Found"))];
                reply_with(StatusCode::NOT_FOUND, call.request, members)
            }
            Err(failure) => reply(call.request, failure.members()),
        }
    }

    fn is_unknown_client(&self, call: &Call<'_>) -> bool {
        self.client(&Parameters::read(call.request)).is_err()
    }

    fn exchange(&mut self, parameters: &Parameters, call: &Call<'_>) -> Result<Members, Failure> {
        let app = self.client(parameters)?;
        check_secret(parameters, &self.secret_of(app))?;
        let code = parameters.text("code").unwrap_or_default();
        let authorization = self.codes.find(code, call.now_ms());
        let authorization = authorization.filter(|it| it.app == app).ok_or(BAD_CODE)?;
        if parameters
            .text("redirect_uri")
            .is_some_and(|uri| !is_same(uri, &authorization.returns_to))
        {
            return Err(MISMATCH);
        }
        let proven = proves(parameters.text("code_verifier"), authorization.challenge.as_deref());
        // A code that is sent with a wrong verifier was probably stolen.
        self.codes.spend(code);
        if !proven {
            return Err(BAD_CODE);
        }
        Ok(self.open_session(app, false, call))
    }

    fn refresh(&mut self, parameters: &Parameters, call: &Call<'_>) -> Result<Members, Failure> {
        let app = self.client(parameters)?;
        let offered = parameters.text("refresh_token").unwrap_or_default();
        if !self.is_from_device(offered) || parameters.text("client_secret").is_some() {
            check_secret(parameters, &self.secret_of(app))?;
        }
        let Some(session) = self.sessions.active(offered).cloned() else {
            return self.reuse(app, offered, call);
        };
        if session.app != app {
            return Err(OTHER_CLIENT);
        }
        if call.now_ms() >= session.expires_ms {
            self.sessions.forget(offered);
            return Err(BAD_REFRESH_TOKEN);
        }
        self.tokens.forget(&session.access_token);
        let (members, successor) = self.issue(app, session.from_device, session.family, call);
        self.sessions.spend(offered, successor.as_deref().unwrap_or_default(), call.now_ms());
        Ok(members)
    }

    /// Answers a refresh token that is not active: within the grace period with the tokens of its successor.
    fn reuse(&mut self, app: u64, offered: &str, call: &Call<'_>) -> Result<Members, Failure> {
        let spent = self.sessions.spent(offered).filter(|it| it.app == app);
        let Spent { family, at_ms, successor, .. } = spent.ok_or(BAD_REFRESH_TOKEN)?;
        let grace_ms = self.deviations.refresh_grace_s.saturating_mul(1000);
        if call.now_ms() < at_ms.saturating_add(grace_ms) {
            let session = self.sessions.active(successor).ok_or(BAD_REFRESH_TOKEN)?;
            return Ok(pair(session, successor, call.now_ms()));
        }
        call.context.reuse.set(true);
        if self.deviations.refresh_reuse == RefreshReuse::RevokeFamily {
            let family = *family;
            self.tokens.forget_family(family);
            self.sessions.forget_family(family);
        }
        Err(BAD_REFRESH_TOKEN)
    }

    /// The first tokens of a new family.
    pub(super) fn open_session(&mut self, app: u64, from_device: bool, call: &Call<'_>) -> Members {
        let family = self.sessions.new_family();
        self.issue(app, from_device, family, call).0
    }

    /// Issues a user token. Returns the reply, and the refresh token if there is one.
    fn issue(
        &mut self,
        app: u64,
        from_device: bool,
        family: u64,
        call: &Call<'_>,
    ) -> (Members, Option<String>) {
        let (now_ms, access_token) = (call.now_ms(), user_token());
        let access_expires_ms = now_ms.saturating_add(self.deviations.user_token_life_ms);
        let expiring = self.deviations.user_tokens_expire;
        let issued = Issued {
            holder: Holder::User { family },
            app,
            permissions: Permissions::new(),
            repositories: None,
            created_ms: now_ms,
            valid_from_ms: now_ms.saturating_add(call.context.token_lag_ms),
            expires_ms: expiring.then_some(access_expires_ms),
        };
        self.tokens.keep(&access_token, issued);
        if !expiring {
            return (bare(&access_token), None);
        }
        let expires_ms = now_ms.saturating_add(self.deviations.refresh_token_life_ms);
        let session =
            Session { family, app, from_device, access_token, access_expires_ms, expires_ms };
        let refresh_token = refresh_token();
        let members = pair(&session, &refresh_token, now_ms);
        self.sessions.begin(&refresh_token, session);
        (members, Some(refresh_token))
    }

    /// The app with the `client_id` of the request.
    pub(super) fn client(&self, parameters: &Parameters) -> Result<u64, Failure> {
        let client_id = parameters.text("client_id").unwrap_or_default();
        self.apps.by_client_id(client_id).map(|app| app.id).ok_or(WRONG_CLIENT)
    }

    fn secret_of(&self, app: u64) -> String {
        self.apps.by_id(app).map(|app| app.client_secret.clone()).unwrap_or_default()
    }

    fn is_from_device(&self, refresh_token: &str) -> bool {
        self.sessions.active(refresh_token).is_some_and(|it| it.from_device)
            || self.sessions.spent(refresh_token).is_some_and(|it| it.from_device)
    }
}

fn check_secret(parameters: &Parameters, secret: &str) -> Result<(), Failure> {
    let offered = parameters.text("client_secret").unwrap_or_default();
    secrets::equal(offered, secret).then_some(()).ok_or(WRONG_CLIENT)
}

fn is_same(uri: &str, returned_to: &Url) -> bool {
    Url::parse(uri).is_ok_and(|uri| uri == *returned_to)
}

fn proves(verifier: Option<&str>, challenge: Option<&str>) -> bool {
    challenge.is_none_or(|challenge| verifier.is_some_and(|it| pkce::matches(it, challenge)))
}

/// The reply for an app whose user tokens expire.
fn pair(session: &Session, refresh_token: &str, now_ms: i64) -> Members {
    let seconds_to = |at_ms: i64| json!(at_ms.saturating_sub(now_ms).div_euclid(1000));
    vec![
        ("access_token", json!(session.access_token)),
        ("expires_in", seconds_to(session.access_expires_ms)),
        ("refresh_token", json!(refresh_token)),
        ("refresh_token_expires_in", seconds_to(session.expires_ms)),
        ("scope", json!("")),
        ("token_type", json!("bearer")),
    ]
}

/// The reply for an app whose user tokens do not expire.
fn bare(access_token: &str) -> Members {
    vec![
        ("access_token", json!(access_token)),
        ("scope", json!("")),
        ("token_type", json!("bearer")),
    ]
}

const WRONG_CLIENT: Failure = Failure::new(
    "incorrect_client_credentials",
    "The client_id and/or client_secret passed are incorrect.",
    "apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#incorrect-client-credentials",
);
const BAD_CODE: Failure = Failure::new(
    "bad_verification_code",
    "The code passed is incorrect or expired.",
    "apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#bad-verification-code",
);
const BAD_REFRESH_TOKEN: Failure = Failure::new(
    "bad_refresh_token",
    "The refresh token passed is incorrect or expired.",
    "apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#bad-verification-code",
);
const MISMATCH: Failure = Failure::new(
    "redirect_uri_mismatch",
    "The redirect_uri MUST match the registered callback URL for this application.",
    "apps/managing-oauth-apps/troubleshooting-authorization-request-errors/#redirect-uri-mismatch2",
);
/// The error is known from public bug reports, its description is not.
const OTHER_CLIENT: Failure = Failure::new(
    "unauthorized_client",
    "The refresh token was issued to another client.",
    "apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/",
);
