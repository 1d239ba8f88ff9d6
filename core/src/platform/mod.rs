//! A platform is data: a descriptor, and the hosts where the platform is reached.
//!
//! No code asks which platform it is. Every difference between platforms is a member of the
//! descriptor, and a descriptor given at run time is as good as a built-in one.
//!
//! `descriptor`, `oauth`, `operations`, `webhooks` and `errors` are the descriptor's parts, `validate` checks them, `hosts`
//! reads the host that a person names, `bases` keeps the API and the web pages together, `further` has the bases beside them, `route` chooses the credential that a path requires.
//! `reply` and `members` read a platform's replies, `expiry` judges when something in them expires. `refusal` makes an error of a refusal, whose words
//! `refusal_text` finds, and `accepted_permissions` reads which permissions were missing. `quota` reads how many
//! requests are left. `programs` is the platform as other programs know it, `features` the list of
//! what it offers. `secret_pattern` finds the platforms' secrets in a text.

mod accepted_permissions;
mod bases;
pub(crate) mod descriptor;
mod errors;
pub(crate) mod expiry;
mod features;
mod further;
mod hosts;
pub(crate) mod members;
pub(crate) mod oauth;
pub(crate) mod operations;
mod programs;
mod quota;
mod refusal;
mod refusal_text;
pub(crate) mod reply;
mod route;
mod secret_pattern;
mod validate;
mod webhooks;

use std::{fmt, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

pub use self::secret_pattern::secret_pattern;
use self::{
    descriptor::{Base, Descriptor, InstallationToken, Installations},
    further::Further,
    oauth::{Assertion, Authorize, ClientCredentials, Device, OAuth, TokenExchangeRules},
};
pub(crate) use self::{route::Route, validate::whole_url};
use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::{message::Request, transport::is_loopback},
};

/// The facts about a platform: its endpoints, their parameters, and the meaning of its replies.
#[derive(Clone)]
pub struct Platform {
    descriptor: Arc<Descriptor>,
    json: Arc<str>,
    api: Option<Url>,
    web: Option<Url>,
    further: Vec<Further>,
}

