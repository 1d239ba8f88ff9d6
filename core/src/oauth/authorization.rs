//! The authorization request (RFC 6749 §4.1.1): the URL that a user is sent to, and the values that
//! must be kept until the callback.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    encoding::random_text,
    error::{Error, ErrorKind, Reason, Result},
    platform::{
        Platform,
        oauth::{Authorize, join_scopes},
    },
    secret::Secret,
    time::Timestamp,
};

/// The parameters of an authorization.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationRequest {
    /// The URL to which the user returns: one of those registered for the app. Default: none is
    /// sent.
    pub redirect_uri: Option<String>,
    /// A state of your own, which nobody must be able to guess. Default: 256 random bits.
    pub state: Option<String>,
    /// OAuth scopes, on a platform that takes them. Default: none.
    pub scopes: Vec<String>,
    /// The account to suggest, on a platform that takes it. Default: none.
    pub login_hint: Option<String>,
    /// The prompt that the user sees even when logged in, such as `select_account`, on a platform
    /// that takes it (OpenID Connect Core section 3.1.2.1). Default: none.
    pub prompt: Option<String>,
}

/// A URL to send a user to, and the secrets to keep until the user returns.
///
/// It can be finished once, and within an hour by the wall clock, since it may be sealed and opened
/// by another process. A clock that is set ahead ends it sooner; one that is set back prolongs it
/// by as much. One that began more than five minutes in the future is refused, so that a wrong date
/// cannot prolong it for days.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1>
#[derive(Clone, Debug)]
pub struct Authorization {
    url: Url,
    state: String,
    code_verifier: Option<Secret>,
    redirect_uri: Option<String>,
    /// The platform and its hosts: a callback of another platform must not be taken for this one's.
    platform: String,
    made_at: Timestamp,
}

/// The exchange of an authorization code for a token (RFC 6749 §4.1.3).
///
/// An [`Authorization`] that the program kept is simpler:
/// [`finish_authorization`](crate::App::finish_authorization) checks its state and fills all of this.
#[derive(Clone, Debug)]
pub struct CodeExchange {
    /// The authorization code.
    pub code: Secret,
    /// The redirect URI of the authorization, if it had one. Default: none is sent.
    pub redirect_uri: Option<String>,
    /// The PKCE verifier of the authorization, if it had one. Default: none is sent.
    pub code_verifier: Option<Secret>,
}

impl CodeExchange {
    /// An exchange that sends the code alone.
    pub fn new(code: impl Into<Secret>) -> Self {
        Self { code: code.into(), redirect_uri: None, code_verifier: None }
    }

    /// The redirect URI of the authorization, if it had one. Default: none is sent.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// The PKCE verifier of the authorization, if it had one. Default: none is sent.
    #[must_use]
    pub fn code_verifier(mut self, verifier: impl Into<Secret>) -> Self {
        self.code_verifier = Some(verifier.into());
        self
    }
}

impl<T: Into<Secret>> From<T> for CodeExchange {
    fn from(code: T) -> Self {
        Self::new(code)
    }
}

/// The plain text of a sealed authorization.
#[derive(Serialize, Deserialize)]
struct SealedAuthorization {
    url: Url,
    state: String,
    code_verifier: Option<Zeroizing<String>>,
    redirect_uri: Option<String>,
    platform: String,
    made_at_ms: i64,
}

impl Authorization {
    pub(crate) fn new(
        platform: &Platform,
        client_id: &str,
        request: &AuthorizationRequest,
        now: Timestamp,
    ) -> Result<Self> {
        let rules = platform.authorization()?;
        let state = match &request.state {
            Some(state) if state.is_empty() => return Err(Error::invalid("the state is empty")),
            Some(state) => state.clone(),
            None => random_text()?,
        };
        let code_verifier = rules.pkce.then(random_text).transpose()?.map(Secret::new);
        let mut url = platform.endpoint(rules.base, &rules.path, &[])?;
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", client_id).append_pair("state", &state);
        if let Some(redirect_uri) = &request.redirect_uri {
            query.append_pair("redirect_uri", redirect_uri);
        }
        let separator = rules.scope_separator.as_deref();
        if let Some(scope) = join_scopes(platform, separator, &request.scopes)? {
            query.append_pair("scope", &scope);
        }
        if let Some(login_hint) = &request.login_hint {
            query.append_pair(login_hint_parameter(platform, rules)?, login_hint);
        }
        if let Some(verifier) = &code_verifier {
            query.append_pair("code_challenge", &code_challenge(verifier.reveal()));
            query.append_pair("code_challenge_method", "S256");
        }
        if let Some(prompt) = &request.prompt {
            query.append_pair(prompt_parameter(platform, rules, prompt)?, prompt);
        }
        query.extend_pairs(&rules.parameters);
        drop(query);
        Ok(Self {
            url,
            state,
            code_verifier,
            redirect_uri: request.redirect_uri.clone(),
            platform: platform.identity(),
            made_at: now,
        })
    }

