//! Another API or other web pages than the platform's own: one base never stays behind alone.
//!
//! Codes and client secrets go to one base, users and tokens to the other. If only one of them were
//! replaced, a secret of an enterprise would be sent to the public platform. So the other base follows
//! by the descriptor's `hosts`, or the error names the setting that is missing.

use url::Url;

use super::{
    Platform,
    descriptor::{Base, HostRule},
    is_match, validate,
};
use crate::{
    error::{Error, Result},
    http::transport::is_loopback,
};

impl Platform {
    /// The same platform with one base replaced, or both. A base that is not given follows the one that
    /// is given, unless a host was named, which tells both.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the base that cannot follow.
    pub(crate) fn with_bases(
        mut self,
        api: Option<&str>,
        web: Option<&str>,
        is_host_named: bool,
    ) -> Result<Self> {
        let own = self.clone();
        if let Some(url) = api {
            self = self.with_api_url(url)?;
        }
        if let Some(url) = web {
            self = self.with_web_url(url)?;
        }
        match (api, web) {
            (Some(_), None) if is_host_named => self.refuse_mixture(Base::Web)?,
            (None, Some(_)) if is_host_named => self.refuse_mixture(Base::Api)?,
            (Some(_), None) => self.web = self.following(&own, Base::Web)?,
            (None, Some(_)) => self.api = self.following(&own, Base::Api)?,
            _ => {}
        }
        self.with_further()
    }

    /// The base that follows the one that was replaced.
    fn following(&self, own: &Self, wanted: Base) -> Result<Option<Url>> {
        let own_base = own.at(wanted).cloned();
        let Some(replaced) = self.at(wanted.other()) else { return Ok(own_base) };
        if own.bases().any(|base| base.origin() == replaced.origin()) {
            return Ok(own_base);
        }
        let rules = &self.descriptor().hosts.at;
        if let Some(url) = rules.iter().find_map(|rule| derived(rule, replaced, wanted)) {
            return validate::base_url("hosts.at", &url).map(Some);
        }
        if is_loopback(replaced) {
            return Ok(Some(replaced.clone())); // a server under test is one server
        }
        match own_base {
            Some(stays) if self.is_used(wanted) => Err(left_behind(replaced, &stays, wanted)),
            own_base => Ok(own_base),
        }
    }

    /// Refuses one base on this machine beside another on a public host.
    fn refuse_mixture(&self, kept: Base) -> Result<()> {
        match (self.at(kept.other()), self.at(kept)) {
            (Some(replaced), Some(stays)) if is_loopback(replaced) != is_loopback(stays) => {
                Err(left_behind(replaced, stays, kept))
            }
            _ => Ok(()),
        }
    }

    /// Whether anything is reached below this base: an endpoint may be a whole URL instead.
    fn is_used(&self, base: Base) -> bool {
        let descriptor = self.descriptor();
        let is_below = |(at, path): (Base, &str)| at == base && !path.contains("://");
        base == Base::Api
            || descriptor.install.is_some()
            || descriptor.oauth.as_ref().is_some_and(|oauth| oauth.bases().any(is_below))
    }

    fn at(&self, base: Base) -> Option<&Url> {
        match base {
            Base::Api => self.api.as_ref(),
            Base::Web => self.web.as_ref(),
        }
    }
}

impl Base {
    fn other(self) -> Self {
        match self {
            Self::Api => Self::Web,
            Self::Web => Self::Api,
        }
    }
}

/// The wanted base by a rule whose other base is `url`; `None` if the rule is about other hosts.
pub(super) fn derived(rule: &HostRule, url: &Url, wanted: Base) -> Option<String> {
    let (known, wanted) = match wanted {
        Base::Web => (&rule.api, &rule.web),
        Base::Api => (&rule.web, &rule.api),
    };
    let host = host_in(rule, known, url)?;
    let names_host = known.contains("{host}") || !wanted.contains("{host}");
    names_host.then(|| wanted.replace("{scheme}", url.scheme()).replace("{host}", &host))
}

