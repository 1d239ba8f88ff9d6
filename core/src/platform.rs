//! A platform is data: a descriptor, and the hosts it is spoken to at.
//!
//! No code asks which platform it is. What differs between platforms is a member of
//! the descriptor, and a descriptor given at run time is as good as a built-in one.

pub(crate) mod descriptor;
pub(crate) mod oauth;
pub(crate) mod operations;
mod route;
mod validate;

use std::{fmt, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use self::{
    descriptor::{Base, Descriptor, InstallationToken, Installations},
    oauth::{Assertion, Authorize, Device, OAuth},
};
pub(crate) use self::{route::Route, validate::whole_url};
use crate::error::{Error, ErrorKind, Reason, Result};

/// Where a platform's endpoints are, what they accept, and what their answers mean.
#[derive(Clone)]
pub struct Platform {
    descriptor: Arc<Descriptor>,
    json: Arc<str>,
    api: Option<Url>,
    web: Option<Url>,
}

impl Platform {
    /// The names of the built-in platforms.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        BUILT_IN.iter().map(|(name, _)| *name).collect()
    }

    /// A built-in platform.
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
        Ok(Self { descriptor: Arc::new(descriptor), json: json.into(), api, web })
    }

    /// What [`from_json`](Self::from_json) made it of.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The same platform at a host of its own: `git.corp.example`, `git.corp.example:8443` or
    /// `http://git.corp.example`.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) when the platform is at known hosts only.
    pub fn with_host(mut self, host: &str) -> Result<Self> {
        let (scheme, name) = host.split_once("://").unwrap_or(("https", host));
        let name = name.trim_end_matches('/').to_ascii_lowercase();
        if name.is_empty() {
            return Err(Error::invalid("the host is empty"));
        }
        if name.contains(['/', '?', '#', '@', '\\']) {
            return Err(Error::invalid("the host is not a host's name")
                .advise("Give `git.corp.example`, or a whole base as api_url and web_url."));
        }
        let rules = &self.descriptor.hosts.at;
        let rule = rules.iter().find(|rule| is_match(&rule.host, &name));
        let rule = rule.ok_or_else(|| self.unsupported(&format!("the host `{name}`")))?;
        let fill = |text: &str| text.replace("{scheme}", scheme).replace("{host}", &name);
        self.api = Some(validate::base_url("host", &fill(&rule.api))?);
        self.web = Some(validate::base_url("host", &fill(&rule.web))?);
        Ok(self)
    }

    /// The same platform with its API at another place, such as `https://test-api.atomgit.com`.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_api_url(mut self, url: &str) -> Result<Self> {
        self.api = Some(validate::base_url("api_url", url)?);
        Ok(self)
    }

    /// The same platform with its web pages at another place.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_web_url(mut self, url: &str) -> Result<Self> {
        self.web = Some(validate::base_url("web_url", url)?);
        Ok(self)
    }

    /// Its short name, such as `atomgit`.
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

    pub(crate) fn device(&self) -> Result<&Device> {
        self.oauth()?.device.as_ref().ok_or_else(|| self.unsupported("login on another device"))
    }

    /// Where the platform is spoken to, which tells two of the same kind apart.
    pub(crate) fn place(&self) -> String {
        let url = |url: &Option<Url>| url.as_ref().map(Url::to_string).unwrap_or_default();
        format!("{} {} {}", self.name(), url(&self.api), url(&self.web))
    }

    /// A part of the descriptor, if the platform offers it.
    pub(crate) fn offered<'a, T>(&self, part: &'a Option<T>, what: &str) -> Result<&'a T> {
        part.as_ref().ok_or_else(|| self.unsupported(&format!("a {what}")))
    }

    /// Where an answer's members stand, which a descriptor with the operation also says.
    pub(crate) fn described<'a, T>(&self, members: &'a Option<T>) -> Result<&'a T> {
        members.as_ref().ok_or_else(|| self.unsupported("reading this answer"))
    }

    /// What `what` is not offered by this platform.
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

    /// Where a caller's path leads: relative to the API, or absolute on an own host.
    pub(crate) fn locate(&self, path: &str) -> Result<Url> {
        if path.contains(|c: char| c.is_control() || c == '\\' || c == ' ') {
            return Err(Error::invalid("the path has a space, a backslash or a control character")
                .advise("Percent-encode it."));
        }
        if path.starts_with('/') && !path.starts_with("//") {
            return join(self.base(Base::Api)?, path);
        }
        self.own_url(path)
    }

    /// Which credential a call of the API wants, whoever makes it.
    pub(crate) fn route(&self, url: &Url) -> Route {
        let Some(path) = self.path_in_api(url) else { return Route::Caller };
        Route::of(&self.descriptor.api.routes, path)
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
        let own = self.bases().any(|base| base.origin() == url.origin());
        if own && url.username().is_empty() && url.password().is_none() {
            return Ok(url);
        }
        let place = url.host_str().unwrap_or("that place");
        Err(Error::invalid(format!("{place} is not one of {}'s hosts", self.display_name()))
            .because(Reason::ForeignHost)
            .advise("A token is only sent to the platform that it belongs to."))
    }

    /// Refuses hosts that would be spoken to without TLS, other than this machine.
    pub(crate) fn refuse_plain_http(&self) -> Result<()> {
        let endpoints = self.descriptor.oauth.iter().flat_map(OAuth::endpoints);
        let endpoints = endpoints.filter_map(|(_, path)| Url::parse(path).ok());
        match self.bases().cloned().chain(endpoints).find(is_plain) {
            None => Ok(()),
            Some(url) => Err(Error::invalid(format!(
                "{url} is plain http, which shows every token to the network"
            ))
            .advise("Use https, or set allow_plain_http if this network is private.")),
        }
    }

    /// Refuses a platform of which no API host is known.
    pub(crate) fn require_host(&self) -> Result<()> {
        self.base(Base::Api).map(drop)
    }

    fn bases(&self) -> impl Iterator<Item = &Url> {
        self.api.iter().chain(&self.web)
    }

    fn base(&self, base: Base) -> Result<&Url> {
        let (url, setting) = match base {
            Base::Api => (&self.api, "api_url"),
            Base::Web => (&self.web, "web_url"),
        };
        url.as_ref().ok_or_else(|| {
            let name = self.display_name();
            Error::invalid(format!("{name} is at a host of your own, which was not given"))
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

/// Whether a name fits a pattern with at most one `*`, which stands for one or more characters.
fn is_match(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => {
            name.len() > start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

fn join(base: &Url, path: &str) -> Result<Url> {
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

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn unknown(name: &str) -> Error {
    let known = Platform::names().join(", ");
    let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
    Error::invalid(format!("there is no built-in platform `{shown}`"))
        .because(Reason::UnknownPlatform)
        .advise(format!("There is {known}; any other can be given as a descriptor."))
}

/// The descriptor of a built-in platform.
fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(candidate, _)| *candidate == name).map(|(_, json)| *json)
}

const BUILT_IN: &[(&str, &str)] = &[
    ("atomgit", include_str!("../platforms/atomgit.json")),
    ("gitcode", include_str!("../platforms/gitcode.json")),
    ("github", include_str!("../platforms/github.json")),
    ("github-enterprise", include_str!("../platforms/github-enterprise.json")),
    ("icr", include_str!("../platforms/icr.json")),
];

/// RFC 3986 §3.3: what may stand in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    fn atomgit() -> Platform {
        Platform::named("atomgit").unwrap()
    }

    #[test]
    fn every_built_in_descriptor_is_valid_and_named_as_its_file() {
        for name in Platform::names() {
            assert_eq!(Platform::named(name).unwrap().name(), name);
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = Platform::named("atomgot").unwrap_err();
        assert_eq!(error.reason(), Some(Reason::UnknownPlatform));
        assert!(error.to_string().contains("atomgit"));
    }

    #[test]
    fn a_base_url_may_have_a_path_and_a_slash() {
        let platform = atomgit().with_api_url("https://git.corp.example/api/v3/").unwrap();
        assert_eq!(
            platform.locate("/app?x=1").unwrap().as_str(),
            "https://git.corp.example/api/v3/app?x=1"
        );
    }

    #[test]
    fn a_path_decides_who_asks() {
        let ghes = Platform::named("github-enterprise").unwrap().with_host("git.corp.example");
        let ghes = ghes.unwrap();
        let route = |path| ghes.route(&ghes.locate(path).unwrap());
        assert_eq!(route("/app/installations?page=2"), Route::App);
        assert_eq!(route("/ORGS/acme/installation/"), Route::App);
        assert_eq!(route("https://git.corp.example/api/v3/app"), Route::App);
        assert_eq!(route("/applications/Iv1.a/token"), Route::Client);
        assert_eq!(route("/orgs/acme/installations"), Route::Caller);
        assert_eq!(route("/repos/acme/app"), Route::Caller);
        assert_eq!(route("https://git.corp.example/app"), Route::Caller);
    }

    #[test]
    fn a_host_decides_where_the_platform_is() {
        let at = |name, host| {
            let platform = Platform::named(name).unwrap().with_host(host)?;
            let bases: Vec<_> = platform.bases().map(ToString::to_string).collect();
            Ok::<_, Error>(bases.join(" "))
        };
        assert_eq!(
            at("github", "Acme.ghe.com").unwrap(),
            "https://api.acme.ghe.com/ https://acme.ghe.com/"
        );
        let own = at("github-enterprise", "http://git.corp.example:8080/").unwrap();
        assert_eq!(own, "http://git.corp.example:8080/api/v3 http://git.corp.example:8080/");
        assert_eq!(at("github", "git.corp.example").unwrap_err().kind(), ErrorKind::Unsupported);
        for bad in ["a/b", "user@host", "host?x", "ftp://host", ""] {
            assert!(at("github-enterprise", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_platform_without_a_host_asks_for_one() {
        let error = Platform::named("github-enterprise").unwrap().require_host().unwrap_err();
        assert!(error.to_string().contains("Give host"), "{error}");
    }

    #[test]
    fn a_token_goes_to_own_hosts_only() {
        for foreign in [
            "https://evil.example/",
            "//evil.example/x",
            "https://a@api.atomgit.com/",
            "http://api.atomgit.com/",
            "api.atomgit.com/x",
            "/a b",
            "/a\r\nb",
            "@evil.example",
        ] {
            assert!(atomgit().locate(foreign).is_err(), "{foreign}");
        }
        assert!(atomgit().locate("https://api.atomgit.com/user/info").is_ok());
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        for id in ["", "..", "1/2", "1?x", "1#", "1 2", "1%2f", "\n"] {
            let url = atomgit().endpoint(Base::Api, "/app/{id}/x", &[("id", id)]);
            assert_eq!(url.unwrap_err().kind(), ErrorKind::InvalidArgument, "{id:?}");
        }
        let url = atomgit().endpoint(Base::Api, "/app/{id}/x", &[("id", "ü&1")]).unwrap();
        assert_eq!(url.path(), "/app/%C3%BC%261/x");
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        let at = |url| atomgit().with_api_url(url).unwrap().refuse_plain_http();
        assert!(at("http://127.0.0.1:8080").is_ok() && at("http://[::1]").is_ok());
        assert_eq!(at("http://10.0.0.1").unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