impl Platform {
    /// The names of the built-in platforms, one of which is the setting `platform`.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// The built-in platform of this name.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when there is none of this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::from_json(built_in(name).ok_or_else(|| unknown(name))?)
    }

    /// A platform described by JSON text; see `core/platforms` for examples.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument), and the message names the member that is
    /// wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let descriptor = validate::parse(json)?;
        let base = |member, url: &Option<String>| {
            url.as_deref().map(|url| validate::base_url(member, url)).transpose()
        };
        let api = base("hosts.api", &descriptor.hosts.api)?;
        let web = base("hosts.web", &descriptor.hosts.web)?;
        let descriptor = Arc::new(descriptor);
        Self { descriptor, json: json.into(), api, web, further: Vec::new() }.with_further()
    }

    /// The JSON text that the platform was made of.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The same platform with its API at another place, such as `https://test-api.atomgit.com`.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_api_url(mut self, url: &str) -> Result<Self> {
        self.api = Some(validate::base_url("api_url", url)?);
        self.with_further()
    }

    /// The same platform with its web pages at another place.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_web_url(mut self, url: &str) -> Result<Self> {
        self.web = Some(validate::base_url("web_url", url)?);
        Ok(self)
    }

    /// The platform's name, such as `github`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.descriptor.name
    }

    /// Its name for people, such as `AtomGit`.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.descriptor.display_name
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    pub(crate) fn installations(&self) -> Result<&Installations> {
        self.descriptor.installations.as_ref().ok_or_else(|| self.unsupported("installations"))
    }

    pub(crate) fn installation_token(&self) -> Result<&InstallationToken> {
        let block = self.descriptor.installation_token.as_ref();
        block.ok_or_else(|| self.unsupported("installation tokens"))
    }

    pub(crate) fn oauth(&self) -> Result<&OAuth> {
        self.descriptor.oauth.as_ref().ok_or_else(|| self.unsupported("OAuth"))
    }

    pub(crate) fn authorization(&self) -> Result<&Authorize> {
        let authorize = self.oauth()?.authorize.as_ref();
        authorize.ok_or_else(|| self.unsupported("authorization in a browser"))
    }

    pub(crate) fn assertion(&self) -> Result<&Assertion> {
        let assertion = self.oauth()?.assertion.as_ref();
        assertion.ok_or_else(|| self.unsupported("tokens for an assertion"))
    }

    pub(crate) fn client_credentials(&self) -> Result<&ClientCredentials> {
        let rules = self.oauth()?.client_credentials.as_ref();
        rules.ok_or_else(|| self.unsupported("tokens for the OAuth client"))
    }

    pub(crate) fn token_exchange(&self) -> Result<&TokenExchangeRules> {
        let rules = self.oauth()?.token_exchange.as_ref();
        rules.ok_or_else(|| self.unsupported("token exchange (RFC 8693)"))
    }

    pub(crate) fn device(&self) -> Result<&Device> {
        self.oauth()?.device.as_ref().ok_or_else(|| self.unsupported("login on another device"))
    }

    /// The name and the hosts, which tell two platforms of the same kind apart.
    pub(crate) fn identity(&self) -> String {
        let url = |url: &Option<Url>| url.as_ref().map(Url::to_string).unwrap_or_default();
        format!("{} {} {}", self.name(), url(&self.api), url(&self.web))
    }

    /// A list of the descriptor; an error if the platform does not offer it.
    pub(crate) fn offered<'a, T>(&self, part: &'a Option<T>, what: &str) -> Result<&'a T> {
        part.as_ref().ok_or_else(|| self.unsupported(&format!("a {what}")))
    }

    /// The places of a reply's members. A descriptor that has the operation has them, too.
    pub(crate) fn described<'a, T>(&self, members: &'a Option<T>) -> Result<&'a T> {
        members.as_ref().ok_or_else(|| self.unsupported("reading this answer"))
    }

    /// The error for an operation or argument that this platform does not offer.
    pub(crate) fn unsupported(&self, what: &str) -> Error {
        let name = self.display_name();
        Error::new(ErrorKind::Unsupported, format!("{name} does not offer {what}"))
    }

    /// An endpoint of the descriptor, with its variables filled in. A whole URL stands for itself.
    pub(crate) fn endpoint(
        &self,
        base: Base,
        path: &str,
        variables: &[(&str, &str)],
    ) -> Result<Url> {
        if path.contains("://") {
            return whole_url("endpoint", path);
        }
        let mut path = path.to_owned();
        for (name, value) in variables {
            path = path.replace(&format!("{{{name}}}"), &path_segment(name, value)?);
        }
        join(self.base(base)?, &path)
    }

    /// The URL of a caller's path, which is relative to the API or a URL on one of the platform's hosts.
    pub(crate) fn locate(&self, path: &str) -> Result<Url> {
        if path.contains(|c: char| c.is_control() || c == '\\' || c == ' ') {
            return Err(Error::invalid("the path has a space, a backslash or a control character")
                .advise("Percent-encode it."));
        }
        route::refuse_dot_segments(path)?;
        let url = if path.starts_with('/') && !path.starts_with("//") {
            let below_api = || join(self.base(Base::Api)?, path);
            self.further_url(path).unwrap_or_else(below_api)?
        } else {
            self.own_url(path)?
        };
        self.refuse_empty_segments(&url)?;
        Ok(url)
    }

    /// Refuses empty segments that change the credential: some servers read `/app//x` as `/app/x`.
    fn refuse_empty_segments(&self, url: &Url) -> Result<()> {
        let mut merged = url.clone();
        let segments = url.path().split('/').filter(|segment| !segment.is_empty());
        merged.set_path(&segments.collect::<Vec<_>>().join("/"));
        if self.route(url) == self.route(&merged) {
            return Ok(());
        }
        Err(Error::invalid("the path has an empty segment, and without it leads elsewhere")
            .advise("Write one slash between segments."))
    }

    /// The credential that a URL of the API requires.
    pub(crate) fn route(&self, url: &Url) -> Route {
        let Some(path) = self.path_in_api(url) else { return Route::Caller };
        Route::of(&self.descriptor.api.routes, path)
    }

    /// Whether a URL is below the API's base, and not elsewhere on the platform.
    pub(crate) fn is_of_api(&self, url: &Url) -> bool {
        self.path_in_api(url).is_some_and(|path| path.is_empty() || path.starts_with('/'))
    }

    /// A URL's path below the API's base; `None` for one elsewhere on the platform.
    fn path_in_api<'a>(&self, url: &'a Url) -> Option<&'a str> {
        let api = self.api.as_ref().filter(|api| api.origin() == url.origin())?;
        url.path().strip_prefix(api.path().trim_end_matches('/'))
    }

    fn own_url(&self, url: &str) -> Result<Url> {
        let url = Url::parse(url).map_err(|_| {
            Error::invalid("the path must begin with one /, or be a URL of the platform")
        })?;
        let own = self.all_bases().any(|base| base.origin() == url.origin());
        if own && url.username().is_empty() && url.password().is_none() {
            return Ok(url);
        }
        let host = url.host_str().unwrap_or("the URL's host");
        Err(Error::invalid(format!("{host} is not one of {}'s hosts", self.display_name()))
            .because(Reason::ForeignHost)
            .advise("A token is only sent to the platform that it belongs to."))
    }

    /// Adds the headers that the platform's API requires in every request.
    pub(crate) fn with_api_headers(&self, mut request: Request) -> Request {
        for (name, value) in &self.descriptor.api.headers {
            request.default_header(name, value);
        }
        request
    }

    /// Refuses hosts other than this machine that would be reached without TLS.
    pub(crate) fn refuse_plain_http(&self) -> Result<()> {
        let endpoints = self.descriptor.oauth.iter().flat_map(OAuth::endpoints);
        let endpoints = endpoints.filter_map(|(_, path)| Url::parse(path).ok());
        match self.all_bases().cloned().chain(endpoints).find(is_plain) {
            None => Ok(()),
            Some(url) => Err(Error::invalid(format!(
                "{url} is plain http, so the network can read every token"
            ))
            .advise("Use https, or set allow_plain_http if this network is private.")),
        }
    }

    /// Refuses a platform whose API host is not known.
    pub(crate) fn require_host(&self) -> Result<()> {
        self.base(Base::Api).map(drop)
    }

    fn bases(&self) -> impl Iterator<Item = &Url> {
        self.api.iter().chain(&self.web)
    }

    fn all_bases(&self) -> impl Iterator<Item = &Url> {
        self.bases().chain(self.further.iter().map(|further| &further.url))
    }

    fn base(&self, base: Base) -> Result<&Url> {
        let (url, setting) = match base {
            Base::Api => (&self.api, "api_url"),
            Base::Web => (&self.web, "web_url"),
        };
        url.as_ref().ok_or_else(|| {
            let name = self.display_name();
            Error::invalid(format!("{name} runs at a host of your own, and no host was given"))
                .because(Reason::MissingCredential)
                .advise(format!("Give host, or {setting}."))
        })
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("name", &self.name())
            .field("api", &self.api.as_ref().map(Url::as_str))
            .field("web", &self.web.as_ref().map(Url::as_str))
            .finish_non_exhaustive()
    }
}

