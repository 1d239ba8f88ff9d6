//! Sends one request and returns the response, whatever its status.

use std::{fmt, sync::Arc, time::Duration};

use once_cell::sync::OnceCell;
use reqwest::{
    Method,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::{
        connections::Connections,
        failure::{Way, authority, no_thread, proxy_refused},
        fresh,
        message::{Body, Repeat, Request, Response, check_header},
        names::SystemAddresses,
        proxies::{Proxies, variable},
        public::{PublicAddresses, check_host},
        tls::Tls,
    },
    secret::Secret,
    tasks::{Deadline, Owned, PerProcess},
};

/// Sends requests. [`HttpTransport`] is the default; another one may use the host program's own
/// HTTP client.
pub trait Transport: Send + Sync + fmt::Debug {
    /// The answer to a request, before the deadline.
    ///
    /// # Errors
    /// [`Transport`](ErrorKind::Transport) or [`Timeout`](ErrorKind::Timeout) when none came. The reasons
    /// [`Unreachable`](Reason::Unreachable), [`Tls`](Reason::Tls) and
    /// [`ProxyAuthenticationRequired`](Reason::ProxyAuthenticationRequired) are a promise that not one byte of the
    /// request was read by the platform: a refresh token that such an error is about is sent again. A request with a
    /// [`send_by`](Request::send_by) must not be sent after that moment, and one whose
    /// [`repeat`](Request::repeat) is [`Never`](Repeat::Never) must not be sent a second time. A redirect is a
    /// response like any other, and must not be followed: it may lead the credentials elsewhere.
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response>;

    /// Closes idle connections and frees their buffers.
    fn close(&self) {}

    /// Called when a thread that sent requests ends, because there were none for a while: time to close a
    /// connection that is not needed any more.
    fn shrink(&self) {}
}

/// Settings of the network.
#[derive(Clone, Default)]
pub struct Network {
    /// The URL of a proxy, instead of the environment's; empty for no proxy. This machine is always
    /// reached without one.
    pub proxy: Option<Secret>,
    /// Root certificates to trust beside the system's: PEM, or the DER of one.
    pub root_certificates: Option<Vec<u8>>,
    /// The environment variable that names a file of further root certificates, by the custom of the
    /// program's language.
    pub certificates_variable: Option<&'static str>,
    /// The certificate that is shown to a server that wants one (mTLS), with those between it and its
    /// root: PEM, or the DER of one.
    pub client_certificate: Option<Vec<u8>>,
    /// The private key of that certificate: PEM or DER, not encrypted.
    pub client_key: Option<Zeroizing<Vec<u8>>>,
    /// The time to connect; default 10 s.
    pub connect_timeout: Option<Duration>,
    /// Text put before appmint's own `User-Agent`.
    pub user_agent: Option<String>,
    /// Refuses to connect to addresses that are not public; default no. No proxy is used then, because a
    /// proxy connects to addresses that are not seen here.
    pub refuse_private_addresses: bool,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("connect_timeout", &self.connect_timeout)
            .field("user_agent", &self.user_agent)
            .field("refuse_private_addresses", &self.refuse_private_addresses)
            .finish_non_exhaustive()
    }
}

/// HTTP over reqwest and rustls, with one pool of connections.
pub struct HttpTransport {
    proxy: ProxyChoice,
    tls: Tls,
    connect_timeout: Duration,
    user_agent: String,
    refuse_private_addresses: bool,
    clients: PerProcess<Clients>,
    /// For URLs on this machine, which never go through a proxy, given or the environment's: plain http
    /// to this machine is allowed only because the request does not leave it.
    direct: PerProcess<Clients>,
}

/// The HTTP clients of one way to the network.
#[derive(Default)]
struct Clients {
    kept: Connections,
    /// Of all its clients. The system's roots are read once.
    tls: OnceCell<rustls::ClientConfig>,
    /// Opens a connection for each request.
    fresh: OnceCell<reqwest::Client>,
}

