//! The consent page, and the authorization code that it issues.

use hyper::StatusCode;
use url::Url;

use super::{Acme, Call, PendingForm, seed};
use crate::forms::{field, is_same_origin};
use crate::http::{Repeated, Reply, Request};
use crate::pages::{Consent, problem};
use crate::pkce;

/// An authorization request, before and after the consent of the smith.
pub(super) struct AuthorizationRequest {
    pub(super) tool: String,
    pub(super) returns_to: Url,
    /// The `redirect_uri` parameter, if the request has one.
    pub(super) named: Option<String>,
    state: Option<String>,
    pub(super) scopes: Vec<String>,
    /// The S256 challenge of PKCE.
    pub(super) challenge: String,
}

impl Acme {
    pub(super) fn authorize_page(&mut self, call: &Call<'_>) -> Reply {
        let authorization = match self.authorization_request(call.request) {
            Ok(authorization) => authorization,
            Err(explanation) => return problem(StatusCode::NOT_FOUND, explanation),
        };
        if let Err((error, description)) = check_parameters(call.request) {
            return authorization.refused(error, description);
        }
        let title = self.tools.by_id(&authorization.tool).map(|it| it.title.clone());
        let returns_to = authorization.returns_to.to_string();
        let form_token = self.forms.add(PendingForm::Consent(authorization), call.context);
        Consent {
            platform: "Acme Forge",
            app: &title.unwrap_or_default(),
            user: &seed::smith().title,
            returns_to: &returns_to,
            form: call.context.form("/rpc/connect/ask", &form_token),
        }
        .page()
    }

    /// Reads an authorization request. Fails if the browser cannot be redirected back.
    fn authorization_request(
        &self,
        request: &Request,
    ) -> Result<AuthorizationRequest, &'static str> {
        let repeated = |_: Repeated| "A parameter of this address appears twice.";
        let parameter = |name| request.query.one(name).map_err(repeated);
        let shop = parameter("client_id")?.ok_or("The address names no client_id.")?;
        let tool = self.tools.by_client_id(shop).ok_or("No tool has this client_id.")?;
        let named = parameter("redirect_uri")?;
        let returns_to = tool.redirects.accept(named.unwrap_or(tool.redirects.first()));
        let scopes = parameter("scope")?.unwrap_or_default();
        Ok(AuthorizationRequest {
            tool: tool.id.clone(),
            returns_to: returns_to.ok_or("This redirect_uri is not the tool's.")?,
            named: named.map(str::to_owned),
            state: parameter("state")?.map(str::to_owned),
            scopes: scopes_of(scopes),
            challenge: parameter("code_challenge")?.unwrap_or_default().to_owned(),
        })
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
                let expires_ms = call.now_ms().saturating_add(CODE_LIFE_MS);
                let code = self.authorization_codes.issue(authorization, expires_ms);
                callback(returns_to, state.as_deref(), &[("code", &code), ("iss", ISSUER)])
            }
            (Some(PendingForm::Consent(authorization)), Some("deny")) => {
                authorization.refused("access_denied", "the smith would not have it")
            }
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}

/// Scopes are separated by commas.
pub(super) fn scopes_of(text: &str) -> Vec<String> {
    text.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Checks the parameters whose errors are reported by a redirect.
fn check_parameters(request: &Request) -> Result<(), (&'static str, &'static str)> {
    let parameter = |name| request.query.one(name).ok().flatten();
    if parameter("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type is code"));
    }
    if parameter("prompt") != Some("consent") {
        return Err(("invalid_request", "prompt is consent"));
    }
    let challenge = parameter("code_challenge").unwrap_or_default();
    if !pkce::is_challenge(challenge, parameter("code_challenge_method")) {
        return Err(("invalid_request", "there is no code_challenge of S256"));
    }
    if parameter("who").is_some_and(|who| who != seed::smith().handle) {
        return Err(("login_required", "who is another smith than the one at the forge"));
    }
    Ok(())
}

impl AuthorizationRequest {
    fn refused(self, error: &str, description: &str) -> Reply {
        let parameters = [("error", error), ("error_description", description), ("iss", ISSUER)];
        callback(self.returns_to, self.state.as_deref(), &parameters)
    }
}

/// Redirects the browser to the callback, with the state of the request.
pub(super) fn callback(mut to: Url, state: Option<&str>, parameters: &[(&str, &str)]) -> Reply {
    let state = state.map(|state| ("state", state));
    to.query_pairs_mut().extend_pairs(parameters).extend_pairs(state);
    Reply::redirect(to.as_str())
}

const CODE_LIFE_MS: i64 = 300_000;
/// The issuer in callbacks ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)), which does not depend on the sandbox's URL.
const ISSUER: &str = "https://login.acme.example/people";
