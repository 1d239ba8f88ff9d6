//! The page on which a person lets the app act for them, and the code that results.
//!
//! <https://docs.atomgit.com/en/app/demo>: `client_id` is required, `state` is echoed, `redirect_uri` must be one of the
//! app's. The error callback is not documented; it is the one of
//! [RFC 6749, section 4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1).

use std::collections::HashMap;

use hyper::StatusCode;
use url::Url;

use super::{AtomGit, seed};
use crate::exchange::{Repeated, Reply, Request};
use crate::pages::{Consent, problem};
use crate::platform::Visit;
use crate::questions::{Questions, comes_from_our_page, field};
use crate::secrets;

/// Questions that were put to a person, and codes that were not exchanged yet.
#[derive(Default)]
pub(super) struct Authorizations {
    questions: Questions<Question>,
    codes: HashMap<String, i64>,
}

/// One consent page, waiting for its button.
struct Question {
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

    /// Whether `code` may be exchanged; it is spent by the question.
    pub(super) fn spend(&mut self, code: &str, now_ms: i64) -> bool {
        self.codes.remove(code).is_some_and(|expires_ms| now_ms < expires_ms)
    }
}

impl AtomGit {
    pub(super) fn authorize_page(&mut self, request: &Request, visit: &Visit) -> Reply {
        let question = match self.question(request) {
            Ok(question) => question,
            // The redirect URI is not trustworthy yet, so an error stays on this page.
            Err(explanation) => return problem(StatusCode::BAD_REQUEST, explanation),
        };
        let returns_to = question.returns_to.to_string();
        let form_token = self.authorizations.questions.ask(question, visit);
        Consent {
            platform: "AtomGit",
            app: seed::APP_SLUG,
            user: seed::USER_LOGIN,
            returns_to: &returns_to,
            form: visit.form(PATH, &form_token),
        }
        .page()
    }

    fn question(&self, request: &Request) -> Result<Question, &'static str> {
        let repeated = |_: Repeated| "A parameter of this address appears twice.";
        let client = request.query.one("client_id").map_err(repeated)?;
        let client = client.ok_or("The address names no client_id.")?;
        if !seed::is_client(client) {
            return Err("No app has this client_id.");
        }
        let redirect = request.query.one("redirect_uri").map_err(repeated)?;
        let returns_to = self.redirects.accept(redirect.unwrap_or(self.redirects.first()));
        Ok(Question {
            returns_to: returns_to.ok_or("The redirect_uri is not registered for this app.")?,
            state: request.query.one("state").map_err(repeated)?.map(str::to_owned),
        })
    }

    pub(super) fn authorize_decision(&mut self, request: &Request, visit: &Visit) -> Reply {
        if !comes_from_our_page(request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let (form_token, decision) = (field(request, "form_token"), field(request, "decision"));
        let questions = &mut self.authorizations.questions;
        let question = form_token.and_then(|it| questions.asked(&it, visit));
        match (question, decision.as_deref()) {
            (Some(question), Some("authorize")) => {
                let code = self.authorizations.issue_code(visit.now_ms);
                question.answered(&[("code", &code)])
            }
            (Some(question), Some("deny")) => question.answered(&[
                ("error", "access_denied"),
                ("error_description", "The user has denied your application access."),
            ]),
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}

impl Question {
    fn answered(mut self, parameters: &[(&str, &str)]) -> Reply {
        let state = self.state.as_deref().map(|state| ("state", state));
        self.returns_to.query_pairs_mut().extend_pairs(parameters).extend_pairs(state);
        Reply::redirect(self.returns_to.as_str())
    }
}

const PATH: &str = "/login/oauth/authorize";
const CODE_LIFE_MS: i64 = 600_000;
