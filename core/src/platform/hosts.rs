//! The host that a person names: every written form leads to the right pages, or is refused with the
//! form to give.

use std::net::Ipv6Addr;

use url::Url;

use super::{Platform, bases::derived, descriptor::Base, is_match, validate};
use crate::{
    error::{Error, Reason, Result},
    pasted::{self, Form},
};

impl Platform {
    /// The same platform at a host of its own: `git.corp.example`, `git.corp.example:8443` or
    /// `http://git.corp.example`.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) when the platform is not at this host, and
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a text that is not a host, or a host of
    /// another built-in platform; the hint says what to give.
    pub fn with_host(mut self, host: &str) -> Result<Self> {
        let url = self.host_url(pasted::clean("host", host, Form::Url)?)?;
        let name = authority(&url);
        if self.web.as_ref().is_some_and(|web| authority(web) == name) {
            return Ok(self);
        }
        let rules = &self.descriptor.hosts.at;
        let is_for = |pattern: &String| is_match(pattern, &name);
        let rule = rules.iter().find(|rule| rule.host.as_ref().is_some_and(is_for));
        let rule = rule.ok_or_else(|| self.not_here(&url))?;
        if rule.host.as_deref() == Some("*") {
            self.refuse_host_of_another(&url)?;
        }
        let fill = |text: &str| text.replace("{scheme}", url.scheme()).replace("{host}", &name);
        self.api = Some(validate::base_url("host", &fill(&rule.api))?);
        self.web = Some(validate::base_url("host", &fill(&rule.web))?);
        self.with_further()
    }

    /// The host as a URL without a path.
    fn host_url(&self, host: &str) -> Result<Url> {
        let (scheme, name) = host.split_once("://").unwrap_or(("https", host));
        let scheme = scheme.to_ascii_lowercase();
        let name = name.trim_end_matches(['/', '.']);
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(not_a_url("its scheme is neither http nor https"));
        }
        if name.is_empty() {
            return Err(Error::invalid("the host is empty"));
        }
        if name.contains('@') {
            return Err(not_a_host("it has a user's name before it"));
        }
        let is_bare_ipv6 = name.parse::<Ipv6Addr>().is_ok();
        let name = if is_bare_ipv6 { format!("[{name}]") } else { name.to_owned() };
        let url = Url::parse(&format!("{scheme}://{name}"));
        let url = url.map_err(|error| not_a_url(&error.to_string()))?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            let error = not_a_host("there is a path after it");
            let host = self.host_that_is_meant(&url).unwrap_or_else(|| authority(&url));
            return Err(
                error.advise(format!("Give `{host}`, or a whole base as api_url and web_url."))
            );
        }
        Ok(url)
    }

    /// The error for a host where the platform is not.
    fn not_here(&self, url: &Url) -> Error {
        let error = self.unsupported(&format!("the host `{}`", authority(url)));
        if let Some(host) = self.host_that_is_meant(url) {
            return error.advise(format!("Give `{host}`, where its web pages are."));
        }
        let patterns = self.descriptor.hosts.at.iter().filter_map(|rule| rule.host.clone());
        let places: Vec<_> = self.web.iter().map(authority).chain(patterns).collect();
        match places.is_empty() {
            true => error.advise("Give api_url and web_url."),
            false => error.advise(format!(
                "It is at {}; give api_url and web_url for another place.",
                places.join(" or ")
            )),
        }
    }

    /// The host whose API the URL is.
    fn host_that_is_meant(&self, url: &Url) -> Option<String> {
        if self.api.as_ref().is_some_and(|api| authority(api) == authority(url)) {
            return self.web.as_ref().map(authority);
        }
        let web = self.descriptor.hosts.at.iter().find_map(|rule| derived(rule, url, Base::Web))?;
        Url::parse(&web).ok().map(|web| authority(&web))
    }

    /// Refuses a host of another built-in platform, which this platform's rule for any host would take.
    fn refuse_host_of_another(&self, url: &Url) -> Result<()> {
        let others = Self::names().into_iter().filter(|name| *name != self.name());
        let owner = others.filter_map(|name| Self::named(name).ok()).find(|other| other.is_at(url));
        let Some(owner) = owner else { return Ok(()) };
        let host = authority(url);
        Err(Error::invalid(format!(
            "`{host}` is a host of {}, and not of {}",
            owner.display_name(),
            self.display_name()
        ))
        .advise(format!("Give platform `{}`, or the host of your own server.", owner.name())))
    }

    /// Whether a host is this platform's own: one of its bases, below one of them, or by a rule that names
    /// a domain.
    fn is_at(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let is_below = |base: &Url| {
            let own = base.host_str().unwrap_or_default();
            host == own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.'))
        };
        let is_named = |pattern: &str| pattern.contains('.') && is_match(pattern, host);
        let mut patterns = self.descriptor.hosts.at.iter().filter_map(|rule| rule.host.as_deref());
        self.bases().any(is_below) || patterns.any(is_named)
    }
}

