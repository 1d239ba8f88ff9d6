//! The one error type, and the two lists every surface iterates.
//!
//! A [`ErrorKind`] answers *what can the caller do?*; a [`Reason`] is a finer, stable word for
//! programs that want to tell cases of one kind apart. Numbers and names are never reused.
//!
//! An error never holds a secret or a reply's body: only the platform's scrubbed message, its
//! code, the status and the request id.

mod words;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

pub use self::words::{ErrorKind, Reason};
use crate::time::Timestamp;

/// The result of every function of this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// An error: what failed, and what to do about it. It never holds a secret or the body of a
/// response.
#[derive(Clone)]
pub struct Error(Box<Details>);

#[derive(Clone)]
struct Details {
    kind: ErrorKind,
    reason: Option<Reason>,
    message: String,
    hint: Option<String>,
    status: Option<u16>,
    platform_code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    sso_url: Option<String>,
    missing_permissions: Vec<String>,
    date: Option<Timestamp>,
    /// Whether the same call must not be made again, because the code or refresh token that it sent may be
    /// spent.
    is_final: bool,
    /// Whether the same call may work later, although errors of this kind last.
    passes: bool,
    /// Whether it is a rate limit of the whole app.
    limits_app: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of this kind; `message` is a lower-case clause about what was being done.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            reason: None,
            message: on_one_line(message.into()),
            hint: None,
            status: None,
            platform_code: None,
            request_id: None,
            retry_after: None,
            sso_url: None,
            missing_permissions: Vec::new(),
            date: None,
            is_final: false,
            passes: false,
            limits_app: false,
            source: None,
        }))
    }

    /// An [`ErrorKind::InvalidArgument`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// An [`ErrorKind::Protocol`].
    pub(crate) fn protocol(reason: Reason, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Protocol, message).because(reason)
    }

    /// Adds the finer reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.0.reason = Some(reason);
        self
    }

    /// Adds what to do about it, as a full sentence.
    #[must_use]
    pub fn advise(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the error beneath.
    #[must_use]
    pub fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// Says that the same call may work later: a callback knows that of what it asked.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.0.passes = true;
        self
    }

    /// Replaces the message by a more exact one.
    pub(crate) fn with_message(mut self, message: String) -> Self {
        self.0.message = on_one_line(message);
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_platform_code(mut self, code: Option<String>) -> Self {
        self.0.platform_code = code;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_sso_url(mut self, url: Option<String>) -> Self {
        self.0.sso_url = url;
        self
    }

    pub(crate) fn with_missing_permissions(mut self, permissions: Vec<String>) -> Self {
        self.0.missing_permissions = permissions;
        self
    }

    /// Makes an error that would pass one after which the same call must not be made again.
    pub(crate) fn final_for_caller(mut self) -> Self {
        self.0.is_final = true;
        self
    }

    /// Whether a rate limit is that of the whole app, and not of one installation.
    pub(crate) fn limiting_app(mut self, limits_app: bool) -> Self {
        self.0.limits_app = limits_app;
        self
    }

    pub(crate) fn limits_app(&self) -> bool {
        self.0.limits_app
    }

    /// When the platform answered, by its own clock.
    pub(crate) fn with_date(mut self, date: Option<Timestamp>) -> Self {
        self.0.date = date;
        self
    }

    pub(crate) fn date(&self) -> Option<Timestamp> {
        self.0.date
    }

    /// The kind, which says what the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The finer reason within the kind, such as `suspended`.
    ///
    /// `None` if there is no finer word.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason
    }

    /// The message: a clause in lower case that says what failed.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The hint: a sentence that says what to do.
    ///
    /// `None` if there is no advice.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The HTTP status of the platform's response.
    ///
    /// `None` if there was no response.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The platform's own error code, such as `bad_verification_code`.
    ///
    /// `None` if the platform named none.
    #[must_use]
    pub fn platform_code(&self) -> Option<&str> {
        self.0.platform_code.as_deref()
    }

    /// The platform's id of the request, for its support.
    ///
    /// `None` if the platform named none.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The page where a person authorizes the access by single sign-on.
    ///
    /// `None` if the platform does not ask for that.
    #[must_use]
    pub fn sso_url(&self) -> Option<&str> {
        self.0.sso_url.as_deref()
    }

    /// The permissions that were missing, each as `name=level`, if the platform lists those with
    /// which it accepts the call.
    ///
    /// Of several alternatives those of the one that lacks the fewest; the hint has all of them.
    #[must_use]
    pub fn missing_permissions(&self) -> &[String] {
        &self.0.missing_permissions
    }

    /// How long to wait before the next attempt, at most a day.
    ///
    /// `None` if the platform named no time.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may work later without a change.
    ///
    /// It may not after an error by which the code or refresh token that the call sent may be
    /// spent.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Pending, RateLimited, ResourceExhausted, Server, Timeout, Transport};
        let lasts = self.kind() == Transport
            && matches!(self.reason(), Some(Reason::Tls | Reason::ProxyAuthenticationRequired));
        let passes = matches!(
            self.kind(),
            Transport | Timeout | RateLimited | Pending | Server | ResourceExhausted
        );
        (passes || self.0.passes) && !lasts && !self.0.is_final
    }

    /// Whether the platform was not asked, or not reached: a token or an authorization that there was
    /// before is as good as it was.
    pub(crate) fn is_on_the_way(&self) -> bool {
        use ErrorKind::{Callback, ResourceExhausted, Timeout, Transport};
        !self.0.is_final
            && matches!(self.kind(), Transport | Timeout | ResourceExhausted | Callback)
    }
}

