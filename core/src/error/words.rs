//! The kinds and the reasons of errors, with the numbers and names that every surface shows.

use std::fmt;

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
        /// Fix the call: an argument is missing, malformed, or contradicts another.
        InvalidArgument = 1, "invalid_argument";
        /// Do without it: the platform does not offer this operation or argument.
        Unsupported = 2, "unsupported";
        /// Fix the private key: it cannot be used, and the reason says why.
        Key = 3, "key";
        /// Try again: there was no HTTP response (DNS, connect, TLS, or the connection was lost).
        Transport = 4, "transport";
        /// Try again, or allow more time: the time of the call or of its caller was over.
        Timeout = 5, "timeout";
        /// Do nothing: the program cancelled the call.
        Cancelled = 6, "cancelled";
        /// Fix the credentials: the platform refused the JWT, the key, the client secret or the
        /// token.
        Unauthorized = 7, "unauthorized";
        /// Ask an owner: the installation is suspended, a permission is not granted, or a
        /// repository is not part of it.
        Forbidden = 8, "forbidden";
        /// Install the app, or check the name: there is no such installation or object.
        NotFound = 9, "not_found";
        /// Wait for `retry_after`, then try again: the quota of requests is used up.
        RateLimited = 10, "rate_limited";
        /// Fix the request: the platform refused it and said why.
        Rejected = 11, "rejected";
        /// Let the user authorize the app again: the authorization, the code or the refresh token
        /// is not valid any more.
        Reauthorize = 12, "reauthorize";
        /// Accept that the user declined.
        Denied = 13, "denied";
        /// Ask again after `retry_after`: somebody has not finished.
        Pending = 14, "pending";
        /// Try again later: the platform failed (5xx).
        Server = 15, "server";
        /// Report it to the platform: its response cannot be understood.
        Protocol = 16, "protocol";
        /// Look after the token store: it failed.
        Store = 17, "store";
        /// Fix the callback that you gave: it failed.
        Callback = 18, "callback";
        /// Report it: this is a bug in appmint.
        Internal = 19, "internal";
        /// Try again later: this machine has no thread, file descriptor or memory left.
        ResourceExhausted = 20, "resource_exhausted";
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
        /// A refresh was sent, and its response never arrived.
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
        /// It is a private key, but not an RSA key of 2048 to 8192 bits.
        UnsuitableKey = 22, "unsuitable_key";
        /// The host's name did not resolve, or nothing answered there.
        Unreachable = 23, "unreachable";
        /// The TLS handshake failed.
        Tls = 24, "tls";
        /// The connection broke before the response was complete.
        ConnectionLost = 25, "connection_lost";
        /// The response is larger than its limit.
        BodyTooLarge = 26, "body_too_large";
        /// The response is not the JSON that it should be.
        NotJson = 27, "not_json";
        /// The response lacks a member, or has one of the wrong form.
        MissingMember = 28, "missing_member";
        /// The response's token had expired when it arrived.
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
        /// The user has not authorized the device yet.
        AuthorizationPending = 37, "authorization_pending";
        /// The device asks too often.
        SlowDown = 38, "slow_down";
        /// The device code expired before the login was completed.
        ExpiredDeviceCode = 39, "expired_device_code";
        /// The authorization was finished before, or began more than an hour ago.
        StaleAuthorization = 40, "stale_authorization";
        /// An object in the response has a member twice.
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
        /// The proxy wants a user name and a password, or refused those it was given.
        ProxyAuthenticationRequired = 47, "proxy_authentication_required";
        /// A person asked for the installation, which an owner of the account must approve.
        InstallationRequested = 48, "installation_requested";
    }
}
