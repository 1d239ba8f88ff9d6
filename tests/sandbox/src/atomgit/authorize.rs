//! The consent page, and the authorization code that it issues.
//!
//! <https://docs.atomgit.com/en/app/demo>: `client_id` is required, `state` is echoed, `redirect_uri` must be one of the
//! app's. The error callback is not documented; it is the one of
//! [RFC 6749, section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).

use std::collections::HashMap;

use hyper::StatusCode;
use url::Url;

use super::{AtomGit, seed};
use crate::forms::{PendingForms, field, is_same_origin};
use crate::http::{Repeated, Reply, Request};
use crate::pages::{Consent, problem};
use crate::platform::Context;
use crate::secrets;

/// Consent pages that wait for a decision, and codes that were not exchanged yet.
#[derive(Default)]
pub(super) struct Authorizations {
    forms: PendingForms<AuthorizationRequest>,
    codes: HashMap<String, i64>,
}

/// An authorization request that waits for the decision of the person.
struct AuthorizationRequest {
    returns_to: Url,
    state: Option<String>,
}

impl Authorizations {
    fn issue_code(&mut self, now_ms: i64) -> String {
        // Twenty hexadecimal digits, as in the documented sample.
        let code = secrets::hexadecimal("", 20);
        self.codes.insert(code.clone(), now_ms.saturating_add(CODE_LIFE_MS));
        code
    }

    /// Whether `code` may be exchanged. Afterwards it may not.
    pub(super) fn spend(&mut self, code: &str, now_ms: i64) -> bool {
        self.codes.remove(code).is_some_and(|expires_ms| now_ms < expires_ms)
    }
}

impl AtomGit {
    pub(super) fn authorize_page(&mut self, request: &Request, context: &Context) -> Reply {
        let authorization = match self.authorization_request(request) {
            Ok(authorization) => authorization,
            // The redirect URI is not trustworthy yet, so an error stays on this page.
            Err(explanation) => return problem(StatusCode::BAD_REQUEST, explanation),
        };
        let returns_to = authorization.returns_to.to_string();
        let form_token = self.authorizations.forms.add(authorization, context);
        Consent {
            platform: "AtomGit",
            app: seed::APP_SLUG,
            user: seed::USER_LOGIN,
            returns_to: &returns_to,
            form: context.form(PATH, &form_token),
        }
        .page()
    }

    fn authorization_request(
        &self,
        request: &Request,
    ) -> Result<AuthorizationRequest, &'static str> {
        let repeated = |_: Repeated| "A parameter of this address appears twice.";
        let client = request.query.one("client_id").map_err(repeated)?;
        let client = client.ok_or("The address names no client_id.")?;
        if !seed::is_client(client) {
            return Err("No app has this client_id.");
        }
        let redirect = request.query.one("redirect_uri").map_err(repeated)?;
        let returns_to = self.redirects.accept(redirect.unwrap_or(self.redirects.first()));
        Ok(AuthorizationRequest {
            returns_to: returns_to.ok_or("The redirect_uri is not registered for this app.")?,
            state: request.query.one("state").map_err(repeated)?.map(str::to_owned),
        })
    }

    pub(super) fn authorize_decision(&mut self, request: &Request, context: &Context) -> Reply {
        if !is_same_origin(request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let (form_token, decision) = (field(request, "form_token"), field(request, "decision"));
        let forms = &mut self.authorizations.forms;
        let authorization = form_token.and_then(|it| forms.take(&it, context));
        match (authorization, decision.as_deref()) {
            (Some(authorization), Some("authorize")) => {
                let code = self.authorizations.issue_code(context.now_ms);
                authorization.callback(&[("code", &code)])
            }
            (Some(authorization), Some("deny")) => authorization.callback(&[
                ("error", "access_denied"),
                ("error_description", "The user has denied your application access."),
            ]),
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}

impl AuthorizationRequest {
    fn callback(mut self, parameters: &[(&str, &str)]) -> Reply {
        let state = self.state.as_deref().map(|state| ("state", state));
        self.returns_to.query_pairs_mut().extend_pairs(parameters).extend_pairs(state);
        Reply::redirect(self.returns_to.as_str())
    }
}

const PATH: &str = "/login/oauth/authorize";
const CODE_LIFE_MS: i64 = 600_000;