/// Whether the operating system has no more of something that every program needs.
pub(crate) fn is_exhausted(error: &std::io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| EXHAUSTED.contains(&code))
        || error.kind() == std::io::ErrorKind::OutOfMemory
}

#[cfg(unix)]
const EXHAUSTED: [i32; 4] = {
    use nix::errno::Errno;
    [Errno::EMFILE as i32, Errno::ENFILE as i32, Errno::ENOMEM as i32, Errno::ENOBUFS as i32]
};
/// `WSAEMFILE`, `WSAENOBUFS`.
#[cfg(not(unix))]
const EXHAUSTED: [i32; 2] = [10024, 10055];

/// An [`ErrorKind::ResourceExhausted`].
pub(crate) fn resource_exhausted(what: &str, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::ResourceExhausted, format!("{what}: {error}"))
        .advise("Raise the limits of this process (`ulimit -n`, `ulimit -u`, the container's pids and memory), or try again when it does less.")
}

/// A message may quote what a caller or a server wrote, and is written into logs and terminals.
fn on_one_line(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    let is_plain = !message.contains(char::is_control);
    if is_plain { message } else { message.replace(char::is_control, " ") }
}

/// The characters of a message that are kept.
const LONGEST_MESSAGE: usize = 1000;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, ". {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("kind", &self.0.kind).field("message", &self.to_string());
        if let Some(reason) = self.0.reason {
            debug.field("reason", &reason);
        }
        debug.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique() {
        let unique = |words: Vec<(i32, &str)>| {
            let numbers: std::collections::HashSet<_> = words.iter().map(|word| word.0).collect();
            let names: std::collections::HashSet<_> = words.iter().map(|word| word.1).collect();
            numbers.len() == words.len() && names.len() == words.len()
        };
        assert!(unique(ErrorKind::ALL.iter().map(|k| (k.number(), k.name())).collect()));
        assert!(unique(Reason::ALL.iter().map(|r| (r.number(), r.name())).collect()));
    }

    #[test]
    fn a_name_leads_back_to_its_value() {
        assert!(ErrorKind::ALL.iter().all(|kind| ErrorKind::from_name(kind.name()) == Some(*kind)));
        assert_eq!(ErrorKind::from_name("no_such_kind"), None);
    }

    #[test]
    fn the_hint_follows_the_message() {
        let error = Error::new(ErrorKind::Forbidden, "installation 14 refused: 403, suspended")
            .because(Reason::Suspended)
            .advise("Ask an owner of the account to unsuspend the app.");
        assert_eq!(
            error.to_string(),
            "installation 14 refused: 403, suspended. Ask an owner of the account to unsuspend the app."
        );
        assert!(!error.is_retryable());
    }
}