    /// The page where a person installs the app. Its callback brings a code, too, where the app asks for
    /// authorization during the installation.
    pub(crate) fn for_installing(
        platform: &Platform,
        url: Url,
        state: String,
        now: Timestamp,
    ) -> Self {
        Self {
            url,
            state,
            code_verifier: None,
            redirect_uri: None,
            platform: platform.identity(),
            made_at: now,
        }
    }

    /// The URL to which the user returns.
    ///
    /// `None` if none was given.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<&str> {
        self.redirect_uri.as_deref()
    }

    /// Refuses an authorization that belongs to another platform, began too long ago, or began in the
    /// future, before the clock was set back.
    pub(crate) fn check(&self, platform: &Platform, now: Timestamp) -> Result<()> {
        if self.platform != platform.identity() {
            return Err(Error::invalid("this authorization belongs to another platform"));
        }
        if self.expires_at() < now {
            return Err(stale("this authorization began more than an hour ago"));
        }
        if self.made_at > now.after(MAX_AHEAD) {
            return Err(stale("this authorization began more than five minutes in the future"));
        }
        Ok(())
    }

    /// The time after which it can no longer be finished.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.made_at.after(MAX_AGE)
    }

    pub(crate) fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let code_verifier = self.code_verifier.as_ref();
        let plain = SealedAuthorization {
            url: self.url.clone(),
            state: self.state.clone(),
            code_verifier: code_verifier.map(|it| Zeroizing::new(it.reveal().to_owned())),
            redirect_uri: self.redirect_uri.clone(),
            platform: self.platform.clone(),
            made_at_ms: self.made_at.as_millis(),
        };
        // Texts and numbers can always be written as JSON.
        Zeroizing::new(serde_json::to_vec(&plain).unwrap_or_default())
    }

    pub(crate) fn from_json(text: &[u8]) -> Option<Self> {
        let plain: SealedAuthorization = serde_json::from_slice(text).ok()?;
        Some(Self {
            url: plain.url,
            state: plain.state,
            code_verifier: plain.code_verifier.map(|it| Secret::new(it.as_str())),
            redirect_uri: plain.redirect_uri,
            platform: plain.platform,
            made_at: Timestamp::from_millis(plain.made_at_ms),
        })
    }

    /// The URL to send the user's browser to.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The state that the callback must have; keep it in the user's web session.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The PKCE verifier for [`App::exchange_code`](crate::App::exchange_code), a secret.
    ///
    /// `None` if the platform does not use PKCE.
    #[must_use]
    pub fn code_verifier(&self) -> Option<&Secret> {
        self.code_verifier.as_ref()
    }
}

/// The S256 code challenge of a verifier (RFC 7636 §4.2).
#[must_use]
pub fn code_challenge(verifier: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// The error for an authorization that can no longer be finished.
pub(crate) fn stale(message: &str) -> Error {
    Error::new(ErrorKind::Reauthorize, message)
        .because(Reason::StaleAuthorization)
        .advise("Start a new authorization.")
}

fn login_hint_parameter<'a>(platform: &Platform, rules: &'a Authorize) -> Result<&'a str> {
    rules.login_hint.as_deref().ok_or_else(|| platform.unsupported("a login hint"))
}

fn prompt_parameter<'a>(
    platform: &Platform,
    rules: &'a Authorize,
    prompt: &str,
) -> Result<&'a str> {
    let rule = rules.prompt.as_ref().ok_or_else(|| platform.unsupported("a prompt"))?;
    // OpenID Connect takes several, separated by spaces.
    if prompt.split(' ').all(|word| rule.values.iter().any(|value| value == word)) {
        return Ok(&rule.parameter);
    }
    let error = platform.unsupported("this prompt");
    Err(error.advise(format!("It takes {}.", rule.values.join(", "))))
}

/// The time that a person has for the pages between the request and the callback.
const MAX_AGE: Duration = Duration::from_secs(3600);
/// The difference between the clocks of two machines that seal and open one authorization.
const MAX_AHEAD: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_can_be_finished_within_an_hour_and_not_before_it_began() {
        let platform = Platform::named("github").unwrap();
        let began = Timestamp::from_secs(1_000_000);
        let request = AuthorizationRequest::default();
        let authorization = Authorization::new(&platform, "client", &request, began).unwrap();
        for (later_s, is_valid) in
            [(0, true), (3600, true), (3601, false), (-300, true), (-301, false), (-86_400, false)]
        {
            let now = began.shifted(later_s * 1000);
            assert_eq!(authorization.check(&platform, now).is_ok(), is_valid, "{later_s} s later");
        }
    }

    #[test]
    fn rfc_7636_appendix_b() {
        let challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
