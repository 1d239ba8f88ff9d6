//! The token endpoint: exchanges a code, a refresh token, a device code or an assertion for an access token.

use hyper::StatusCode;
use serde_json::json;

use super::authorize::AuthorizationRequest;
use super::codes::Redemption;
use super::deviations::RefreshReuse;
use super::form::Form;
use super::refusals::{OAuthError, invalid_grant, oauth_error};
use super::sessions::{Minted, Session, Spent};
use super::tokens::{Grant, Issued};
use super::{Call, Issuer, accounts, device, patch, scopes};
use crate::http::Reply;
use crate::{pkce, secrets};

impl Issuer {
    pub(super) fn token(&mut self, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let form = Form::of(call.request)?;
        match form.required("grant_type")? {
            accounts::GRANT_TYPE => self.exchange_assertion(&form, call),
            grant_type => {
                let client = self.client_of(&form, call)?;
                match grant_type {
                    "authorization_code" => self.exchange(client, &form, call),
                    "refresh_token" => self.refresh(client, &form, call),
                    device::GRANT_TYPE => self.poll(client, &form, call),
                    _ => Err(oauth_error("unsupported_grant_type", "grant_type is not known")),
                }
            }
        }
    }

    /// A code that is used again revokes the tokens that were issued for it
    /// ([RFC 6749, section 4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
    fn exchange(
        &mut self,
        client: &'static str,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<Reply, OAuthError> {
        let code = form.required("code")?;
        let family = self.tokens.sessions.new_family();
        match self.codes.spend(code, (client, call.realm), family, call.now_ms()) {
            Some(Redemption::First(authorization)) => {
                check_proofs(&authorization, form)?;
                Ok(self.open_session(family, authorization.grant, call))
            }
            Some(Redemption::Again(before)) => {
                self.tokens.forget_family(before);
                Err(invalid_grant("the code was used before"))
            }
            Some(Redemption::Expired) | None => {
                Err(invalid_grant("the code is unknown or expired"))
            }
        }
    }

    /// Old access tokens stay valid until they expire.
    fn refresh(
        &mut self,
        client: &'static str,
        form: &Form,
        call: &Call<'_>,
    ) -> Result<Reply, OAuthError> {
        let offered = form.required("refresh_token")?;
        let session = self.tokens.sessions.active(offered, call.now_ms());
        let own = session.filter(|it| it.issued.grant.is_of(client, call.realm));
        let Some((family, grant)) = own.map(|it| (it.family, it.issued.grant.clone())) else {
            return self.reuse(client, offered, call);
        };
        let scopes = scopes::narrowed(form.field("scope"), &grant.scopes)?;
        let access = self.mint(Grant { scopes, ..grant.clone() }, Some(family), call);
        if !self.deviations.rotates {
            return Ok(self.reply(&access, None, call));
        }
        let successor = self.begin_session(family, grant.clone(), access.clone(), call);
        let reply = self.reply(&access, Some(&successor), call);
        let spent = Spent { family, grant, at_ms: call.now_ms(), successor };
        self.tokens.sessions.spend(offered, spent);
        Ok(reply)
    }

    /// Answers a refresh token that is not active: within the grace period with the tokens of its successor.
    fn reuse(&mut self, client: &str, offered: &str, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let stale = || invalid_grant("the refresh token is unknown, expired, used or revoked");
        let spent = self.tokens.sessions.spent(offered);
        let spent = spent.filter(|it| it.grant.is_of(client, call.realm)).ok_or_else(stale)?;
        let grace_ms = self.deviations.refresh_grace_s.saturating_mul(1000);
        if call.now_ms() < spent.at_ms.saturating_add(grace_ms) {
            let session = self.tokens.sessions.active(&spent.successor, call.now_ms());
            let access = &session.ok_or_else(stale)?.access;
            return Ok(self.reply(access, Some(&spent.successor), call));
        }
        call.context.reuse.set(true);
        if self.deviations.refresh_reuse == RefreshReuse::RevokeFamily {
            let family = spent.family;
            self.tokens.forget_family(family);
        }
        Err(stale())
    }

    /// The first tokens of a family.
    pub(super) fn open_session(&mut self, family: u64, grant: Grant, call: &Call<'_>) -> Reply {
        let access = self.mint(grant.clone(), Some(family), call);
        let refresh_token = self.begin_session(family, grant, access.clone(), call);
        self.reply(&access, Some(&refresh_token), call)
    }

    /// A new refresh token with all granted scopes, even if `access` has fewer.
    fn begin_session(
        &mut self,
        family: u64,
        grant: Grant,
        access: Minted,
        call: &Call<'_>,
    ) -> String {
        let life_ms = self.deviations.refresh_token_life_ms;
        let issued = Issued::new(grant, Some(family), life_ms, call.context);
        let refresh_token = secrets::alphanumeric("isr_", 48);
        self.tokens.sessions.begin(&refresh_token, Session { family, issued, access });
        refresh_token
    }

    /// A new access token.
    pub(super) fn mint(&mut self, grant: Grant, family: Option<u64>, call: &Call<'_>) -> Minted {
        let issued = Issued::new(grant, family, self.deviations.access_token_life_ms, call.context);
        let minted = Minted {
            token: secrets::alphanumeric("isa_", 40),
            scopes: issued.grant.scopes.clone(),
            expires_ms: issued.expires_ms,
        };
        self.tokens.keep(&minted.token, issued);
        minted
    }

    /// [RFC 6749, section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1).
    pub(super) fn reply(
        &self,
        access: &Minted,
        refresh_token: Option<&str>,
        call: &Call<'_>,
    ) -> Reply {
        let mut body = json!({
            "access_token": access.token,
            "token_type": "Bearer",
            "expires_in": access.expires_ms.saturating_sub(call.now_ms()).div_euclid(1000),
            "scope": access.scopes.join(" ")
        });
        if let Some(refresh_token) = refresh_token {
            body["refresh_token"] = json!(refresh_token);
        }
        Reply::json(StatusCode::OK, &patch::merged(body, &self.deviations.token_reply))
    }
}

/// Checks that the client of the request is the one that requested the code. A verifier without a challenge is refused, too,
/// since an attacker could have removed the challenge ([RFC 9700, section 4.8](https://www.rfc-editor.org/rfc/rfc9700#section-4.8)).
fn check_proofs(authorization: &AuthorizationRequest, form: &Form) -> Result<(), OAuthError> {
    if form.required("redirect_uri")? != authorization.callback.named {
        return Err(invalid_grant("redirect_uri is not the one that the code was sent to"));
    }
    let proven = match (form.field("code_verifier"), &authorization.challenge) {
        (Some(verifier), Some(challenge)) => {
            is_verifier(verifier) && pkce::matches(verifier, challenge)
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    proven.then_some(()).ok_or_else(|| invalid_grant("code_verifier does not fit the challenge"))
}

/// [RFC 7636, section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1).
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |it: u8| it.is_ascii_alphanumeric() || b"-._~".contains(&it);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}
