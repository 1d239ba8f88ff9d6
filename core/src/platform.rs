//! A platform is data: a descriptor, and the hosts it is spoken to at.
//!
//! No code asks which platform it is. What differs between platforms is a member of
//! the descriptor, and a descriptor given at run time is as good as a built-in one.

pub(crate) mod descriptor;
mod validate;

use std::{fmt, sync::Arc};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

use self::descriptor::{Base, Descriptor, InstallationToken, Installations, OAuth};
use crate::error::{Error, ErrorKind, Reason, Result};

/// Where a platform's endpoints are, what they accept, and what their answers mean.
#[derive(Clone)]
pub struct Platform {
    descriptor: Arc<Descriptor>,
    api: Url,
    web: Url,
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
        let built_in = BUILT_IN.iter().find(|(candidate, _)| *candidate == name);
        let (_, json) = built_in.ok_or_else(|| unknown(name))?;
        Self::from_json(json)
    }

    /// A platform described by JSON text; see `core/platforms` for examples.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument), and the message names the member that is
    /// wrong.
    pub fn from_json(json: &str) -> Result<Self> {
        let descriptor = validate::parse(json)?;
        let api = validate::base_url("hosts.api", &descriptor.hosts.api)?;
        let web = validate::base_url("hosts.web", &descriptor.hosts.web)?;
        Ok(Self { descriptor: Arc::new(descriptor), api, web })
    }

    /// The same platform with its API at another place, such as `https://test-api.atomgit.com`.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_api_url(mut self, url: &str) -> Result<Self> {
        self.api = validate::base_url("api_url", url)?;
        Ok(self)
    }

    /// The same platform with its web pages at another place.
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) when this is no http or https URL.
    pub fn with_web_url(mut self, url: &str) -> Result<Self> {
        self.web = validate::base_url("web_url", url)?;
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

    /// What `what` is not offered by this platform.
    pub(crate) fn unsupported(&self, what: &str) -> Error {
        let name = self.display_name();
        Error::new(ErrorKind::Unsupported, format!("{name} does not offer {what}"))
    }

    /// An endpoint of the descriptor, with its variables filled in.
    pub(crate) fn endpoint(
        &self,
        base: Base,
        path: &str,
        variables: &[(&str, &str)],
    ) -> Result<Url> {
        let mut path = path.to_owned();
        for (name, value) in variables {
            path = path.replace(&format!("{{{name}}}"), &path_segment(name, value)?);
        }
        join(self.base(base), &path)
    }

    /// Where a caller's path leads: relative to the API, or absolute on an own host.
    pub(crate) fn locate(&self, path: &str) -> Result<Url> {
        if path.contains(|c: char| c.is_control() || c == '\\' || c == ' ') {
            return Err(Error::invalid("the path has a space, a backslash or a control character")
                .advise("Percent-encode it."));
        }
        if path.starts_with('/') && !path.starts_with("//") {
            return join(&self.api, path);
        }
        self.own_url(path)
    }

    fn own_url(&self, url: &str) -> Result<Url> {
        let url = Url::parse(url).map_err(|_| {
            Error::invalid("the path must begin with one /, or be a URL of the platform")
        })?;
        let own = [&self.api, &self.web].iter().any(|base| base.origin() == url.origin());
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
        match [&self.api, &self.web].iter().find(|url| is_plain(url)) {
            None => Ok(()),
            Some(url) => Err(Error::invalid(format!(
                "{url} is plain http, which shows every token to the network"
            ))
            .advise("Use https, or set allow_plain_http if this network is private.")),
        }
    }

    fn base(&self, base: Base) -> &Url {
        match base {
            Base::Api => &self.api,
            Base::Web => &self.web,
        }
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform")
            .field("name", &self.name())
            .field("api", &self.api.as_str())
            .field("web", &self.web.as_str())
            .finish_non_exhaustive()
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
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

const BUILT_IN: &[(&str, &str)] = &[("atomgit", include_str!("../platforms/atomgit.json"))];

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