/// Whether a host matches a pattern: `*` alone stands for any host, and elsewhere for one label.
fn is_match(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some(("", "")) => !name.is_empty(),
        Some((start, end)) => {
            let label = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            label.is_some_and(|label| !label.is_empty() && !label.contains('.'))
        }
    }
}

/// A URL below a base.
fn join(base: &Url, path: &str) -> Result<Url> {
    // A path alone changes no other part of the URL, so that those need not be read again.
    if path.starts_with('/') && !path.contains(['?', '#']) && base.query().is_none() {
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
        return Ok(url);
    }
    let text = format!("{}{path}", base.as_str().trim_end_matches('/'));
    match Url::parse(&text) {
        Ok(url) if url.origin() == base.origin() => Ok(url),
        _ => Err(Error::invalid("the path does not make a URL of the platform")),
    }
}

/// A value that stands between two slashes. A slash in it would address something else.
fn path_segment(name: &str, value: &str) -> Result<String> {
    let what = name.replace('_', " ");
    let problem = if value.is_empty() {
        "is empty"
    } else if matches!(value, "." | "..") || value.contains(['/', '\\', '?', '#', '%']) {
        "has characters of a path in it"
    } else if value.contains(|c: char| c.is_control() || c.is_whitespace()) {
        "has white space or control characters in it"
    } else {
        return Ok(utf8_percent_encode(value, SEGMENT).to_string());
    };
    Err(Error::invalid(format!("the {what} {problem}")))
}

fn is_plain(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

fn unknown(name: &str) -> Error {
    let known = Platform::names().join(", ");
    let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
    Error::invalid(format!("there is no built-in platform `{shown}`"))
        .because(Reason::UnknownPlatform)
        .advise(format!(
            "The built-in platforms are {known}; describe any other with a descriptor."
        ))
}

/// The descriptor of a built-in platform.
fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(candidate, _)| *candidate == name).map(|(_, json)| *json)
}

const BUILT_IN: &[(&str, &str)] = &[
    ("atomgit", include_str!("../../platforms/atomgit.json")),
    ("atomgit-v5", include_str!("../../platforms/atomgit-v5.json")),
    ("gitcode", include_str!("../../platforms/gitcode.json")),
    ("github", include_str!("../../platforms/github.json")),
    ("github-enterprise", include_str!("../../platforms/github-enterprise.json")),
    ("icr", include_str!("../../platforms/icr.json")),
];

/// RFC 3986 §3.3: what may stand in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests;
