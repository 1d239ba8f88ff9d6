//! The errors of a request that got no answer.

use std::{error::Error as StdError, io};

use url::Url;

use crate::{
    error::{Error, ErrorKind, Reason},
    http::public::{NotPublic, not_public},
};

pub(super) fn interrupted(error: io::Error, url: &Url) -> Error {
    if error.kind() == io::ErrorKind::TimedOut || deepest(&error).contains("timed out") {
        return timed_out(url, "the answer was not complete").caused_by(error);
    }
    let message =
        format!("the connection to {} broke before the answer was complete", authority(url));
    Error::new(ErrorKind::Transport, message).because(Reason::ConnectionLost).caused_by(error)
}

pub(super) fn failure(error: reqwest::Error, url: &Url, what: &str) -> Error {
    let error = error.without_url();
    if chain(&error).any(<Layer>::is::<NotPublic>) {
        return not_public(url);
    }
    let (authority, why) = (authority(url), deepest(&error));
    if is_tls(&error) && error.is_connect() {
        return Error::new(ErrorKind::Transport, format!("TLS with {authority} failed: {why}"))
            .because(Reason::Tls)
            .advise("If the host uses a company's own certificate authority, give it as root_certificates.")
            .caused_by(error);
    }
    if error.is_connect() {
        return Error::new(ErrorKind::Transport, format!("cannot reach {authority}: {why}"))
            .because(Reason::Unreachable)
            .caused_by(error);
    }
    if is_unsent(&error) {
        let message = format!("{authority} closed the connection before the request was written");
        return Error::new(ErrorKind::Transport, message)
            .because(Reason::Unreachable)
            .caused_by(error);
    }
    if error.is_timeout() {
        return timed_out(url, what).caused_by(error);
    }
    if error.is_builder() {
        return Error::invalid(format!("the request to {authority} cannot be sent: {why}"));
    }
    Error::new(ErrorKind::Transport, format!("the connection to {authority} broke: {why}"))
        .because(Reason::ConnectionLost)
        .caused_by(error)
}

pub(super) fn timed_out(url: &Url, what: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("{what} from {} before the deadline", authority(url)))
        .advise("Raise `timeout`, or try again: the platform or the network is slow.")
}

/// The error of a deadline that passed before there was a connection: nothing was sent.
pub(super) fn not_connected(url: &Url) -> Error {
    let message = format!("no connection to {} before the deadline", authority(url));
    Error::new(ErrorKind::Timeout, message)
        .because(Reason::Unreachable)
        .advise("Raise `timeout`, or try again: the platform or the network is slow.")
}

/// Whether hyper says of a request that not one byte of it was written.
fn is_unsent(error: &reqwest::Error) -> bool {
    let of_hyper = |layer: &Layer| layer.downcast_ref().is_some_and(hyper::Error::is_canceled);
    chain(error).any(of_hyper)
}

pub(super) fn too_large(url: &Url, limit: usize) -> Error {
    let message = format!("{} answered with more than {limit} bytes", authority(url));
    Error::protocol(Reason::BodyTooLarge, message)
}

/// A URL's host and port, without the path, which may contain private names.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn chain<'a>(error: &'a Layer) -> impl Iterator<Item = &'a Layer> {
    std::iter::successors(Some(error), |error: &&'a Layer| beneath(*error))
}

/// `io::Error` leaves out the error it wraps and names that one's source.
fn beneath(error: &Layer) -> Option<&Layer> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

type Layer = dyn StdError + 'static;

fn deepest(error: &Layer) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn is_tls(error: &reqwest::Error) -> bool {
    chain(error).any(<Layer>::is::<rustls::Error>)
}
