//! The browser's half of OAuth: where a user is sent, and what comes back.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    grant::joined_scopes,
    platform::{
        Platform,
        oauth::{Authorize, OAuth},
    },
    secret::{Secret, scrub},
    time::Timestamp,
};

/// What an authorization asks for.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationRequest {
    /// Where the user returns to; one of those registered for the app.
    pub redirect_uri: Option<String>,
    /// A state of your own, which must be unguessable; default 256 random bits.
    pub state: Option<String>,
    /// OAuth scopes, where the platform takes them.
    pub scopes: Vec<String>,
    /// The account to suggest, where the platform takes it.
    pub login_hint: Option<String>,
}

/// A place to send a user to, and what must be kept until the user comes back.
#[derive(Clone, Debug)]
pub struct Authorization {
    url: Url,
    state: String,
    code_verifier: Option<Secret>,
    redirect_uri: Option<String>,
    /// Where the platform is: a callback of another one must not be taken for this one's.
    place: String,
    made_at: Timestamp,
}

/// An authorization as it travels between two requests, sealed.
#[derive(Serialize, Deserialize)]
struct Parcel {
    url: Url,
    state: String,
    code_verifier: Option<Zeroizing<String>>,
    redirect_uri: Option<String>,
    place: String,
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
            None => random()?,
        };
        let code_verifier = rules.pkce.then(random).transpose()?.map(Secret::new);
        let mut url = platform.endpoint(rules.base, &rules.path, &[])?;
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", client_id).append_pair("state", &state);
        if let Some(redirect_uri) = &request.redirect_uri {
            query.append_pair("redirect_uri", redirect_uri);
        }
        let separator = rules.scope_separator.as_deref();
        if let Some(scope) = joined_scopes(platform, separator, &request.scopes)? {
            query.append_pair("scope", &scope);
        }
        if let Some(login_hint) = &request.login_hint {
            query.append_pair(login_hint_parameter(platform, rules)?, login_hint);
        }
        if let Some(verifier) = &code_verifier {
            query.append_pair("code_challenge", &code_challenge(verifier.reveal()));
            query.append_pair("code_challenge_method", "S256");
        }
        query.extend_pairs(&rules.parameters);
        drop(query);
        let (redirect_uri, place) = (request.redirect_uri.clone(), platform.place());
        Ok(Self { url, state, code_verifier, redirect_uri, place, made_at: now })
    }

    pub(crate) fn without_verifier(url: Url, state: String) -> Self {
        let (code_verifier, redirect_uri) = (None, None);
        let (place, made_at) = (String::new(), Timestamp::from_millis(0));
        Self { url, state, code_verifier, redirect_uri, place, made_at }
    }

    /// Where the user returns to, as far as it was said.
    #[must_use]
    pub fn redirect_uri(&self) -> Option<&str> {
        self.redirect_uri.as_deref()
    }

    /// Refuses one that belongs to another platform or began too long ago.
    pub(crate) fn check(&self, platform: &Platform, now: Timestamp) -> Result<()> {
        if self.place != platform.place() {
            return Err(Error::invalid("this authorization was begun with another platform"));
        }
        if self.stale_at() < now {
            return Err(stale("this authorization was begun more than an hour ago"));
        }
        Ok(())
    }

    /// When it can no longer be finished.
    pub(crate) fn stale_at(&self) -> Timestamp {
        self.made_at.after(LONGEST)
    }

    pub(crate) fn packed(&self) -> Zeroizing<Vec<u8>> {
        let code_verifier = self.code_verifier.as_ref();
        let parcel = Parcel {
            url: self.url.clone(),
            state: self.state.clone(),
            code_verifier: code_verifier.map(|it| Zeroizing::new(it.reveal().to_owned())),
            redirect_uri: self.redirect_uri.clone(),
            place: self.place.clone(),
            made_at_ms: self.made_at.as_millis(),
        };
        // Texts and numbers have a form in JSON.
        Zeroizing::new(serde_json::to_vec(&parcel).unwrap_or_default())
    }

    pub(crate) fn unpacked(text: &[u8]) -> Option<Self> {
        let parcel: Parcel = serde_json::from_slice(text).ok()?;
        Some(Self {
            url: parcel.url,
            state: parcel.state,
            code_verifier: parcel.code_verifier.map(|it| Secret::new(it.as_str())),
            redirect_uri: parcel.redirect_uri,
            place: parcel.place,
            made_at: Timestamp::from_millis(parcel.made_at_ms),
        })
    }

    /// Where to send the user's browser (RFC 6749 §4.1.1).
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// What the callback must bring back; keep it with the user's session.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The PKCE verifier to hand to the code exchange, where the platform has PKCE.
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

/// The code in a callback's URL or query, after its state was compared in constant time.
///
/// # Errors
/// [`Reauthorize`](ErrorKind::Reauthorize) when the state is another one,
/// [`Denied`](ErrorKind::Denied) when the user said no, or what else the platform reports.
pub(crate) fn authorization_code(
    platform: &Platform,
    callback: &str,
    state: &str,
) -> Result<Secret> {
    let oauth = platform.oauth()?;
    let parameters = Callback::of(callback);
    parameters.check_state("state", state)?;
    check_issuer(oauth, &parameters)?;
    if let Some(code) = parameters.one("error")? {
        let description = parameters.one("error_description")?.unwrap_or_default();
        return Err(refused(platform, &code, &description));
    }
    match parameters.one("code")?.filter(|code| !code.is_empty()) {
        Some(code) => Ok(Secret::new(code)),
        None => Err(Error::new(ErrorKind::Protocol, "the callback holds no code and no error")
            .because(Reason::MissingMember)),
    }
}