/// The host, with its port if that is not the scheme's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn not_a_url(why: &str) -> Error {
    not_a_host(why).because(Reason::InvalidDescriptor)
}

fn not_a_host(why: &str) -> Error {
    Error::invalid(format!("the host is not a host's name: {why}"))
        .advise("Give `git.corp.example`, or a whole base as api_url and web_url.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(platform: &str, host: &str) -> Result<String> {
        let platform = Platform::named(platform)?.with_host(host)?;
        Ok(platform.web.unwrap().to_string())
    }

    #[test]
    fn every_written_form_of_a_host_leads_to_its_pages() {
        for (platform, host, page) in [
            ("github", "github.com", "https://github.com/"),
            ("github", "https://GitHub.com/", "https://github.com/"),
            ("github", "github.com:443", "https://github.com/"),
            ("github", "acme.ghe.com", "https://acme.ghe.com/"),
            ("gitcode", "gitcode.com", "https://gitcode.com/"),
            ("gitcode", "atomgit.com", "https://atomgit.com/"),
            ("github-enterprise", " git.corp.example\n", "https://git.corp.example/"),
            ("github-enterprise", "git.corp.example.", "https://git.corp.example/"),
            ("github-enterprise", "HTTP://git.corp.example:8080", "http://git.corp.example:8080/"),
            ("github-enterprise", "::1", "https://[::1]/"),
            ("github-enterprise", "[fd00::1]:8443", "https://[fd00::1]:8443/"),
            ("github-enterprise", "10.0.0.1", "https://10.0.0.1/"),
            ("github-enterprise", "b\u{fc}cher.example", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(web(platform, host).unwrap(), page, "{platform} {host}");
        }
    }

    #[test]
    fn a_form_that_is_no_host_is_refused_with_the_one_to_give() {
        for (platform, host, hint) in [
            ("github", "api.acme.ghe.com", "`acme.ghe.com`"),
            ("github", "api.github.com", "`github.com`"),
            ("github", "a.b.ghe.com", "github.com or *.ghe.com"),
            ("github", "git.corp.example", "github.com or *.ghe.com"),
            ("github-enterprise", "github.com", "platform `github`"),
            ("github-enterprise", "https://api.github.com", "platform `github`"),
            ("github-enterprise", "www.github.com", "platform `github`"),
            ("github-enterprise", "acme.ghe.com", "platform `github`"),
            ("github-enterprise", "https://git.corp.example/api/v3", "`git.corp.example`"),
            ("github-enterprise", "https://git.corp.example/acme/api", "`git.corp.example`"),
            ("github-enterprise", "git@git.corp.example:acme/api.git", "`git.corp.example`"),
            ("github-enterprise", "ssh://git.corp.example", "`git.corp.example`"),
            ("github-enterprise", "git.corp.example:port", "`git.corp.example`"),
        ] {
            let error = web(platform, host).unwrap_err();
            assert!(error.hint().unwrap().contains(hint), "{platform} {host} {error}");
        }
    }
}
