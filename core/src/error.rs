//! The one error type, and the two lists every surface iterates.
//!
//! A [`ErrorKind`] answers *what can the caller do?*; a [`Reason`] is a finer, stable word for
//! programs that want to tell cases of one kind apart. Numbers and names are never reused.
//!
//! An error never holds a secret or a reply's body: only the platform's scrubbed message, its
//! code, the status and the request id.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::time::Timestamp;

/// The result of every function of this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! words {
    ($(#[$meta:meta])* $enum:ident { $($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $name:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $enum { $($(#[doc = $doc])+ $variant = $number,)+ }

        impl $enum {
            /// Every value, in the order of its number.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name that every surface shows.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The stable number that the C surface shows.
            #[must_use]
            pub const fn number(self) -> i32 { self as i32 }

            /// One sentence of documentation.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }

            /// The value with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) }
        }
    };
}

words! {
    /// The kind of an error: what the caller can do about it.
    ErrorKind {
        /// Fix the call: a missing, malformed or contradictory argument.
        InvalidArgument = 1, "invalid_argument";
        /// The platform does not offer this operation or argument.
        Unsupported = 2, "unsupported";
        /// Fix the private key.
        Key = 3, "key";
        /// Retry: no HTTP answer (DNS, connect, TLS, connection lost).
        Transport = 4, "transport";
        /// Retry or wait longer: the deadline passed.
        Timeout = 5, "timeout";
        /// The caller cancelled the call.
        Cancelled = 6, "cancelled";
        /// Fix the credentials: JWT rejected, key of another app, client secret wrong.
        Unauthorized = 7, "unauthorized";
        /// Ask an owner: suspended, permission not granted, repository outside the installation.
        Forbidden = 8, "forbidden";
        /// Install the app: no such installation.
        NotFound = 9, "not_found";
        /// Wait `retry_after`, then retry.
        RateLimited = 10, "rate_limited";
        /// Fix the request: the platform refused it and said why.
        Rejected = 11, "rejected";
        /// Send the user through authorization again: the code or refresh token is invalid.
        Reauthorize = 12, "reauthorize";
        /// Accept that the user declined.
        Denied = 13, "denied";
        /// Poll again after `retry_after`.
        Pending = 14, "pending";
        /// Retry later: the platform failed (5xx).
        Server = 15, "server";
        /// Report it: the answer makes no sense.
        Protocol = 16, "protocol";
        /// Check the token store: it failed.
        Store = 17, "store";
        /// Check the callback that you gave: it failed.
        Callback = 18, "callback";
        /// Report a bug in appmint: a caught panic.
        Internal = 19, "internal";
    }
}

