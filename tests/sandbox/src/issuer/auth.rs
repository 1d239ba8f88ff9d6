//! Client authentication, by exactly one method
//! ([RFC 6749, section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3)).

use hyper::StatusCode;

use super::clients::{Client, Proof};
use super::form::Form;
use super::keys::{is_for, seconds, text};
use super::refusals::{OAuthError, invalid_client, invalid_request};
use super::{Call, Issuer};
use crate::jwt::Assertion;
use crate::{basic, secrets};

/// The credentials of a client in a request.
enum Credentials {
    Secret {
        id: String,
        secret: String,
    },
    Assertion(String),
    /// The client id of a public client.
    Id(String),
}

impl Issuer {
    /// The client that sends this request.
    pub(super) fn client_of(
        &mut self,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<&'static str, OAuthError> {
        check_single_method(form, call)?;
        let client =
            credentials(form, call)?.and_then(|credentials| self.authenticate(&credentials, call));
        let client = client.ok_or_else(|| self.authentication_failed(call))?;
        if form.field("client_id").is_some_and(|named| named != client) {
            return Err(invalid_request("client_id names another client"));
        }
        Ok(client)
    }

    /// The client that sends this request, which must not be a public client.
    pub(super) fn confidential_client_of(
        &mut self,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<&'static str, OAuthError> {
        let id = self.client_of(form, call)?;
        let is_public = self.clients.by_id(id).is_none_or(Client::is_public);
        if is_public { Err(invalid_client(StatusCode::UNAUTHORIZED)) } else { Ok(id) }
    }

    /// Whether this request has client credentials.
    pub(super) fn has_client_credentials(form: &Form, call: &Call<'_>) -> bool {
        has_header(call) || CLIENT_PARAMETERS.iter().any(|name| form.field(name).is_some())
    }

    fn authenticate(&mut self, credentials: &Credentials, call: &Call<'_>) -> Option<&'static str> {
        match credentials {
            Credentials::Secret { id, secret } => {
                let client = self.clients.by_id(id)?;
                client.secret().filter(|own| secrets::equal(own, secret)).map(|_| client.id)
            }
            Credentials::Assertion(assertion) => self.by_assertion(assertion, call),
            Credentials::Id(id) => {
                self.clients.by_id(id).filter(|it| it.is_public()).map(|it| it.id)
            }
        }
    }

    /// [RFC 7523, section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3): an assertion is accepted once.
    fn by_assertion(&mut self, assertion: &str, call: &Call<'_>) -> Option<&'static str> {
        let assertion = Assertion::decode(assertion)?;
        let client = self.clients.by_id(text(&assertion, "iss")?)?;
        let is_its_own = client.proof == Proof::Key && text(&assertion, "sub") == Some(client.id);
        let is_good = is_its_own
            && self.keys.signed(&assertion)
            && is_for(&assertion, &call.audiences())
            && is_timely(&assertion, call.now_ms());
        let jti = text(&assertion, "jti").filter(|it| is_good && !it.is_empty())?;
        self.used_jtis.insert(jti.to_owned()).then_some(client.id)
    }

    fn authentication_failed(&self, call: &Call<'_>) -> OAuthError {
        let tried_basic = has_header(call);
        let status = self.deviations.invalid_client_status();
        invalid_client(if tried_basic { StatusCode::UNAUTHORIZED } else { status })
    }
}

/// A client must not use two authentication methods in one request.
fn check_single_method(form: &Form, call: &Call<'_>) -> Result<(), OAuthError> {
    let (secret, assertion) = (form.field("client_secret"), form.field("client_assertion"));
    let methods = [has_header(call), secret.is_some(), assertion.is_some()];
    if methods.into_iter().filter(|it| *it).count() > 1 {
        return Err(invalid_request("the client proves itself in two ways"));
    }
    if assertion.is_some() != form.field("client_assertion_type").is_some() {
        return Err(invalid_request("client_assertion comes with client_assertion_type"));
    }
    Ok(())
}

/// The client credentials of the request; `None` if they cannot be decoded.
fn credentials(form: &Form, call: &Call<'_>) -> Result<Option<Credentials>, OAuthError> {
    if has_header(call) {
        let basic = call.request.authorization().filter(|(scheme, _)| scheme == "basic");
        let pair = basic.and_then(|(_, credential)| basic::client(credential));
        return Ok(pair.map(|(id, secret)| Credentials::Secret { id, secret }));
    }
    if let Some(assertion) = form.field("client_assertion") {
        let is_jwt = form.field("client_assertion_type") == Some(ASSERTION_TYPE);
        return Ok(is_jwt.then(|| Credentials::Assertion(assertion.to_owned())));
    }
    let id = form.field("client_id").map(str::to_owned);
    match form.field("client_secret").map(str::to_owned) {
        Some(secret) => {
            let id = id.ok_or_else(|| invalid_request("client_secret comes with client_id"))?;
            Ok(Some(Credentials::Secret { id, secret }))
        }
        None => Ok(id.map(Credentials::Id)),
    }
}

fn has_header(call: &Call<'_>) -> bool {
    call.request.headers.contains_key("authorization")
}

fn is_timely(assertion: &Assertion<'_>, now_ms: i64) -> bool {
    let now = now_ms.div_euclid(1000) as f64;
    let began = |claim| match assertion.claims.contains_key(claim) {
        true => seconds(assertion, claim).is_some_and(|it| it <= now),
        false => true,
    };
    let ends =
        seconds(assertion, "exp").is_some_and(|exp| exp > now && exp <= now + MAX_LIFETIME_S);
    ends && began("nbf") && began("iat")
}

pub(super) fn credential_kind(credential: &str) -> &'static str {
    let prefix = ["isa", "isr", "isc", "isd"]
        .into_iter()
        .find(|it| credential.strip_prefix(it).is_some_and(|rest| rest.starts_with('_')));
    match prefix {
        Some(prefix) => prefix,
        None if credential.starts_with("ey") && credential.matches('.').count() == 2 => "jwt",
        None if basic::client(credential).is_some() => "client",
        None => "other",
    }
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CLIENT_PARAMETERS: [&str; 4] =
    ["client_id", "client_secret", "client_assertion", "client_assertion_type"];
const MAX_LIFETIME_S: f64 = 300.0;
