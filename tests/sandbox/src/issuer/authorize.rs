//! The consent page, and the authorization code that it issues.

use hyper::StatusCode;
use url::Url;

use super::clients::Client;
use super::seed::PERSON;
use super::tokens::Grant;
use super::{Call, Issuer, PendingForm, scopes};
use crate::forms::{field, is_same_origin};
use crate::http::{Repeated, Reply, Request};
use crate::pages::{Consent, problem};
use crate::pkce;

/// An authorization request, before and after the consent of the person.
#[derive(Clone)]
pub(super) struct AuthorizationRequest {
    pub(super) grant: Grant,
    pub(super) callback: Callback,
    /// The S256 challenge of PKCE, if the request has one.
    pub(super) challenge: Option<String>,
}

/// The callback of an authorization request, with the parameters of both success and failure.
#[derive(Clone)]
pub(super) struct Callback {
    to: Url,
    /// The `redirect_uri` parameter of the request.
    pub(super) named: String,
    state: Option<String>,
    /// The issuer ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207)).
    iss: Option<String>,
}

/// `error` and `error_description` of a callback.
type CallbackError = (&'static str, &'static str);

impl Issuer {
    pub(super) fn authorize_page(&mut self, call: &Call<'_>) -> Reply {
        let (client, callback) = match self.callback(call) {
            Ok(found) => found,
            Err(explanation) => return problem(StatusCode::BAD_REQUEST, explanation),
        };
        let authorization = match self.authorization_request(client, &callback, call) {
            Ok(authorization) => authorization,
            Err(error) => return callback.error(error),
        };
        let returns_to = callback.to.to_string();
        let form_token =
            self.forms.add(PendingForm::Consent(Box::new(authorization)), call.context);
        Consent {
            platform: "the issuer",
            app: self.clients.by_id(client).map(|it| it.title).unwrap_or_default(),
            user: PERSON.username,
            returns_to: &returns_to,
            form: call.context.form(&format!("{}/authorize", call.realm.path()), &form_token),
        }
        .page()
    }

    /// The client of an authorization request, and its callback. Fails if the browser cannot be redirected there.
    fn callback(&self, call: &Call<'_>) -> Result<(&'static str, Callback), &'static str> {
        let repeated = |_: Repeated| "A parameter of this address appears twice.";
        let parameter = |name| call.request.query.one(name).map_err(repeated);
        let id = parameter("client_id")?.ok_or("The address names no client_id.")?;
        let client = self.clients.by_id(id).ok_or("No client has this client_id.")?;
        let named = parameter("redirect_uri")?.ok_or("The address names no redirect_uri.")?;
        let to = client.redirects.accept(named).ok_or("This redirect_uri is not the client's.")?;
        let own = || call.issuer();
        let iss = self.deviations.sends_iss.then(|| self.deviations.callback_iss.clone());
        let callback = Callback {
            to,
            named: named.to_owned(),
            state: call.request.query.one("state").ok().flatten().map(str::to_owned),
            iss: iss.map(|other| other.unwrap_or_else(own)),
        };
        Ok((client.id, callback))
    }

    /// Reads the rest of an authorization request.
    fn authorization_request(
        &self,
        client: &'static str,
        callback: &Callback,
        call: &Call<'_>,
    ) -> Result<AuthorizationRequest, CallbackError> {
        check_form(call.request)?;
        let challenge = challenge(call.request)?;
        let is_public = self.clients.by_id(client).is_some_and(Client::is_public);
        if is_public && challenge.is_none() {
            return Err(("invalid_request", "there is no code_challenge"));
        }
        let scopes = scopes::requested(parameter(call.request, "scope"));
        let scopes = scopes.ok_or(("invalid_scope", "a scope is not known"))?;
        let grant = Grant { realm: call.realm, client, subject: PERSON, scopes };
        Ok(AuthorizationRequest { grant, callback: callback.clone(), challenge })
    }

    pub(super) fn authorize_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        match (form, field(call.request, "decision").as_deref()) {
            (Some(PendingForm::Consent(authorization)), Some("authorize")) => {
                let callback = authorization.callback.clone();
                let expires_ms = call.now_ms().saturating_add(self.deviations.code_life_ms);
                callback.redirect(&[("code", &self.codes.issue(*authorization, expires_ms))])
            }
            (Some(PendingForm::Consent(authorization)), Some("deny")) => {
                authorization.callback.error(("access_denied", "the person said no"))
            }
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }
}

/// Checks that a code is requested and that no parameter is repeated.
fn check_form(request: &Request) -> Result<(), CallbackError> {
    let names = request.query.names();
    if names.iter().any(|name| request.query.one(name).is_err()) {
        return Err(("invalid_request", "a parameter appears twice"));
    }
    match parameter(request, "response_type") {
        Some("code") => Ok(()),
        Some(_) => Err(("unsupported_response_type", "response_type is code")),
        None => Err(("invalid_request", "there is no response_type")),
    }
}

/// The S256 challenge. A challenge without a method is `plain`, and refused.
fn challenge(request: &Request) -> Result<Option<String>, CallbackError> {
    let method = parameter(request, "code_challenge_method");
    match parameter(request, "code_challenge") {
        Some(challenge) if pkce::is_challenge(challenge, method) => Ok(Some(challenge.to_owned())),
        None if method.is_none() => Ok(None),
        _ => Err(("invalid_request", "the code_challenge is not one of S256")),
    }
}

/// An empty parameter counts as missing.
fn parameter<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.query.one(name).ok().flatten().filter(|value| !value.is_empty())
}

impl Callback {
    fn error(self, (error, description): CallbackError) -> Reply {
        self.redirect(&[("error", error), ("error_description", description)])
    }

    fn redirect(self, parameters: &[(&str, &str)]) -> Reply {
        let mut to = self.to;
        let kept = [("state", self.state), ("iss", self.iss)];
        let kept = kept.into_iter().filter_map(|(name, value)| Some((name, value?)));
        to.query_pairs_mut().extend_pairs(parameters).extend_pairs(kept);
        Reply::redirect(to.as_str())
    }
}
