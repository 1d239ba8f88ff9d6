//! Bases beside the API's and the web pages': a part of the API that is elsewhere, such as GraphQL on
//! GitHub Enterprise Server, or a host of the platform that takes uploads.
//!
//! They belong to the API's base: where that is replaced, they follow by the descriptor's `hosts`, or there
//! are none, so that a token is not sent to the public platform.

use url::Url;

use super::{
    Platform,
    bases::host_in,
    descriptor::{FurtherBase, HostRule},
    join,
    validate::base_url,
};
use crate::error::Result;

/// A further base, where the platform is reached.
#[derive(Clone, Debug)]
pub(super) struct Further {
    path: Option<String>,
    pub(super) url: Url,
}

impl Platform {
    /// The same platform with the further bases that belong to its API.
    pub(super) fn with_further(mut self) -> Result<Self> {
        let Some(api) = &self.api else { return Ok(self) };
        let hosts = &self.descriptor.hosts;
        let is_own =
            hosts.api.as_deref().and_then(|own| Url::parse(own).ok()).as_ref() == Some(api);
        self.further = if is_own {
            hosts.further.iter().map(|base| further(base, &base.url)).collect::<Result<_>>()?
        } else {
            hosts.at.iter().find_map(|rule| of_rule(rule, api)).unwrap_or(Ok(Vec::new()))?
        };
        Ok(self)
    }

    /// The URL of a path that leads to a further base.
    pub(super) fn further_url(&self, path: &str) -> Option<Result<Url>> {
        self.further.iter().find_map(|base| {
            let rest = path.strip_prefix(base.path.as_deref()?)?;
            let is_below = rest.is_empty() || rest.starts_with(['/', '?', '#']);
            is_below.then(|| join(&base.url, rest))
        })
    }
}

/// The further bases of a rule about the hosts that `api` is one of.
fn of_rule(rule: &HostRule, api: &Url) -> Option<Result<Vec<Further>>> {
    let host = host_in(rule, &rule.api, api)?;
    let fill = |text: &str| text.replace("{scheme}", api.scheme()).replace("{host}", &host);
    Some(rule.further.iter().map(|base| further(base, &fill(&base.url))).collect())
}

fn further(base: &FurtherBase, url: &str) -> Result<Further> {
    Ok(Further { path: base.path.clone(), url: base_url("hosts.further", url)? })
}
