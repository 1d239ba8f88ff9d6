//! Proofs: of a failed request that spends the code or refresh token that it sends, or writes something,
//! an error may prove that nothing was done.

use super::PlatformClient;
use crate::error::{Error, ErrorKind, Reason};

/// The proof that an error gives about the code or refresh token of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not one byte of it was sent.
    NotSent,
    /// The platform answered and did not carry the request out.
    NotCarriedOut,
    /// None: it may be spent.
    None,
}

impl PlatformClient {
    /// The proof that an error of a refresh or a code exchange gives.
    pub(crate) fn proof_of(&self, error: &Error) -> Proof {
        let oauth = self.platform().oauth();
        let unspent = oauth.map_or(&[][..], |oauth| &oauth.refresh.unspent_statuses);
        proof_of(error, unspent)
    }

    /// The error of a refresh for a caller of its own: where refresh tokens rotate, it is not retryable
    /// unless it proves that nothing was spent.
    pub(crate) fn classify_refresh(&self, error: Error) -> Error {
        let rotates = self.platform().oauth().is_ok_and(|oauth| oauth.refresh.rotates);
        if rotates { self.classify(error, "refresh token") } else { error }
    }

    /// The error of a request that spends what it sends: it is not retryable unless it proves that
    /// nothing was spent.
    pub(crate) fn classify(&self, error: Error, spent: &str) -> Error {
        self.final_unless_proven(error, || {
            format!(
                "The {spent} may be spent: do not send it again, but send the user through authorization."
            )
        })
    }

    /// The error of a caller's write: it is not retryable unless it proves that nothing was done.
    pub(crate) fn classify_write(&self, error: Error) -> Error {
        self.final_unless_proven(error, || {
            "The request may have been carried out: look before you make it again.".to_owned()
        })
    }

    fn final_unless_proven(&self, error: Error, hint: impl FnOnce() -> String) -> Error {
        if !error.is_retryable() || self.proof_of(&error) != Proof::None {
            return error;
        }
        error.final_for_caller().advise(hint())
    }
}

fn proof_of(error: &Error, unspent_statuses: &[u16]) -> Proof {
    match (error.kind(), error.reason()) {
        // Nothing answered there, TLS was not agreed upon, or the connection was closed or the deadline
        // over before the request was written.
        (
            ErrorKind::Transport | ErrorKind::Timeout,
            Some(Reason::Unreachable | Reason::Tls | Reason::ProxyAuthenticationRequired),
        ) => Proof::NotSent,
        // A failure here, before there is a request.
        (
            ErrorKind::InvalidArgument
            | ErrorKind::Unsupported
            | ErrorKind::Key
            | ErrorKind::Callback
            | ErrorKind::ResourceExhausted
            | ErrorKind::Cancelled,
            _,
        ) => Proof::NotSent,
        (ErrorKind::Server, _)
            if error.status().is_some_and(|it| unspent_statuses.contains(&it)) =>
        {
            Proof::NotCarriedOut
        }
        // A server that redirects did nothing else.
        (ErrorKind::Protocol, Some(Reason::Redirect)) => Proof::NotCarriedOut,
        // A gateway says 502, 503 or 504 of a server behind it that broke off before its work or after,
        // and a server that failed (500) may have done its work before that.
        (
            ErrorKind::Server
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::Protocol
            | ErrorKind::Internal,
            _,
        ) => Proof::None,
        _ => Proof::NotCarriedOut,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, reason: Option<Reason>) -> Error {
        let error = Error::new(kind, "x");
        match reason {
            Some(reason) => error.because(reason),
            None => error,
        }
    }

    #[test]
    fn a_missing_connection_and_a_refusal_are_proofs() {
        for (kind, reason, expected) in [
            (ErrorKind::Transport, Some(Reason::Unreachable), Proof::NotSent),
            (ErrorKind::Timeout, Some(Reason::Unreachable), Proof::NotSent),
            (ErrorKind::Transport, Some(Reason::Tls), Proof::NotSent),
            (ErrorKind::Callback, None, Proof::NotSent),
            (ErrorKind::ResourceExhausted, None, Proof::NotSent),
            (ErrorKind::Transport, Some(Reason::ConnectionLost), Proof::None),
            (ErrorKind::Protocol, Some(Reason::Redirect), Proof::NotCarriedOut),
            (ErrorKind::Protocol, Some(Reason::NotJson), Proof::None),
            (ErrorKind::Timeout, None, Proof::None),
            (ErrorKind::RateLimited, None, Proof::NotCarriedOut),
            (ErrorKind::Reauthorize, Some(Reason::InvalidRefreshToken), Proof::NotCarriedOut),
        ] {
            assert_eq!(proof_of(&error(kind, reason), &[]), expected, "{kind:?} {reason:?}");
        }
    }

    #[test]
    fn no_status_of_a_failed_server_is_a_proof_unless_the_descriptor_says_so() {
        for status in [500, 502, 503, 504] {
            let error = Error::new(ErrorKind::Server, "x").with_status(status);
            assert_eq!(proof_of(&error, &[]), Proof::None, "{status}");
            assert_eq!(proof_of(&error, &[status]), Proof::NotCarriedOut, "{status}");
        }
    }
}
