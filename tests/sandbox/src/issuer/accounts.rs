//! Service accounts, whose signed assertion is a grant
//! ([RFC 7523, section 2.1](https://www.rfc-editor.org/rfc/rfc7523#section-2.1)).
//!
//! The claims and the error descriptions are those of
//! [Google's service accounts](https://developers.google.com/identity/protocols/oauth2/service-account).

use super::form::Form;
use super::keys::{is_for, seconds, text};
use super::refusals::{OAuthError, invalid_grant, oauth_error};
use super::seed::{ACCOUNT, KEY_OWNER, PERSON, PERSONS_ADDRESS, Subject};
use super::tokens::Grant;
use super::{Call, Issuer, scopes};
use crate::http::Reply;
use crate::jwt::Assertion;

impl Issuer {
    /// The assertion suffices. A request with client credentials has to authenticate the client, too.
    pub(super) fn exchange_assertion(
        &mut self,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<Reply, OAuthError> {
        let is_named = Self::has_client_credentials(form, call);
        let client = if is_named { self.client_of(form, call)? } else { KEY_OWNER };
        let assertion = Assertion::decode(form.required("assertion")?)
            .ok_or_else(|| invalid_grant("Invalid JWT: it could not be decoded."))?;
        self.check(&assertion, call)?;
        let (subject, scopes) = (subject(&assertion)?, requested(form, &assertion)?);
        let grant = Grant { realm: call.realm, client, subject, scopes };
        let access = self.mint(grant, None, call);
        Ok(self.reply(&access, None, call))
    }

    fn check(&self, assertion: &Assertion<'_>, call: &Call<'_>) -> Result<(), OAuthError> {
        if text(assertion, "iss") != Some(ACCOUNT.sub) {
            return Err(invalid_grant("Invalid grant: account not found"));
        }
        if !self.keys.signed(assertion) {
            return Err(invalid_grant("Invalid JWT Signature."));
        }
        if !is_for(assertion, &call.audiences()) {
            return Err(invalid_grant("Invalid JWT: Failed audience check."));
        }
        let timely = is_timely(assertion, call.now_ms());
        timely.then_some(()).ok_or_else(|| invalid_grant(UNTIMELY))
    }
}

/// The person that the service account acts for, or else the account itself.
fn subject(assertion: &Assertion<'_>) -> Result<Subject, OAuthError> {
    if !assertion.claims.contains_key("sub") {
        return Ok(ACCOUNT);
    }
    match text(assertion, "sub") {
        Some(PERSONS_ADDRESS) => Ok(PERSON),
        Some(name) if name == ACCOUNT.sub => Ok(ACCOUNT),
        _ => Err(invalid_grant("Invalid email or User ID")),
    }
}

/// The scopes in the form ([RFC 7521, section 4.1](https://www.rfc-editor.org/rfc/rfc7521#section-4.1)) or in the assertion.
fn requested(form: &Form, assertion: &Assertion<'_>) -> Result<Vec<String>, OAuthError> {
    let scope = form.field("scope").or_else(|| text(assertion, "scope"));
    let scope = scope.filter(|it| !it.trim().is_empty());
    let scope =
        scope.ok_or_else(|| oauth_error("invalid_scope", "Empty or missing scope not allowed."))?;
    scopes::requested(Some(scope))
        .ok_or_else(|| oauth_error("invalid_scope", "Some requested scopes were invalid."))
}

fn is_timely(assertion: &Assertion<'_>, now_ms: i64) -> bool {
    let now = now_ms.div_euclid(1000) as f64;
    let times = (seconds(assertion, "iat"), seconds(assertion, "exp"));
    matches!(times, (Some(iat), Some(exp)) if iat <= now && now < exp && exp - iat <= MAX_LIFETIME_S)
}

pub(super) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const MAX_LIFETIME_S: f64 = 3600.0;
const UNTIMELY: &str = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable \
    timeframe. Check your iat and exp values in the JWT claim.";
