//! The errors of a request that got no answer.

use std::{error::Error as StdError, io};

use url::{Host, Url};

use crate::{
    error::{Error, ErrorKind, Reason, is_exhausted, resource_exhausted},
    http::{
        public::{NotPublic, not_public},
        tls_failure::{ends_handshake, tls_failure},
    },
};

/// The way of a request: to its URL, perhaps through a proxy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    pub(super) url: &'a Url,
    pub(super) proxy: Option<&'a Url>,
}

pub(super) fn failure(error: reqwest::Error, way: &Way<'_>, what: &str) -> Error {
    let error = error.without_url();
    if chain(&error).any(<Layer>::is::<NotPublic>) {
        return not_public(way.url);
    }
    if let Some(exhausted) = chain(&error).find_map(exhausted) {
        return exhausted;
    }
    if let Some(cause) = tls_cause(&error)
        && (error.is_connect() || ends_handshake(cause))
    {
        return tls_failure(&peer_of_handshake(&error, way), cause);
    }
    if error.is_connect() {
        return unreachable(error, way);
    }
    let (authority, why) = (authority(way.url), deepest(&error));
    if is_unsent(&error) {
        let message = format!("{authority} closed the connection before the request was written");
        return Error::new(ErrorKind::Transport, message)
            .because(Reason::Unreachable)
            .caused_by(error);
    }
    if error.is_timeout() {
        return timed_out(way.url, what).caused_by(error);
    }
    if error.is_builder() {
        return Error::invalid(format!("the request to {authority} cannot be sent: {why}"));
    }
    Error::new(ErrorKind::Transport, format!("the connection to {authority} broke: {why}"))
        .because(Reason::ConnectionLost)
        .caused_by(error)
}

/// The error of a connection that was not made.
fn unreachable(error: reqwest::Error, way: &Way<'_>) -> Error {
    if let Some(proxy) = way.proxy {
        return proxy_failure(error, way.url, proxy);
    }
    let message = format!("cannot reach {}: {}", authority(way.url), deepest(&error));
    Error::new(ErrorKind::Transport, message).because(Reason::Unreachable).caused_by(error)
}

fn proxy_failure(error: reqwest::Error, url: &Url, proxy: &Url) -> Error {
    let says = |text: &str| chain(&error).any(|layer| layer.to_string().contains(text));
    if REFUSED_BY_PROXY.into_iter().any(says) {
        return proxy_refused(proxy).caused_by(error);
    }
    let (target, place, why) = (authority(url), authority(proxy), deepest(&error));
    // These versions have the program look names up. The proxy's own name may be the one that is unknown.
    let asks_for_addresses = matches!(proxy.scheme(), "socks4" | "socks5");
    let has_address = Host::parse(proxy.host_str().unwrap_or_default())
        .is_ok_and(|host| !matches!(host, Host::Domain(_)));
    if asks_for_addresses && has_address && why.contains(UNKNOWN_NAME) {
        let message = format!("the address of {target} is not known on this machine: {why}");
        return Error::new(ErrorKind::Transport, message)
            .because(Reason::Unreachable)
            .advise("With socks5h:// (or socks4a://) in its URL the proxy looks the name up.")
            .caused_by(error);
    }
    let message = if says("tunnel error: unsuccessful") {
        format!("the proxy {place} refused to connect to {target}")
    } else if says("tunnel error: unexpected end of file") {
        format!("the proxy {place} hung up instead of connecting to {target}")
    } else if error.is_timeout() {
        format!("the proxy {place} did not connect to {target} in time")
    } else if says("SOCKS error: ") && !says("underlying connection") {
        format!("the proxy {place} did not connect to {target}: {why}")
    } else {
        format!("cannot reach the proxy {place}: {why}")
    };
    Error::new(ErrorKind::Transport, message)
        .because(Reason::Unreachable)
        .advise("Check the proxy, or name the host in NO_PROXY if it is reached without one.")
        .caused_by(error)
}

/// The beginning of every error of `getaddrinfo`, in the words of the standard library.
const UNKNOWN_NAME: &str = "failed to lookup address information";

/// The error of a proxy that wants a password, or another one (RFC 9110 §15.5.8).
pub(super) fn proxy_refused(proxy: &Url) -> Error {
    let place = authority(proxy);
    let message = match proxy.password() {
        Some(_) => format!("the proxy {place} refused the user name or the password (407)"),
        None => format!("the proxy {place} wants a user name and a password (407)"),
    };
    Error::new(ErrorKind::Transport, message)
        .because(Reason::ProxyAuthenticationRequired)
        .advise("Give them in the proxy's URL: http://user:password@host:port, percent-encoded.")
}

/// The other side of a handshake: a proxy may be reached over TLS, too.
fn peer_of_handshake(error: &reqwest::Error, way: &Way<'_>) -> String {
    let is_in_tunnel = || chain(error).any(|layer| layer.to_string().starts_with("tunnel error: "));
    match way.proxy {
        Some(proxy) if way.url.scheme() == "http" || is_in_tunnel() => {
            format!("the proxy {}", authority(proxy))
        }
        _ => authority(way.url),
    }
}

/// The error of a machine that has nothing left to open a connection with.
fn exhausted(layer: &Layer) -> Option<Error> {
    let error = layer.downcast_ref::<io::Error>()?;
    is_exhausted(error).then(|| resource_exhausted("no connection could be opened", error))
}

/// The error of an HTTP client whose thread the operating system refused.
pub(super) fn no_thread(error: &reqwest::Error) -> Option<Error> {
    let cause = chain(error).find_map(|layer| layer.downcast_ref::<io::Error>())?;
    let is_refused = is_exhausted(cause) || cause.kind() == io::ErrorKind::WouldBlock;
    is_refused.then(|| resource_exhausted("the HTTP client could not be started", cause))
}

pub(super) fn no_runtime(error: io::Error) -> Error {
    if is_exhausted(&error) {
        return resource_exhausted("no connection could be opened", &error);
    }
    Error::new(ErrorKind::Transport, "no connection could be opened")
        .because(Reason::Unreachable)
        .caused_by(error)
}

pub(super) fn timed_out(url: &Url, what: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("{what} from {} before the deadline", authority(url)))
        .advise("Raise `timeout`, or try again: the platform or the network is slow.")
}

/// The error of a deadline that passed before there was a connection: nothing was sent.
pub(super) fn not_connected(way: &Way<'_>) -> Error {
    let through = way.proxy.map(|proxy| format!(" through the proxy {}", authority(proxy)));
    let through = through.unwrap_or_default();
    let message = format!("no connection to {}{through} before the deadline", authority(way.url));
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

fn tls_cause(error: &reqwest::Error) -> Option<&rustls::Error> {
    chain(error).find_map(<Layer>::downcast_ref)
}

/// The words of hyper-util for a proxy that refuses a password: one over HTTP, and one over SOCKS 5 (RFC 1929).
const REFUSED_BY_PROXY: [&str; 3] = [
    "tunnel error: proxy authorization required",
    "credentials not accepted",
    "does not support user/pass authentication",
];
