//! Sends one request and returns the response, whatever its status.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, Read as _},
    time::Duration,
};

use once_cell::sync::OnceCell;
use reqwest::{Certificate, Proxy, blocking, redirect};
use url::{Host, Url};

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::message::{Body, Request, Response, check_header},
    secret::Secret,
    tasks::{Deadline, PerProcess},
};

/// Sends requests. [`HttpTransport`] is the default; another one may use the host program's own
/// HTTP client.
pub trait Transport: Send + Sync + fmt::Debug {
    /// The answer to a request, before the deadline.
    ///
    /// # Errors
    /// [`Transport`](ErrorKind::Transport) or [`Timeout`](ErrorKind::Timeout) when none came.
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response>;

    /// Closes idle connections and frees their buffers.
    fn close(&self) {}
}

/// Settings of the network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The URL of a proxy, instead of the environment's; empty for no proxy.
    pub proxy: Option<Secret>,
    /// PEM text of root certificates to trust beside the system's.
    pub root_certificates: Option<String>,
    /// The time to connect; default 10 s.
    pub connect_timeout: Option<Duration>,
    /// Text put before appmint's own `User-Agent`.
    pub user_agent: Option<String>,
}

/// HTTP over reqwest and rustls, with one pool of connections.
pub struct HttpTransport {
    proxy: ProxyChoice,
    roots: Vec<Certificate>,
    connect_timeout: Duration,
    user_agent: String,
    client: PerProcess<OnceCell<blocking::Client>>,
    /// For URLs on this machine, which never go through a proxy of the environment: plain http to
    /// this machine is allowed only because the request does not leave it.
    direct: PerProcess<OnceCell<blocking::Client>>,
}

enum ProxyChoice {
    Environment,
    None,
    Given(Box<Proxy>),
}

impl HttpTransport {
    /// Checks the settings. The first request opens the first connection.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) names the setting that cannot be used.
    pub fn new(network: &Network) -> Result<Self> {
        Ok(Self {
            proxy: proxy(network.proxy.as_ref())?,
            roots: roots(network.root_certificates.as_deref())?,
            connect_timeout: network.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            user_agent: user_agent(network.user_agent.as_deref())?,
            client: PerProcess::default(),
            direct: PerProcess::default(),
        })
    }

    fn client(&self, url: &Url) -> Result<blocking::Client> {
        if matches!(self.proxy, ProxyChoice::Environment) && is_loopback(url) {
            let direct = self.direct.get_or_default();
            return direct.get_or_try_init(|| self.open(&ProxyChoice::None)).cloned();
        }
        self.client.get_or_default().get_or_try_init(|| self.open(&self.proxy)).cloned()
    }

    fn open(&self, proxy: &ProxyChoice) -> Result<blocking::Client> {
        let builder = blocking::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(None)
            .connect_timeout(self.connect_timeout)
            .user_agent(&self.user_agent)
            .tls_certs_merge(self.roots.iter().cloned());
        let builder = match proxy {
            ProxyChoice::Environment => builder,
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::Given(proxy) => builder.no_proxy().proxy((**proxy).clone()),
        };
        builder.build().map_err(|error| {
            Error::new(ErrorKind::Transport, "the HTTP client could not be set up")
                .caused_by(error.without_url())
        })
    }

    fn send_once(&self, request: &Request, url: &Url, deadline: Deadline) -> Result<Response> {
        let outgoing = self.prepare(request, url, deadline)?;
        let mut incoming =
            outgoing.send().map_err(|error| failure(error, url, "no answer came"))?;
        let status = incoming.status().as_u16();
        let headers = readable_headers(incoming.headers());
        let body = read_body(&mut incoming, request.response_limit, url)
            .map_err(|error| error.with_status(status))?;
        Ok(Response { status, headers, body })
    }

