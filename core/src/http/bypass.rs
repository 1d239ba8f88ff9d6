//! `NO_PROXY`: the hosts that are reached without a proxy, in every way in which people write them.
//!
//! No standard says how; curl, Go, Java, Windows and requests each have forms of their own:
//! <https://about.gitlab.com/blog/we-need-to-talk-no-proxy/>

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::error::{Error, Result};

/// The entries of the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Bypass(Vec<Entry>);

/// Hosts, and the port that is meant if not all of them.
#[derive(Clone, Debug)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    All,
    /// Names without a dot: `<local>` of Windows.
    Local,
    /// A domain with all that is below it.
    Domain(String),
    /// Parts between stars, such as those of `10.*`.
    Pattern(Vec<String>),
    Network(IpNet),
}

impl Bypass {
    /// Reads a list with commas or blanks between its entries.
    pub(super) fn parse(variable: &str, list: &str) -> Result<Self> {
        let entries = list.split(|c: char| c == ',' || c == ';' || c == '|' || c.is_whitespace());
        let entries = entries.filter(|entry| !entry.is_empty());
        entries.map(|entry| Entry::parse(variable, entry)).collect::<Result<_>>().map(Self)
    }

    pub(super) fn contains(&self, url: &Url) -> bool {
        self.0.iter().any(|entry| entry.is_for(url))
    }
}

impl Entry {
    fn parse(variable: &str, entry: &str) -> Result<Self> {
        let entry = entry.trim_matches(['"', '\'']).to_ascii_lowercase();
        let text = entry.split_once("://").map_or(&*entry, |(_, rest)| rest);
        if let Some(network) = network(text) {
            return Ok(Self { hosts: Hosts::Network(network), port: None });
        }
        if text.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok()) {
            return Err(Error::invalid(format!("{variable} has `{text}`, which is not a network"))
                .advise("Write a network as 10.0.0.0/8 or fd00::/8."));
        }
        let text = text.split('/').next().unwrap_or_default();
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse().ok()),
            _ => (text, None),
        };
        let hosts =
            network(host.trim_matches(['[', ']'])).map_or_else(|| hosts(host), Hosts::Network);
        Ok(Self { hosts, port })
    }

    fn is_for(&self, url: &Url) -> bool {
        self.port.is_none_or(|port| url.port_or_known_default() == Some(port))
            && url.host().is_some_and(|host| self.hosts.contain(&host))
    }
}

impl Hosts {
    fn contain(&self, host: &Host<&str>) -> bool {
        let name = host.to_string();
        let name = name.trim_matches(['[', ']']).trim_end_matches('.');
        match self {
            Self::All => true,
            Self::Local => !name.contains(['.', ':']),
            Self::Domain(domain) => {
                let below = name.strip_suffix(domain.as_str());
                below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            Self::Pattern(parts) => fits(parts, name),
            Self::Network(network) => address(host).is_some_and(|it| network.contains(&it)),
        }
    }
}

/// A network, or one address as a network.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn hosts(text: &str) -> Hosts {
    let domain = text.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(text);
    let domain = domain.trim_start_matches('.').trim_end_matches('.');
    match domain {
        "*" => Hosts::All,
        "<local>" => Hosts::Local,
        _ if domain.contains('*') => Hosts::Pattern(domain.split('*').map(str::to_owned).collect()),
        _ => Hosts::Domain(domain.to_owned()),
    }
}

/// Whether the parts stand in a name one after the other, the first at its start and the last at its end.
fn fits(parts: &[String], name: &str) -> bool {
    let [first, between @ .., last] = parts else { return false };
    let inner = name.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str()));
    let Some(mut rest) = inner else { return false };
    for part in between {
        let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
        rest = after;
    }
    true
}

fn address(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_direct(list: &str, url: &str) -> bool {
        Bypass::parse("NO_PROXY", list).unwrap().contains(&Url::parse(url).unwrap())
    }

    #[test]
    fn hosts_are_written_in_many_ways() {
        for list in [
            "git.corp.example",
            "corp.example",
            ".corp.example",
            "*.corp.example",
            "GIT.Corp.Example.",
            "a.example, git.corp.example",
            "a.example git.corp.example",
            "git.corp.example:443",
            "https://git.corp.example/",
            "*corp*",
            "git.*.example",
            "*",
        ] {
            assert!(is_direct(list, "https://git.corp.example/"), "{list}");
        }
        for list in [
            "",
            "corp",
            "it.corp.example",
            "git.corp.example:8443",
            "x.git.corp.example",
            "<local>",
        ] {
            assert!(!is_direct(list, "https://git.corp.example/"), "{list}");
        }
        assert!(is_direct("<local>", "https://git/"));
    }

    #[test]
    fn addresses_and_networks() {
        for list in ["10.1.2.3", "10.0.0.0/8", "10.*", "10.1.2.3:443"] {
            assert!(is_direct(list, "https://10.1.2.3/"), "{list}");
            assert!(!is_direct(list, "https://11.1.2.3/"), "{list}");
        }
        for list in ["fd00::1", "[fd00::1]", "[fd00::1]:443", "fd00::/8"] {
            assert!(is_direct(list, "https://[fd00::1]/"), "{list}");
            assert!(!is_direct(list, "https://[fe80::1]/"), "{list}");
        }
        let error = Bypass::parse("NO_PROXY", "10.0.0.0/99").unwrap_err();
        assert!(error.message().contains("NO_PROXY has `10.0.0.0/99`"), "{error}");
    }
}
