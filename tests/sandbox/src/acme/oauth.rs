//! The token endpoint: exchanges a code, a refresh token or a device code for a user token.

use hyper::StatusCode;
use serde_json::json;

use super::authorize::AuthorizationRequest;
use super::deviations::RefreshReuse;
use super::refusals::{bad_request, odd_member, stale_slip};
use super::sessions::{Session, Spent};
use super::tokens::{Holder, Issued};
use super::{Acme, Call, device, rfc3339};
use crate::http::{Pairs, Refusal, Reply};
use crate::{pkce, secrets};

impl Acme {
    pub(super) fn swap(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.shop_of(call)?;
        let form = form(call)?;
        match field(&form, "grant_type")? {
            Some("authorization_code") => self.exchange(&tool, &form, call),
            Some("refresh_token") => self.refresh(&tool, &form, call),
            Some(device::GRANT_TYPE) => self.poll(&tool, &form, call),
            _ => Err(bad_request("what_trade", "grant_type is missing or not known")),
        }
    }

    fn exchange(&mut self, tool: &str, form: &Pairs, call: &Call<'_>) -> Result<Reply, Refusal> {
        let code = required(form, "code")?;
        let authorization = self.authorization_codes.spend(code, call.now_ms());
        let authorization = authorization.filter(|it| it.tool == tool).ok_or_else(stale_slip)?;
        check_redirect_uri(&authorization, field(form, "redirect_uri")?)?;
        if !pkce::matches(required(form, "code_verifier")?, &authorization.challenge) {
            return Err(stale_slip());
        }
        self.open_session(tool, authorization.scopes, call)
    }

    /// The old access token stays valid until it expires.
    fn refresh(&mut self, tool: &str, form: &Pairs, call: &Call<'_>) -> Result<Reply, Refusal> {
        let offered = required(form, "refresh_token")?;
        let Some(Session { family, tool: own, scopes, expires_ms, .. }) =
            self.tokens.sessions.take(offered)
        else {
            return self.reuse(tool, offered, call);
        };
        let at_ms = call.now_ms();
        if own != tool || at_ms >= expires_ms {
            return Err(stale_slip());
        }
        let successor = self.issue(tool, family, scopes, call);
        let pair = self.pair(&successor, call);
        self.tokens.sessions.note_spent(offered, Spent { family, tool: own, at_ms, successor });
        pair
    }

    /// Answers a refresh token that is not active: within the grace period with the tokens of its successor.
    fn reuse(&mut self, tool: &str, offered: &str, call: &Call<'_>) -> Result<Reply, Refusal> {
        let spent = self.tokens.sessions.spent(offered).filter(|it| it.tool == tool);
        let Spent { family, at_ms, successor, .. } = spent.ok_or_else(stale_slip)?;
        let grace_ms = self.deviations.refresh_grace_s.saturating_mul(1000);
        if call.now_ms() < at_ms.saturating_add(grace_ms) {
            return self.pair(successor, call);
        }
        call.context.reuse.set(true);
        if self.deviations.refresh_reuse == RefreshReuse::RevokeFamily {
            let family = *family;
            self.tokens.forget_family(family);
        }
        Err(stale_slip())
    }

    /// The first tokens of a new family.
    pub(super) fn open_session(
        &mut self,
        tool: &str,
        scopes: Vec<String>,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        let family = self.tokens.sessions.new_family();
        let refresh_token = self.issue(tool, family, scopes, call);
        self.pair(&refresh_token, call)
    }

    /// Issues a user token and a refresh token, and returns the latter.
    fn issue(&mut self, tool: &str, family: u64, scopes: Vec<String>, call: &Call<'_>) -> String {
        let holder = Holder::Smith { family, scopes: scopes.clone() };
        let life_ms = self.deviations.user_token_life_ms;
        let issued = Issued::new(holder, tool.to_owned(), life_ms, call.context);
        let session = Session {
            family,
            tool: tool.to_owned(),
            scopes,
            access_token: new_slip(),
            access_expires_ms: issued.expires_ms,
            expires_ms: call.now_ms().saturating_add(self.deviations.refresh_token_life_ms),
        };
        self.tokens.keep(&session.access_token, issued);
        let refresh_token = secrets::alphanumeric("acr.", 48);
        self.tokens.sessions.begin(&refresh_token, session);
        refresh_token
    }

    /// The reply with a refresh token and its access token.
    fn pair(&self, refresh_token: &str, call: &Call<'_>) -> Result<Reply, Refusal> {
        let session = self.tokens.sessions.active(refresh_token).ok_or_else(stale_slip)?;
        let body = json!({
            "bearer": {
                "access": session.access_token,
                "life": session.access_expires_ms.saturating_sub(call.now_ms()).div_euclid(1000),
                "again": { "value": refresh_token, "until": rfc3339(session.expires_ms) },
                "may": session.scopes
            }
        });
        Ok(Reply::json(StatusCode::OK, &body))
    }
}

/// A redirect URI in the authorization request has to be repeated in the exchange
/// ([RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3)).
fn check_redirect_uri(
    authorization: &AuthorizationRequest,
    named: Option<&str>,
) -> Result<(), Refusal> {
    let fits = match (&authorization.named, named) {
        (Some(requested), Some(named)) => requested == named,
        (None, Some(named)) => authorization.returns_to.as_str() == named,
        (None, None) => true,
        (Some(_), None) => false,
    };
    let refusal = || bad_request("other_door", "redirect_uri is not the one that was asked with");
    fits.then_some(()).ok_or_else(refusal)
}

pub(super) fn form(call: &Call<'_>) -> Result<Pairs, Refusal> {
    let form = call.request.form();
    form.ok_or_else(|| bad_request("wrong_paper", "the exchange takes a form"))
}

pub(super) fn required<'f>(form: &'f Pairs, name: &str) -> Result<&'f str, Refusal> {
    field(form, name)?.ok_or_else(|| odd_member(name))
}

pub(super) fn field<'f>(form: &'f Pairs, name: &str) -> Result<Option<&'f str>, Refusal> {
    form.one(name).map_err(|_| odd_member(name))
}

pub(super) fn new_slip() -> String {
    secrets::alphanumeric("acu.", 32)
}