/// RFC 9207 §2.4: a callback that another platform sent is not this one's.
fn check_issuer(oauth: &OAuth, parameters: &Callback) -> Result<()> {
    let Some(expected) = &oauth.issuer else { return Ok(()) };
    let is_right = match parameters.one("iss")? {
        Some(issuer) => issuer == *expected,
        None => !oauth.issuer_is_sent,
    };
    if is_right {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Reauthorize, "the callback is not from the platform that was asked")
        .because(Reason::StateMismatch)
        .advise("Drop it and start a new authorization."))
}

/// An authorization that cannot be finished any more.
pub(crate) fn stale(message: &str) -> Error {
    Error::new(ErrorKind::Reauthorize, message)
        .because(Reason::StaleAuthorization)
        .advise("Start a new authorization.")
}

/// RFC 6749 §4.1.2.1.
fn refused(platform: &Platform, code: &str, description: &str) -> Error {
    let prefixes = &platform.descriptor().secret_prefixes;
    let (code, description) = (scrub(code, &[], prefixes), scrub(description, &[], prefixes));
    let (kind, reason) = match code.as_str() {
        "access_denied" => (ErrorKind::Denied, Some(Reason::AccessDenied)),
        "redirect_uri_mismatch" => (ErrorKind::Rejected, Some(Reason::RedirectUriMismatch)),
        "application_suspended" => (ErrorKind::Forbidden, Some(Reason::Suspended)),
        "server_error" | "temporarily_unavailable" => (ErrorKind::Server, None),
        _ => (ErrorKind::Rejected, None),
    };
    let description = description.trim().trim_end_matches('.');
    let detail = if description.is_empty() { &code } else { description };
    let error = Error::new(kind, format!("the authorization was refused: {detail}"));
    let error = error.with_platform_code(Some(code.clone()));
    reason.into_iter().fold(error, Error::because)
}

fn login_hint_parameter<'a>(platform: &Platform, rules: &'a Authorize) -> Result<&'a str> {
    rules.login_hint.as_deref().ok_or_else(|| platform.unsupported("a login hint"))
}

/// 256 bits that nobody can guess, as 43 characters that need no escaping.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Error::new(ErrorKind::Internal, "the system gave no random numbers"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The parameters that a browser brings back.
pub(crate) struct Callback(Vec<(String, String)>);

impl Callback {
    /// From a whole URL, or from its query alone.
    pub(crate) fn of(callback: &str) -> Self {
        let query = match callback.split_once('?') {
            Some((before, query)) if !before.contains('=') => query,
            _ => callback,
        };
        let query = query.split('#').next().unwrap_or_default();
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(crate) fn check_state(&self, parameter: &str, expected: &str) -> Result<()> {
        if expected.is_empty() {
            return Err(Error::invalid("the state to compare with is empty"));
        }
        // One that comes twice is as good as none: what is not ours must not end what is.
        let given = self.one(parameter).ok().flatten().unwrap_or_default();
        if Secret::new(given) == Secret::from(expected) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Reauthorize,
            "the callback's state is not the one that was sent along",
        )
        .because(Reason::StateMismatch)
        .advise("Somebody else may have made this link: drop it and start again."))
    }

    /// A parameter that may be given once only (RFC 6749 §3.1).
    pub(crate) fn one(&self, name: &str) -> Result<Option<String>> {
        let mut found = self.0.iter().filter(|(present, _)| present == name);
        let first = found.next().map(|(_, value)| value.clone());
        match found.next() {
            Some(_) => Err(Error::new(
                ErrorKind::Protocol,
                format!("the callback has more than one `{name}`"),
            )),
            None => Ok(first),
        }
    }
}

/// A person may read for long, but not so long.
const LONGEST: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    fn code(callback: &str) -> Result<String> {
        let platform = Platform::named("atomgit").unwrap();
        authorization_code(&platform, callback, "xyz").map(|code| code.reveal().to_owned())
    }

    #[test]
    fn rfc_7636_appendix_b() {
        let challenge = code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_callback_may_be_a_url_or_its_query() {
        for callback in [
            "https://example.com/callback?code=a%2Bb&state=xyz#frag",
            "code=a%2Bb&state=xyz",
            "/callback?state=xyz&code=a%2Bb",
            "code=a%2Bb&state=xyz&from=/?",
        ] {
            assert_eq!(code(callback).unwrap(), "a+b");
        }
    }

    #[test]
    fn the_state_counts_before_anything_else() {
        for callback in ["?code=a&state=other", "?code=a", "?error=access_denied", "", "?state="] {
            assert_eq!(code(callback).unwrap_err().reason(), Some(Reason::StateMismatch));
        }
    }

    #[test]
    fn a_refusal_is_told_by_its_code() {
        let error = code("?error=access_denied&error_description=The+user+said+no&state=xyz");
        let error = error.unwrap_err();
        assert_eq!(
            (error.kind(), error.platform_code()),
            (ErrorKind::Denied, Some("access_denied"))
        );
        assert!(error.message().contains("The user said no"));
    }

    #[test]
    fn a_doubled_parameter_is_refused() {
        assert_eq!(code("?code=a&code=b&state=xyz").unwrap_err().kind(), ErrorKind::Protocol);
        let twice = code("?code=a&state=xyz&state=xyz").unwrap_err();
        assert_eq!(twice.reason(), Some(Reason::StateMismatch));
    }
}