/// The host in a URL that a base of the rule describes; empty where the base names none, and `None` if the
/// rule is about other hosts.
pub(super) fn host_in(rule: &HostRule, base: &str, url: &Url) -> Option<String> {
    let text = url.as_str().trim_end_matches('/');
    let base = base.replace("{scheme}", url.scheme());
    let Some((start, end)) = base.split_once("{host}") else {
        return (base == text).then(String::new);
    };
    let host = text.strip_prefix(start)?.strip_suffix(end)?;
    let is_meant = rule.host.as_ref().is_none_or(|pattern| is_match(pattern, host));
    let is_host = is_meant && !host.is_empty() && !host.contains('/');
    is_host.then(|| host.to_owned())
}

fn left_behind(replaced: &Url, stays: &Url, base: Base) -> Error {
    let (given, missing, noun) = match base {
        Base::Web => ("api_url", "web_url", "web pages and the OAuth endpoints"),
        Base::Api => ("web_url", "api_url", "API"),
    };
    let message = format!("{given} is {replaced}, and the {noun} would stay at {stays}");
    Error::invalid(message).advise(format!("Give {missing}, too."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(name: &str, api: Option<&str>, web: Option<&str>) -> Result<String> {
        let platform = Platform::named(name)?.with_bases(api, web, false)?;
        Ok(platform.bases().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_web_pages_follow_the_api() {
        for (name, api, web) in [
            ("github", "https://api.acme.ghe.com/", "https://acme.ghe.com/"),
            ("github", "https://h.example:8443/api/v3", "https://h.example:8443/"),
            ("github", "https://api.github.com/", "https://github.com/"),
            ("github", "http://127.0.0.1:1/", "http://127.0.0.1:1/"),
            ("github", "http://127.0.0.1:1/api/v3", "http://127.0.0.1:1/"),
            ("github-enterprise", "https://h.example/api/v3", "https://h.example/"),
            ("atomgit", "https://test-api.atomgit.com/", "https://atomgit.com/"),
            ("gitcode", "https://api.atomgit.com/api/v5", "https://atomgit.com/"),
            ("gitcode", "https://api.gitcode.com/api/v8", "https://gitcode.com/"),
            (
                "icr",
                "https://sandbox-api.carbonregistry.com/",
                "https://sandbox-app.carbonregistry.com/",
            ),
        ] {
            assert_eq!(bases(name, Some(api), None).unwrap(), format!("{api} {web}"));
        }
    }

    #[test]
    fn the_api_follows_the_web_pages() {
        let both = bases("github", None, Some("https://acme.ghe.com/"));
        assert_eq!(both.unwrap(), "https://api.acme.ghe.com/ https://acme.ghe.com/");
    }

    #[test]
    fn a_base_that_cannot_follow_is_named() {
        for (name, api, web) in [
            ("github", Some("https://ghes.corp.example"), None),
            ("github", Some("https://api.acme.ghe.com.evil.example"), None),
            ("github", Some("https://evil.example/x/api/v3"), None),
            ("atomgit", Some("https://git.corp.example"), None),
            ("atomgit", None, Some("https://git.corp.example")),
            ("icr", Some("https://api.corp.example"), None),
        ] {
            let error = bases(name, api, web).unwrap_err().to_string();
            let missing = if web.is_none() { "Give web_url" } else { "Give api_url" };
            assert!(error.contains(missing), "{name} {error}");
        }
    }

    #[test]
    fn this_machine_and_a_public_host_are_mixed_only_when_both_are_given() {
        let named = || Platform::named("github").unwrap().with_host("acme.ghe.com").unwrap();
        let (here, there) = (Some("http://127.0.0.1:1"), Some("https://acme.ghe.com"));
        assert!(named().with_bases(here, None, true).is_err());
        assert!(named().with_bases(None, here, true).is_err());
        assert!(named().with_bases(here, there, true).is_ok());
        assert!(bases("github", here, there).is_ok());
    }
}