enum ProxyChoice {
    /// That of the operating system's settings, where it has such settings.
    System,
    None,
    Named(Box<Proxies>),
}

impl HttpTransport {
    /// Checks the settings. The first request opens the first connection.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) names the setting that cannot be used.
    pub fn new(network: &Network) -> Result<Self> {
        let tls = Tls::new(network)?;
        tls.check()?;
        Ok(Self {
            proxy: proxy(network)?,
            tls,
            connect_timeout: network.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            user_agent: user_agent(network.user_agent.as_deref())?,
            refuse_private_addresses: network.refuse_private_addresses,
            clients: PerProcess::default(),
            direct: PerProcess::default(),
        })
    }

    fn clients(&self, url: &Url) -> (Arc<Owned<Clients>>, &ProxyChoice) {
        if is_loopback(url) {
            return (self.direct.get_or_default(), &ProxyChoice::None);
        }
        (self.clients.get_or_default(), &self.proxy)
    }

    fn builder(&self, clients: &Clients, proxy: &ProxyChoice) -> Result<reqwest::ClientBuilder> {
        let tls = clients.tls.get_or_try_init(|| self.tls.config())?;
        let builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            // A user agent replaces a folded line by a blank (RFC 9112 §5.2).
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_max_headers(MAX_FIELDS)
            .connect_timeout(self.connect_timeout)
            .user_agent(&self.user_agent)
            .tls_backend_preconfigured(tls.clone());
        let builder = if self.refuse_private_addresses {
            builder.dns_resolver(PublicAddresses)
        } else {
            builder.dns_resolver(SystemAddresses)
        };
        Ok(match proxy {
            ProxyChoice::System => builder,
            ProxyChoice::None => builder.no_proxy(),
            ProxyChoice::Named(proxies) => builder.no_proxy().proxy(proxies.rule()),
        })
    }

    /// The way of a request to its URL.
    fn way<'a>(&'a self, url: &'a Url) -> Way<'a> {
        let proxy = match &self.proxy {
            ProxyChoice::Named(proxies) if !is_loopback(url) => proxies.for_url(url),
            _ => None,
        };
        Way { url, proxy }
    }

    fn send_once(&self, request: &Request, url: &Url, deadline: Deadline) -> Result<Response> {
        if self.refuse_private_addresses {
            check_host(url)?;
        }
        let way = self.way(url);
        let outgoing = outgoing(request, url)?;
        let (clients, proxy) = self.clients(url);
        if request.repeat >= Repeat::Read {
            let open = || self.builder(&clients, proxy)?.build().map_err(no_client);
            return clients.kept.send(open, outgoing, request, &way, deadline);
        }
        let open = || {
            let builder = self.builder(&clients, proxy)?.pool_max_idle_per_host(0);
            builder.connector_layer(fresh::Watch).build().map_err(no_client)
        };
        let client = clients.fresh.get_or_try_init(open)?;
        fresh::send(client, outgoing, request, &way, deadline)
    }
}

/// A request as reqwest sends it.
fn outgoing(request: &Request, url: &Url) -> Result<reqwest::Request> {
    let (method, headers) = head(request)?;
    let mut outgoing = reqwest::Request::new(method, url.clone());
    *outgoing.headers_mut() = headers;
    *outgoing.body_mut() = body(request).map(Into::into);
    Ok(outgoing)
}

/// The method and the headers of a request.
fn head(request: &Request) -> Result<(Method, HeaderMap)> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| Error::invalid("the method is not an HTTP method"))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let invalid = || Error::invalid(format!("the header {name} cannot be sent"));
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        headers.append(parsed, HeaderValue::from_str(value).map_err(|_| invalid())?);
    }
    match &request.body {
        Body::Sensitive { media_type, .. } => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        // RFC 9110 §8.6; hyper leaves it out, and some servers then answer 411 (Length Required).
        Body::None if matches!(method, Method::POST | Method::PUT | Method::PATCH) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Body::None | Body::Bytes(_) => {}
    }
    if let Some(value) = &request.authorization {
        headers.insert(AUTHORIZATION, sensitive(value)?);
    }
    Ok((method, headers))
}

