//! The errors of a refresh that are not the platform's or the store's own.

use crate::error::{Error, ErrorKind, Reason};

pub(super) fn no_session() -> Error {
    Error::new(ErrorKind::Reauthorize, "there is no session of this name in the store")
        .because(Reason::NoSession)
        .advise("Send the user through authorization, and start a session with the token.")
}

pub(super) fn no_refresh_token() -> Error {
    Error::new(ErrorKind::Reauthorize, "the session's token has expired and has no refresh token")
        .because(Reason::InvalidRefreshToken)
        .advise("Send the user through authorization again.")
}

pub(super) fn session_ended(reason: Reason) -> Error {
    let message = match reason {
        Reason::RotationInterrupted => {
            "a refresh of this session was interrupted, so its refresh token may be spent"
        }
        _ => "the session's refresh token is invalid",
    };
    Error::new(ErrorKind::Reauthorize, message)
        .because(reason)
        .advise("Send the user through authorization again.")
}

pub(super) fn expired_on_arrival() -> Error {
    Error::new(ErrorKind::Protocol, "the session's new token has already expired")
        .because(Reason::ExpiredOnArrival)
        .advise("Compare this machine's clock with the platform's.")
}

pub(super) fn replaced() -> Error {
    Error::new(ErrorKind::Store, "the session was replaced while it was being refreshed")
        .advise("Call again: another process has replaced or ended the session.")
}

/// The error when another owner had the lock until the deadline. One that refreshes has written its intent.
pub(super) fn locked(is_being_refreshed: bool) -> Error {
    if is_being_refreshed {
        let message = "another process was refreshing the session until the deadline";
        return Error::new(ErrorKind::Timeout, message)
            .advise("Try again. If it happens often, the store or the platform is slow.");
    }
    let message =
        "the store's lock of the session was not free until the deadline, and no refresh has begun";
    Error::new(ErrorKind::Store, message)
        .advise("The store is slow, or it does not end the leases of locks.")
}

pub(super) fn no_time() -> Error {
    let message = "too little time was left to connect to the platform and refresh the session";
    Error::new(ErrorKind::Timeout, message)
        .advise("Try again, or raise `timeout`: the refresh token was not sent.")
}

pub(super) fn in_doubt() -> Error {
    let message = "an earlier refresh of this session has no known outcome yet, and its request may \
                   still be on its way";
    Error::new(ErrorKind::Timeout, message)
        .advise("Try again after `retry_after`: by then it is certain whether the session goes on.")
}

/// A result that the state machine cannot reach.
pub(super) fn no_result() -> Error {
    Error::new(ErrorKind::Internal, "a refresh ended without a token and without an error")
        .advise("This is a bug in appmint; please report it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_session_says_whether_its_refresh_token_is_known_to_be_spent() {
        let interrupted = session_ended(Reason::RotationInterrupted);
        assert!(interrupted.message().contains("was interrupted"), "{interrupted}");
        let refused = session_ended(Reason::InvalidRefreshToken);
        assert!(refused.message().contains("is invalid"), "{refused}");
    }
}