words! {
    /// The reason of an error: a finer word beside the kind.
    Reason {
        /// The platform says that the JWT's times are wrong: a clock is off.
        ClockSkew = 1, "clock_skew";
        /// The JWT's signature does not match: the key belongs to another app.
        AppKeyMismatch = 2, "app_key_mismatch";
        /// The app has no public key on the platform yet.
        NoPublicKey = 3, "no_public_key";
        /// The platform knows no app with this id.
        AppNotFound = 4, "app_not_found";
        /// The token is unknown, expired or revoked.
        InvalidToken = 5, "invalid_token";
        /// The client id or client secret is wrong.
        InvalidClient = 6, "invalid_client";
        /// An owner suspended the installation.
        Suspended = 7, "suspended";
        /// The app is not installed there.
        NotInstalled = 8, "not_installed";
        /// The installation was not granted a permission.
        PermissionNotGranted = 9, "permission_not_granted";
        /// A repository is not part of the installation.
        RepositoryNotAccessible = 10, "repository_not_accessible";
        /// The quota of requests is used up.
        RateLimit = 11, "rate_limit";
        /// The authorization code is unknown, expired or already used.
        InvalidCode = 12, "invalid_code";
        /// The refresh token is unknown, expired or revoked.
        InvalidRefreshToken = 13, "invalid_refresh_token";
        /// A refresh was sent, and its answer never arrived.
        RotationInterrupted = 14, "rotation_interrupted";
        /// The callback's state differs from the authorization's.
        StateMismatch = 15, "state_mismatch";
        /// The redirect URI is not registered for the app.
        RedirectUriMismatch = 16, "redirect_uri_mismatch";
        /// The user declined the authorization.
        AccessDenied = 17, "access_denied";
        /// The text is something other than a private key.
        NotAPrivateKey = 18, "not_a_private_key";
        /// The key's text is cut off or damaged.
        DamagedKey = 19, "damaged_key";
        /// The key is encrypted, and no passphrase was given.
        PassphraseNeeded = 20, "passphrase_needed";
        /// The passphrase does not open the key.
        WrongPassphrase = 21, "wrong_passphrase";
        /// A private key, but not an RSA key of 2048 to 8192 bits.
        UnsuitableKey = 22, "unsuitable_key";
        /// The host's name did not resolve, or nothing answered there.
        Unreachable = 23, "unreachable";
        /// The TLS handshake failed.
        Tls = 24, "tls";
        /// The connection broke before the answer was complete.
        ConnectionLost = 25, "connection_lost";
        /// The reply is larger than its limit.
        BodyTooLarge = 26, "body_too_large";
        /// The reply is not the JSON it should be.
        NotJson = 27, "not_json";
        /// The reply lacks a member, or has one of the wrong form.
        MissingMember = 28, "missing_member";
        /// The reply's token had expired when it arrived.
        ExpiredOnArrival = 29, "expired_on_arrival";
        /// The platform answered with a redirect that is not followed.
        Redirect = 30, "redirect";
        /// No built-in platform has this name.
        UnknownPlatform = 31, "unknown_platform";
        /// The descriptor of a platform is not valid.
        InvalidDescriptor = 32, "invalid_descriptor";
        /// This operation needs a credential that the app was not given.
        MissingCredential = 33, "missing_credential";
        /// The URL is not on one of the platform's own hosts.
        ForeignHost = 34, "foreign_host";
        /// A webhook's signature is missing or does not match.
        InvalidSignature = 35, "invalid_signature";
        /// The store has no session of this name.
        NoSession = 36, "no_session";
        /// The person has not authorized the device yet.
        AuthorizationPending = 37, "authorization_pending";
        /// The device asks too often.
        SlowDown = 38, "slow_down";
        /// The device code expired before the login was completed.
        ExpiredDeviceCode = 39, "expired_device_code";
        /// The authorization was finished before, or began more than an hour ago.
        StaleAuthorization = 40, "stale_authorization";
        /// An object in the reply has a member twice.
        DuplicateMember = 41, "duplicate_member";
        /// The assertion that the app signed was refused.
        InvalidAssertion = 42, "invalid_assertion";
        /// The platform does not revoke tokens of this type, or the token is not a bearer token.
        UnsupportedTokenType = 43, "unsupported_token_type";
        /// The server's metadata belongs to another issuer.
        IssuerMismatch = 44, "issuer_mismatch";
        /// A record in the store is sealed with a key that the app was not given.
        WrongStoreKey = 45, "wrong_store_key";
        /// The host has no public address, and private ones are refused.
        PrivateAddress = 46, "private_address";
    }
}

/// An error: what failed, and what to do about it.
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
    date: Option<Timestamp>,
    /// Whether the same call must not be made again, because the code or refresh token that it sent may be
    /// spent.
    is_final: bool,
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
            date: None,
            is_final: false,
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

    /// The kind: what the caller can do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The finer reason, where one is known.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.0.reason
    }

    /// The message, without the hint.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The hint: what to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The HTTP status, if there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The platform's own error code, such as `bad_verification_code`.
    #[must_use]
    pub fn platform_code(&self) -> Option<&str> {
        self.0.platform_code.as_deref()
    }

    /// The platform's id of the request, to give to its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The wait before the next attempt, if the platform named one.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same call may work later without a change. An error after which the code or refresh
    /// token that the call sent may be spent is not retryable.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Pending, RateLimited, Server, Timeout, Transport};
        !self.0.is_final
            && matches!(self.kind(), Transport | Timeout | RateLimited | Pending | Server)
    }
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