    fn prepare(
        &self,
        request: &Request,
        url: &Url,
        deadline: Deadline,
    ) -> Result<blocking::RequestBuilder> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| Error::invalid("the method is not an HTTP method"))?;
        let mut outgoing =
            self.client(url)?.request(method, url.clone()).timeout(deadline.remaining());
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value);
        }
        if let Some(value) = &request.authorization {
            outgoing = outgoing.header("authorization", sensitive(value)?);
        }
        Ok(match &request.body {
            Body::None => outgoing,
            Body::Sensitive { media_type, text } => {
                outgoing.header("content-type", *media_type).body(text.reveal().to_owned())
            }
            Body::Bytes(bytes) => outgoing.body(bytes.clone()),
        })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_once(request, &url, deadline)?;
            match next_location(request, &url, &response) {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(Error::protocol(Reason::Redirect, format!("{} redirects too often", authority(&url))))
    }

    fn close(&self) {
        self.client.reset();
        self.direct.reset();
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

/// The target of a redirect that is safe to follow: of a GET, and on the same origin, so that the
/// credentials reach no other host.
fn next_location(request: &Request, url: &Url, response: &Response) -> Option<Url> {
    let follows = matches!(response.status, 301 | 302 | 303 | 307 | 308) && request.method == "GET";
    let next = url.join(response.header("location").filter(|_| follows)?).ok()?;
    (next.origin() == url.origin()).then_some(next)
}

fn proxy(url: Option<&Secret>) -> Result<ProxyChoice> {
    let Some(url) = url else { return Ok(ProxyChoice::Environment) };
    if url.is_empty() {
        return Ok(ProxyChoice::None);
    }
    let is_http = url.reveal().starts_with("http://") || url.reveal().starts_with("https://");
    let proxy = Proxy::all(url.reveal()).ok().filter(|_| is_http);
    proxy.map(|proxy| ProxyChoice::Given(Box::new(proxy))).ok_or_else(|| {
        Error::invalid("the proxy is not an http or https URL")
            .advise("Write it as http://user:password@host:port.")
    })
}

fn roots(pem: Option<&str>) -> Result<Vec<Certificate>> {
    let Some(pem) = pem else { return Ok(Vec::new()) };
    let unreadable = || {
        Error::invalid("root_certificates holds no certificate")
            .advise("Give PEM text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.")
    };
    let roots = Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| unreadable())?;
    if roots.is_empty() { Err(unreadable()) } else { Ok(roots) }
}

fn user_agent(before: Option<&str>) -> Result<String> {
    let own = concat!("appmint/", env!("CARGO_PKG_VERSION"));
    let Some(before) = before.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(own.to_owned());
    };
    check_header("user-agent", before)?;
    Ok(format!("{before} {own}"))
}

fn sensitive(value: &Secret) -> Result<reqwest::header::HeaderValue> {
    let mut header = reqwest::header::HeaderValue::from_str(value.reveal())
        .map_err(|_| Error::invalid("the credential has a character that a header cannot hold"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Headers with each name once; repeated fields are joined into one list (RFC 9110 §5.2).
fn readable_headers(headers: &reqwest::header::HeaderMap) -> Vec<(String, String)> {
    let values = |name| {
        let all = headers.get_all(name).iter();
        all.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(", ")
    };
    headers.keys().map(|name| (name.to_string(), values(name))).collect()
}

fn read_body(incoming: &mut blocking::Response, limit: usize, url: &Url) -> Result<Vec<u8>> {
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX); // no usize is wider
    if incoming.content_length().is_some_and(|length| length > limit_u64) {
        return Err(too_large(url, limit));
    }
    let mut body = Vec::new();
    incoming
        .take(limit_u64.saturating_add(1))
        .read_to_end(&mut body)
        .map_err(|error| interrupted(error, url))?;
    if body.len() > limit { Err(too_large(url, limit)) } else { Ok(body) }
}

fn too_large(url: &Url, limit: usize) -> Error {
    let message = format!("{} answered with more than {limit} bytes", authority(url));
    Error::protocol(Reason::BodyTooLarge, message)
}

fn interrupted(error: io::Error, url: &Url) -> Error {
    if error.kind() == io::ErrorKind::TimedOut || deepest(&error).contains("timed out") {
        return timed_out(url, "the answer was not complete").caused_by(error);
    }
    let message =
        format!("the connection to {} broke before the answer was complete", authority(url));
    Error::new(ErrorKind::Transport, message).because(Reason::ConnectionLost).caused_by(error)
}

fn failure(error: reqwest::Error, url: &Url, what: &str) -> Error {
    let error = error.without_url();
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

fn timed_out(url: &Url, what: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("{what} from {} before the deadline", authority(url)))
        .advise("Raise `timeout`, or try again: the platform or the network is slow.")
}

/// A URL's host and port, without the path, which may contain private names.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a URL's host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_REDIRECTS: usize = 3;
