//! Users, organizations and enterprises, and their JSON.

use serde_json::{Value, json};

/// An owner of repositories and installations.
#[derive(Clone)]
pub(super) enum Account {
    User {
        login: String,
        id: u64,
    },
    Organization {
        login: String,
        id: u64,
    },
    Enterprise {
        slug: String,
        id: u64,
    },
    /// A deleted account: its installation remains for a while, with `"account": null`.
    Gone {
        id: u64,
    },
}

impl Account {
    pub(super) fn user(login: &str, id: u64) -> Self {
        Self::User { login: login.to_owned(), id }
    }

    pub(super) fn organization(login: &str, id: u64) -> Self {
        Self::Organization { login: login.to_owned(), id }
    }

    pub(super) fn id(&self) -> u64 {
        match self {
            Self::User { id, .. }
            | Self::Organization { id, .. }
            | Self::Enterprise { id, .. }
            | Self::Gone { id } => *id,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "User",
            Self::Organization { .. } | Self::Gone { .. } => "Organization",
            Self::Enterprise { .. } => "Enterprise",
        }
    }

    /// The login of a user or an organization.
    pub(super) fn login(&self) -> Option<&str> {
        match self {
            Self::User { login, .. } | Self::Organization { login, .. } => Some(login),
            Self::Enterprise { .. } | Self::Gone { .. } => None,
        }
    }

    /// Logins are compared without regard to case.
    pub(super) fn is_called(&self, login: &str) -> bool {
        self.login().is_some_and(|it| it.eq_ignore_ascii_case(login))
    }

    pub(super) fn is_organization(&self) -> bool {
        matches!(self, Self::Organization { .. })
    }

    /// The settings page with the owner's installations.
    pub(super) fn settings(&self, web: &str) -> String {
        match self {
            Self::Organization { login, .. } => {
                format!("{web}/organizations/{login}/settings/installations")
            }
            Self::Enterprise { slug, .. } => {
                format!("{web}/enterprises/{slug}/settings/installations")
            }
            Self::User { .. } | Self::Gone { .. } => format!("{web}/settings/installations"),
        }
    }

    pub(super) fn json(&self, api: &str, web: &str) -> Value {
        match self {
            Self::Gone { .. } => Value::Null,
            Self::Enterprise { slug, id } => enterprise(slug, *id, web),
            Self::User { login, id } | Self::Organization { login, id } => {
                simple_user(login, *id, self.kind(), api, web)
            }
        }
    }
}

/// The schema calls it a simple user, organizations included.
fn simple_user(login: &str, id: u64, kind: &str, api: &str, web: &str) -> Value {
    let url = format!("{api}/users/{login}");
    json!({
        "login": login,
        "id": id,
        "node_id": node_id(kind, id),
        "avatar_url": format!("{web}/images/{login}.png"),
        "gravatar_id": "",
        "url": url,
        "html_url": format!("{web}/{login}"),
        "followers_url": format!("{url}/followers"),
        "following_url": format!("{url}/following{{/other_user}}"),
        "gists_url": format!("{url}/gists{{/gist_id}}"),
        "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{url}/subscriptions"),
        "organizations_url": format!("{url}/orgs"),
        "repos_url": format!("{url}/repos"),
        "events_url": format!("{url}/events{{/privacy}}"),
        "received_events_url": format!("{url}/received_events"),
        "type": kind,
        "site_admin": false
    })
}

fn enterprise(slug: &str, id: u64, web: &str) -> Value {
    json!({
        "id": id,
        "node_id": node_id("Enterprise", id),
        "name": slug,
        "slug": slug,
        "description": null,
        "website_url": null,
        "html_url": format!("{web}/enterprises/{slug}"),
        "avatar_url": format!("{web}/images/{slug}.png"),
        "created_at": "2019-01-26T19:01:12Z",
        "updated_at": "2019-01-26T19:14:43Z"
    })
}

/// The old form: the length and the name of the type, and the id, in Base64.
pub(super) fn node_id(kind: &str, id: u64) -> String {
    use base64::Engine;
    let text = format!("0{}:{kind}{id}", kind.len());
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_id_is_written_as_in_the_documented_samples() {
        assert_eq!(node_id("Organization", 1), "MDEyOk9yZ2FuaXphdGlvbjE=");
        assert_eq!(node_id("Integration", 1), "MDExOkludGVncmF0aW9uMQ==");
    }
}
