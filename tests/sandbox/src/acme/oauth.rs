//! The exchanges: a code or a refresh token for a smith's token.

use hyper::StatusCode;
use serde_json::json;

use super::authorize::Consented;
use super::refusals::{bad_request, odd_member, stale_slip};
use super::tokens::{Holder, Issued, Session};
use super::{Acme, Call, rfc3339};
use crate::exchange::{Pairs, Refusal, Reply};
use crate::{pkce, secrets};

impl Acme {
    pub(super) fn swap(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.shop_of(call)?;
        let form = call.request.form();
        let form = form.ok_or_else(|| bad_request("wrong_paper", "the exchange takes a form"))?;
        match field(&form, "grant_type")? {
            Some("authorization_code") => self.exchange(&tool, &form, call),
            Some("refresh_token") => self.refresh(&tool, &form, call),
            _ => Err(bad_request("what_trade", "grant_type is missing or not known")),
        }
    }

    fn exchange(&mut self, tool: &str, form: &Pairs, call: &Call<'_>) -> Result<Reply, Refusal> {
        let code = wanted(form, "code")?;
        let consented = self.consents.spend(code, call.now_ms());
        let consented = consented.filter(|it| it.tool == tool).ok_or_else(stale_slip)?;
        check_door(&consented, field(form, "redirect_uri")?)?;
        if !pkce::proves(wanted(form, "code_verifier")?, &consented.challenge) {
            return Err(stale_slip());
        }
        Ok(self.hand_out(tool, consented.scopes, call))
    }

    /// The old pair ends, whichever half of it was used last.
    fn refresh(&mut self, tool: &str, form: &Pairs, call: &Call<'_>) -> Result<Reply, Refusal> {
        let session = self.tokens.spend(wanted(form, "refresh_token")?, call.now_ms());
        let session = session.filter(|it| it.tool == tool).ok_or_else(stale_slip)?;
        self.tokens.forget(&session.access_token);
        Ok(self.hand_out(tool, session.scopes, call))
    }

    /// A new pair of tokens.
    fn hand_out(&mut self, tool: &str, scopes: Vec<String>, call: &Call<'_>) -> Reply {
        let (tool, life_ms) = (tool.to_owned(), self.quirks.user_token_life_ms);
        let holder = Holder::Smith { scopes: scopes.clone() };
        let access_token = new_slip();
        self.tokens.keep(&access_token, Issued::new(holder, tool.clone(), life_ms, call.visit));
        let refresh_token = secrets::alphanumeric("acr.", 48);
        let expires_ms = call.now_ms().saturating_add(self.quirks.refresh_token_life_ms);
        let body = json!({
            "bearer": {
                "access": access_token,
                "life": life_ms.div_euclid(1000),
                "again": { "value": refresh_token, "until": rfc3339(expires_ms) },
                "may": scopes
            }
        });
        self.tokens.begin(&refresh_token, Session { tool, access_token, scopes, expires_ms });
        Reply::json(StatusCode::OK, &body)
    }
}

/// Who named a redirect URI when asking names it again
/// ([RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)).
fn check_door(consented: &Consented, named: Option<&str>) -> Result<(), Refusal> {
    let fits = match (&consented.named, named) {
        (Some(asked), Some(named)) => asked == named,
        (None, Some(named)) => consented.returns_to.as_str() == named,
        (None, None) => true,
        (Some(_), None) => false,
    };
    let refusal = || bad_request("other_door", "redirect_uri is not the one that was asked with");
    fits.then_some(()).ok_or_else(refusal)
}

fn wanted<'f>(form: &'f Pairs, name: &str) -> Result<&'f str, Refusal> {
    field(form, name)?.ok_or_else(|| odd_member(name))
}

fn field<'f>(form: &'f Pairs, name: &str) -> Result<Option<&'f str>, Refusal> {
    form.one(name).map_err(|_| odd_member(name))
}

pub(super) fn new_slip() -> String {
    secrets::alphanumeric("acu.", 32)
}
