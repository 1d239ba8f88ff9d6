//! Authentication: an app by its assertion, a client by its secret, anything else by a token.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusals::{forbidden, suspended, unauthorized};
use super::tokens::{Holder, Issued};
use super::{Call, GitHub};
use crate::http::Refusal;
use crate::{jwt, secrets};

impl GitHub {
    /// The app that signed the assertion of this request.
    pub(super) fn app_of(&self, call: &Call<'_>) -> Result<u64, Refusal> {
        let (scheme, credential) = credential(call)?;
        // <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/about-authentication-with-a-github-app>:
        // an assertion needs the scheme `Bearer`; a token may also use `token`.
        if scheme != "bearer" && credential_kind(credential) == "jwt" {
            return Err(unauthorized("Bad credentials"));
        }
        let rules = jwt::Rules {
            max_lifetime_s: 600,
            issuer: if self.deviations.issuer_must_be_integer {
                jwt::Issuer::IntegerOrClientId
            } else {
                jwt::Issuer::IntegerOrText
            },
            claims: Vec::new(),
        };
        let keys_of = |issuer: &str| self.apps.by_issuer(issuer).map(|app| app.keys.as_slice());
        let issuer = jwt::verify(credential, call.now_ms(), &rules, keys_of)
            .map_err(|it| unauthorized(it.message()))?;
        let app = self.apps.by_issuer(&issuer);
        app.map(|app| app.id).ok_or_else(|| unauthorized("Integration not found"))
    }

    /// The record of this request's token, of any holder.
    pub(super) fn token_of(&self, call: &Call<'_>) -> Result<Issued, Refusal> {
        let (scheme, credential) = credential(call)?;
        let issued = self.tokens.find(credential, call.now_ms());
        let known = issued.filter(|_| matches!(scheme.as_str(), "bearer" | "token"));
        let issued = known.ok_or_else(|| unauthorized("Bad credentials"))?;
        match issued.holder {
            Holder::Installation(id) if self.is_suspended(id) => Err(suspended()),
            _ => Ok(issued.clone()),
        }
    }

    /// The installation of this request's token.
    pub(super) fn installation_token_of(&self, call: &Call<'_>) -> Result<(u64, Issued), Refusal> {
        let issued = self.token_of(call)?;
        match issued.holder {
            Holder::Installation(id) => Ok((id, issued)),
            Holder::User { .. } => Err(forbidden(
                "You must authenticate with an installation access token \
                 in order to list repositories for an installation.",
            )),
        }
    }

    pub(super) fn user_token_of(&self, call: &Call<'_>) -> Result<Issued, Refusal> {
        let issued = self.token_of(call)?;
        match issued.holder {
            Holder::User { .. } => Ok(issued),
            Holder::Installation(_) => Err(forbidden("Resource not accessible by integration")),
        }
    }

    /// The app whose client id and secret this request carries; the path has to name it, too.
    pub(super) fn client_of(&self, call: &Call<'_>) -> Result<u64, Refusal> {
        let (scheme, credential) = credential(call)?;
        let wrong = || unauthorized("Bad credentials");
        let (id, secret) = client(credential).filter(|_| scheme == "basic").ok_or_else(wrong)?;
        let app = self.apps.by_client_id(&id).ok_or_else(wrong)?;
        if !secrets::equal(&secret, &app.client_secret) {
            return Err(wrong());
        }
        let same = app.client_id == call.part(0);
        same.then_some(app.id).ok_or_else(super::refusals::not_found)
    }

    /// The principal whose rate limit this request counts against.
    pub(super) fn principal(&self, call: &Call<'_>) -> Principal {
        let Some((_, credential)) = call.request.authorization() else {
            return Principal::Anonymous;
        };
        match self.tokens.find(credential, call.now_ms()).map(|it| it.holder) {
            Some(Holder::Installation(id)) => Principal::Installation(id),
            Some(Holder::User { .. }) => Principal::User,
            None => self
                .app_of(call)
                .or_else(|_| self.client_of(call))
                .map_or(Principal::Anonymous, Principal::App),
        }
    }

    fn is_suspended(&self, id: u64) -> bool {
        self.installations.iter().any(|it| it.id == id && it.suspended_at.is_some())
    }
}

fn credential<'c>(call: &'c Call<'_>) -> Result<(String, &'c str), Refusal> {
    call.request.authorization().ok_or_else(|| unauthorized("Requires authentication"))
}

/// Client id and secret, as in RFC 7617.
fn client(credential: &str) -> Option<(String, String)> {
    let decoded = String::from_utf8(STANDARD.decode(credential).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

pub(super) fn credential_kind(credential: &str) -> &'static str {
    let prefix = ["ghs", "ghu", "ghr", "gho", "ghp"]
        .into_iter()
        .find(|it| credential.strip_prefix(it).is_some_and(|rest| rest.starts_with('_')));
    match prefix {
        Some(prefix) => prefix,
        None if credential.starts_with("ey") && credential.matches('.').count() == 2 => "jwt",
        None if client(credential).is_some() => "client",
        None => "other",
    }
}

/// The principal of a rate limit.
#[derive(PartialEq, Eq)]
pub(super) enum Principal {
    Installation(u64),
    User,
    App(u64),
    Anonymous,
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation(id) => write!(f, "installation ID {id}"),
            Self::User => write!(f, "user ID {}", super::seed::USER_ID),
            Self::App(id) => write!(f, "app ID {id}"),
            Self::Anonymous => f.write_str("127.0.0.1"),
        }
    }
}
