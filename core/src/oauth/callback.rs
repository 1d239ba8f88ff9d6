//! The callback (RFC 6749 §4.1.2): the parameters that a browser brings back, checked before they are
//! believed.

use url::form_urlencoded;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    platform::{Platform, oauth::OAuth},
    secret::{Secret, scrub},
};

/// The code in a callback's URL or query, after its state was compared in constant time.
///
/// # Errors
/// [`Reauthorize`](ErrorKind::Reauthorize) when the state is another one,
/// [`Denied`](ErrorKind::Denied) when the user declined, or another error that the platform reports.
pub(crate) fn authorization_code(
    platform: &Platform,
    callback: &str,
    state: &str,
) -> Result<Secret> {
    let oauth = platform.oauth()?;
    let parameters = Callback::of(callback);
    parameters.check_state("state", state)?;
    check_issuer(oauth, &parameters)?;
    if let Some(error) = refusal(platform, "the authorization", &parameters)? {
        return Err(error);
    }
    match parameters.single("code")?.filter(|code| !code.is_empty()) {
        Some(code) => Ok(Secret::new(code)),
        None => Err(Error::new(ErrorKind::Protocol, "the callback holds no code and no error")
            .because(Reason::MissingMember)),
    }
}

/// Refuses a callback that another authorization server sent (RFC 9207 §2.4).
fn check_issuer(oauth: &OAuth, parameters: &Callback) -> Result<()> {
    let Some(expected) = &oauth.issuer else { return Ok(()) };
    let is_right = match parameters.single("iss")? {
        Some(issuer) => issuer == *expected,
        None => !oauth.issuer_is_sent,
    };
    if is_right {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Reauthorize, "the callback comes from another authorization server")
        .because(Reason::StateMismatch)
        .advise("Ignore this callback and start a new authorization."))
}

/// The error response (RFC 6749 §4.1.2.1); `None` for a callback that is none.
pub(crate) fn refusal(
    platform: &Platform,
    subject: &str,
    callback: &Callback,
) -> Result<Option<Error>> {
    let Some(code) = callback.single("error")? else { return Ok(None) };
    let description = callback.single("error_description")?.unwrap_or_default();
    Ok(Some(refused(platform, subject, &code, &description)))
}

fn refused(platform: &Platform, subject: &str, code: &str, description: &str) -> Error {
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
    let error = Error::new(kind, format!("{subject} was refused: {detail}"));
    let error = error.with_platform_code(Some(code.clone()));
    reason.into_iter().fold(error, Error::because)
}

/// The parameters that a browser brings back.
pub(crate) struct Callback(Vec<(String, String)>);

impl Callback {
    /// Reads a whole URL, or its query alone.
    pub(crate) fn of(callback: &str) -> Self {
        let query = if is_query(callback) {
            callback
        } else {
            // In a fragment, a question mark begins no query (RFC 3986 §3.5).
            let url = callback.split('#').next().unwrap_or_default();
            url.split_once('?').map_or("", |(_, query)| query)
        };
        let query = query.split('#').next().unwrap_or_default();
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(crate) fn check_state(&self, parameter: &str, expected: &str) -> Result<()> {
        if expected.is_empty() {
            return Err(Error::invalid("the state to compare with is empty"));
        }
        // A state that comes twice counts as none: a forged callback must not end a real login.
        let received = self.single(parameter).ok().flatten().unwrap_or_default();
        if Secret::new(received) == Secret::from(expected) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Reauthorize,
            "the callback's state differs from the one that was sent",
        )
        .because(Reason::StateMismatch)
        .advise("Somebody else may have made this link: ignore it and start again."))
    }

    /// A parameter that may occur once only (RFC 6749 §3.1).
    pub(crate) fn single(&self, name: &str) -> Result<Option<String>> {
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

/// Whether this is a query without a URL before it. A path may hold equals signs, too, but a URL begins
/// with a scheme or a slash, and a query with the name of a parameter.
fn is_query(callback: &str) -> bool {
    let start = callback.split(['=', '&', '?', '#']).next().unwrap_or_default();
    let is_url = start.starts_with('/') || start.contains(':');
    !is_url && callback.split('?').next().unwrap_or_default().contains('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(callback: &str) -> Result<String> {
        let platform = Platform::named("atomgit").unwrap();
        authorization_code(&platform, callback, "xyz").map(|code| code.reveal().to_owned())
    }

    #[test]
    fn a_callback_may_be_a_url_or_its_query() {
        for callback in [
            "https://example.com/callback?code=a%2Bb&state=xyz#frag",
            "code=a%2Bb&state=xyz",
            "/callback?state=xyz&code=a%2Bb",
            "code=a%2Bb&state=xyz&from=/?",
            "https://example.com/a=b;c=d/callback?code=a%2Bb&state=xyz",
            "/a=b?code=a%2Bb&state=xyz#from=/?",
            "my.app:cb=1?code=a%2Bb&state=xyz",
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
    fn a_refusal_is_recognised_by_its_code() {
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
