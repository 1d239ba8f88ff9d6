//! The consent page, and the authorization code that it issues.
//!
//! <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>:
//! `redirect_uri` is one of the app's callback URLs, `code_challenge_method` can only be `S256`, a code lives ten minutes.
//! Errors of the callback: <https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors>.

use std::collections::HashMap;

use hyper::StatusCode;
use url::Url;

use super::{Call, GitHub, PendingForm, seed};
use crate::forms::{field, is_same_origin};
use crate::http::{Repeated, Reply, Request};
use crate::pages::{Consent, problem};
use crate::pkce;
use crate::secrets;

/// An authorization request, before and after the consent of the person.
pub(super) struct AuthorizationRequest {
    pub(super) app: u64,
    pub(super) returns_to: Url,
    state: Option<String>,
    /// The S256 challenge of PKCE.
    pub(super) challenge: Option<String>,
}

/// Codes that were not exchanged yet.
#[derive(Default)]
pub(super) struct Codes {
    issued: HashMap<String, (AuthorizationRequest, i64)>,
}

impl Codes {
    fn issue(&mut self, authorization: AuthorizationRequest, now_ms: i64) -> String {
        let code = secrets::hexadecimal("", 20);
        self.issued.insert(code.clone(), (authorization, now_ms.saturating_add(CODE_LIFE_MS)));
        code
    }

    /// The authorization request of a code that is still valid.
    pub(super) fn find(&self, code: &str, now_ms: i64) -> Option<&AuthorizationRequest> {
        let (authorization, expires_ms) = self.issued.get(code)?;
        (now_ms < *expires_ms).then_some(authorization)
    }

    pub(super) fn spend(&mut self, code: &str) {
        self.issued.remove(code);
    }
}

impl GitHub {
    pub(super) fn authorize_page(&mut self, call: &Call<'_>) -> Reply {
        let (authorization, failure) = match self.authorization_request(call.request) {
            Ok(requested) => requested,
            Err(explanation) => return problem(StatusCode::NOT_FOUND, explanation),
        };
        if let Some((error, description)) = failure {
            return authorization.refused(error, description);
        }
        let Some(app) = self.apps.by_id(authorization.app) else {
            return problem(StatusCode::NOT_FOUND, "No app has this client_id.");
        };
        let (name, returns_to) = (app.name.clone(), authorization.returns_to.to_string());
        let form_token = self.forms.add(PendingForm::Consent(authorization), call.context);
        Consent {
            platform: "GitHub",
            app: &name,
            user: seed::user().login().unwrap_or_default(),
            returns_to: &returns_to,
            form: call.context.form("/login/oauth/authorize", &form_token),
        }
        .page()
    }

    /// Reads an authorization request, with the error of a request that can be refused by a redirect.
    fn authorization_request(
        &self,
        request: &Request,
    ) -> Result<(AuthorizationRequest, Option<CallbackError>), &'static str> {
        let repeated = |_: Repeated| "A parameter of this address appears twice.";
        let parameter = |name| request.query.one(name).map_err(repeated);
        let client = parameter("client_id")?.ok_or("The address names no client_id.")?;
        let app = self.apps.by_client_id(client).ok_or("No app has this client_id.")?;
        let first = app.redirects.first();
        let wanted = app.redirects.accept(parameter("redirect_uri")?.unwrap_or(first));
        let challenge = parameter("code_challenge")?;
        let method = parameter("code_challenge_method")?;
        let failure = if wanted.is_none() {
            Some(MISMATCH)
        } else if !is_acceptable(challenge, method) {
            Some(("invalid_request", "The code_challenge_method must be S256."))
        } else {
            None
        };
        let registered = || app.redirects.accept(first).ok_or("The app has no callback URL.");
        let authorization = AuthorizationRequest {
            app: app.id,
            returns_to: wanted.map_or_else(registered, Ok)?,
            state: parameter("state")?.map(str::to_owned),
            challenge: challenge.map(str::to_owned),
        };
        Ok((authorization, failure))
    }

    pub(super) fn authorize_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        match (form, field(call.request, "decision").as_deref()) {
            (Some(PendingForm::Consent(authorization)), Some("authorize")) => {
                let (returns_to, state) =
                    (authorization.returns_to.clone(), authorization.state.clone());
                let code = self.codes.issue(authorization, call.now_ms());
                callback(returns_to, state.as_deref(), &[("code", &code)])
            }
            (Some(PendingForm::Consent(authorization)), Some("deny")) => authorization
                .refused("access_denied", "The user has denied your application access."),
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}

/// `error` and `error_description` of a callback.
type CallbackError = (&'static str, &'static str);

/// Whether there is no challenge, or an S256 challenge.
fn is_acceptable(challenge: Option<&str>, method: Option<&str>) -> bool {
    match (challenge, method) {
        (None, None) => true,
        (Some(challenge), method) => pkce::is_challenge(challenge, method),
        (None, Some(_)) => false,
    }
}

impl AuthorizationRequest {
    fn refused(self, error: &str, description: &str) -> Reply {
        let uri = format!("{TROUBLESHOOTING}#{}", error.replace('_', "-"));
        let parameters =
            [("error", error), ("error_description", description), ("error_uri", uri.as_str())];
        callback(self.returns_to, self.state.as_deref(), &parameters)
    }
}

fn callback(mut returns_to: Url, state: Option<&str>, parameters: &[(&str, &str)]) -> Reply {
    let state = state.map(|state| ("state", state));
    returns_to.query_pairs_mut().extend_pairs(parameters).extend_pairs(state);
    Reply::redirect(returns_to.as_str())
}

const MISMATCH: CallbackError = (
    "redirect_uri_mismatch",
    "The redirect_uri MUST match the registered callback URL for this application.",
);
const TROUBLESHOOTING: &str = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-authorization-request-errors/";
const CODE_LIFE_MS: i64 = 600_000;