fn body(request: &Request) -> Option<Vec<u8>> {
    match &request.body {
        Body::None => None,
        Body::Sensitive { text, .. } => Some(text.reveal().as_bytes().to_owned()),
        Body::Bytes(bytes) => Some(bytes.clone()),
    }
}

fn no_client(error: reqwest::Error) -> Error {
    if let Some(cause) = no_thread(&error) {
        return cause;
    }
    Error::new(ErrorKind::Transport, "the HTTP client could not be set up")
        .caused_by(error.without_url())
}

impl Transport for HttpTransport {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_once(request, &url, deadline)?;
            if let Some(proxy) = self.way(&url).proxy.filter(|_| response.status == 407) {
                return Err(proxy_refused(proxy));
            }
            match next_location(request, &url, &response) {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(redirects_too_often(&url))
    }

    fn close(&self) {
        self.clients.reset();
        self.direct.reset();
    }

    fn shrink(&self) {
        self.clients.get_or_default().kept.shrink();
        self.direct.get_or_default().kept.shrink();
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
pub(super) fn next_location(request: &Request, url: &Url, response: &Response) -> Option<Url> {
    let follows = matches!(response.status, 301 | 302 | 303 | 307 | 308) && request.method == "GET";
    let next = url.join(location(response).filter(|_| follows)?).ok()?;
    (next.origin() == url.origin()).then_some(next)
}

/// The place that a redirect names. Two fields name two: the transport joins them, and no URI has a blank.
fn location(response: &Response) -> Option<&str> {
    let fields = response.headers.iter();
    let mut found = fields.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
    let (_, place) = found.next().filter(|(_, place)| !place.contains(", "))?;
    found.next().is_none().then_some(place)
}

pub(super) fn redirects_too_often(url: &Url) -> Error {
    Error::protocol(Reason::Redirect, format!("{} redirects too often", authority(url)))
}

fn proxy(network: &Network) -> Result<ProxyChoice> {
    let named = |proxies| ProxyChoice::Named(Box::new(proxies));
    let Some(url) = &network.proxy else {
        if network.refuse_private_addresses {
            return Ok(ProxyChoice::None);
        }
        let proxies = Proxies::of_environment(variable)?;
        return Ok(proxies.map_or(ProxyChoice::System, named));
    };
    if url.is_empty() {
        return Ok(ProxyChoice::None);
    }
    if network.refuse_private_addresses {
        return Err(Error::invalid("proxy and refuse_private_addresses exclude each other")
            .advise("The proxy decides which address it connects to: let it refuse those that are private."));
    }
    Proxies::given(url.reveal()).map(named)
}

/// The value of `User-Agent`: the program's text before appmint's own.
pub(super) fn user_agent(before: Option<&str>) -> Result<String> {
    let own = concat!("appmint/", env!("CARGO_PKG_VERSION"));
    let Some(before) = before.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(own.to_owned());
    };
    check_header("user-agent", before)?;
    Ok(format!("{before} {own}"))
}

fn sensitive(value: &Secret) -> Result<HeaderValue> {
    let mut header = HeaderValue::from_str(value.reveal())
        .map_err(|_| Error::invalid("the credential has a character that a header cannot hold"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Headers with each name once; repeated fields are joined into one list (RFC 9110 §5.2).
pub(super) fn readable_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let values = |name| {
        let all = headers.get_all(name).iter();
        all.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(", ")
    };
    headers.keys().map(|name| (name.to_string(), values(name))).collect()
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

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Gateways in a row add fields of their own; hyper allows 100.
const MAX_FIELDS: usize = 400;
pub(super) const MAX_REDIRECTS: usize = 3;
