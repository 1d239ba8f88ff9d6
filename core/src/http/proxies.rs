//! The proxy that a URL is reached through, by a setting or by the environment.
//!
//! The environment is read here and not by the HTTP client: a variable that cannot be read must be an
//! error and never a direct connection, and `NO_PROXY` is written in more ways than one.

use std::env;

use url::{Host, Url};

use super::bypass::Bypass;
use crate::{
    error::{Error, Result},
    pasted::{self, Form},
};

/// The proxies for each scheme, and the hosts that are reached without one.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    bypass: Bypass,
}

impl Proxies {
    /// One proxy for every URL.
    pub(super) fn given(url: &str) -> Result<Self> {
        let url = parse("proxy", url)?;
        Ok(Self { http: Some(url.clone()), https: Some(url), bypass: Bypass::default() })
    }

    /// The proxies that the environment names; `None` if it names none.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) names the variable that cannot be read.
    pub(super) fn of_environment(read: impl Fn(&str) -> Option<String>) -> Result<Option<Self>> {
        let named = |name: &str| {
            let value = read(&name.to_ascii_lowercase()).map(|it| (name.to_ascii_lowercase(), it));
            value.or_else(|| read(name).map(|it| (name.to_owned(), it)))
        };
        let url = |name: &str| {
            let given = named(name).filter(|(_, value)| !value.trim().is_empty());
            given.map(|(name, value)| parse(&name, &value)).transpose()
        };
        let all = url("ALL_PROXY")?;
        let https = url("HTTPS_PROXY")?.or_else(|| all.clone());
        // A web server hands a request's header `Proxy` to a CGI program as HTTP_PROXY.
        let is_cgi = read("REQUEST_METHOD").is_some();
        let http = if is_cgi { None } else { url("HTTP_PROXY")? }.or(all);
        if http.is_none() && https.is_none() {
            return Ok(None);
        }
        let bypass = named("NO_PROXY").map(|(name, value)| Bypass::parse(&name, &value));
        Ok(Some(Self { http, https, bypass: bypass.transpose()?.unwrap_or_default() }))
    }

    /// The proxy for this URL, if there is one.
    pub(super) fn for_url(&self, url: &Url) -> Option<&Url> {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.as_ref().filter(|_| !self.bypass.contains(url))
    }

    /// The rule for the HTTP client.
    pub(super) fn rule(&self) -> reqwest::Proxy {
        let proxies = self.clone();
        reqwest::Proxy::custom(move |url| proxies.for_url(url).cloned())
    }
}

/// A variable of the environment. One that is not text is as good as one that cannot be read.
pub(super) fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// A proxy's URL, or its host and port.
fn parse(setting: &str, text: &str) -> Result<Url> {
    let text = pasted::clean(setting, text, Form::Url)?;
    let wrong = |why: &str| {
        Error::invalid(format!("{setting} is not the URL of a proxy: {why}"))
            .advise("Write it as http://user:password@host:port; in user and password write # as %23, / as %2F, @ as %40 and : as %3A.")
    };
    let is_bare = !text.contains("://");
    if is_bare && !is_host_and_port(text) {
        return Err(wrong("it does not begin with http://"));
    }
    let url = if is_bare { Url::parse(&format!("http://{text}")) } else { Url::parse(text) };
    let mut url = url.map_err(|error| wrong(&error.to_string()))?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err(wrong(&format!("its scheme is none of {}", SCHEMES.join(", "))));
    }
    if url.host().is_none_or(|host| matches!(host, Host::Domain(""))) {
        return Err(wrong("it has no host"));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("something follows the host and port"));
    }
    if url.scheme().starts_with("socks") && url.port().is_none() {
        url.set_port(Some(SOCKS_PORT)).map_err(|()| wrong("it has no port"))?;
    }
    Ok(url)
}

fn is_host_and_port(text: &str) -> bool {
    let port = text.trim_end_matches('/').rsplit_once(':').map(|(_, port)| port);
    port.is_some_and(|port| port.parse::<u16>().is_ok()) && !text.contains('@')
}

const SCHEMES: [&str; 6] = ["http", "https", "socks5", "socks5h", "socks4", "socks4a"];
/// RFC 1928 §3.
const SOCKS_PORT: u16 = 1080;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Proxies>> {
        let find = |name: &str| variables.iter().find(|(there, _)| *there == name);
        Proxies::of_environment(|name| find(name).map(|(_, value)| (*value).to_owned()))
    }

    fn proxy(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let proxies = of(variables).unwrap()?;
        proxies.for_url(&Url::parse(url).unwrap()).map(Url::to_string)
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let both = [("https_proxy", "http://a:1"), ("HTTP_PROXY", "http://b:2")];
        assert_eq!(proxy(&both, "https://x.example").unwrap(), "http://a:1/");
        assert_eq!(proxy(&both, "http://x.example").unwrap(), "http://b:2/");
        let all = [("ALL_PROXY", "socks5://c"), ("HTTPS_PROXY", "")];
        assert_eq!(proxy(&all, "https://x.example").unwrap(), "socks5://c:1080");
        assert_eq!(
            proxy(&[("HTTPS_PROXY", "d:3128")], "https://x.example").unwrap(),
            "http://d:3128/"
        );
        assert!(of(&[("NO_PROXY", "*")]).unwrap().is_none());
        let cgi = [("HTTP_PROXY", "http://b:2"), ("REQUEST_METHOD", "GET")];
        assert!(of(&cgi).unwrap().is_none());
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_named_and_not_shown() {
        for url in [
            "http://user:p#w@127.0.0.1:3128",
            "http://user:p/w@127.0.0.1:3128",
            "http://us#er:pw@127.0.0.1:3128",
            "user:pw@127.0.0.1:3128",
            "ftp://127.0.0.1:21",
            "http://",
            "true",
            "http://proxy:99999",
            "\"http://proxy:3128\"",
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"] {
                let error = of(&[(name, url)]).map(|_| ()).unwrap_err().to_string();
                assert!(error.starts_with(name) && !error.contains("p#w"), "{url} {error}");
            }
        }
    }
}
