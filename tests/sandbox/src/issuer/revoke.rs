//! Token revocation ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)).

use hyper::StatusCode;

use super::deviations::Revocation;
use super::form::Form;
use super::refusals::{OAuthError, invalid_grant, oauth_error};
use super::tokens::Issued;
use super::{Call, Issuer};
use crate::http::Reply;

impl Issuer {
    /// Revokes a refresh token with its whole family, or one access token. `token_type_hint` is ignored.
    pub(super) fn revoke(&mut self, call: &Call<'_>) -> Result<Reply, OAuthError> {
        let form = Form::of(call.request)?;
        let client = self.client_of(&form, call)?;
        let token = form.required("token")?;
        if self.deviations.revocation == Revocation::UnsupportedTokenType {
            return Err(oauth_error("unsupported_token_type", "no token can be revoked here"));
        }
        if let Some((issued, is_refresh)) = self.known(token, call) {
            if issued.grant.client != client {
                return Err(invalid_grant("the token is another client's"));
            }
            match issued.family.filter(|_| is_refresh) {
                Some(family) => self.tokens.forget_family(family),
                None => self.tokens.forget(token),
            }
        }
        Ok(Reply::empty(StatusCode::OK))
    }

    /// The record of an active token of this realm, and whether it is a refresh token.
    pub(super) fn known(&self, token: &str, call: &Call<'_>) -> Option<(&Issued, bool)> {
        let access = self.tokens.find(token, call.now_ms()).map(|it| (it, false));
        let refresh = || Some((&self.tokens.sessions.active(token, call.now_ms())?.issued, true));
        access.or_else(refresh).filter(|(it, _)| it.grant.realm == call.realm)
    }
}
