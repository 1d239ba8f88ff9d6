//! An installation of the app, as the platform describes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    platform::{
        Platform,
        descriptor::{InstallationMembers, List, Operation},
        members,
        reply::Reply,
    },
    resources::{lookup::Lookup, pager::Listed},
    time::Timestamp,
    token::Permissions,
};

/// An installation of the app on an account.
///
/// Only its id is certain; platforms differ in the other members. The whole object is in
/// [`Installation::raw`](crate::Installation::raw).
///
/// Source:
/// <https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Installation {
    /// The installation's id.
    pub id: String,
    /// The account's path or login.
    pub account: Option<String>,
    /// The account's display name.
    pub account_name: Option<String>,
    /// The account's id.
    pub account_id: Option<String>,
    /// The id of the account or other object on which the app is installed.
    pub target_id: Option<String>,
    /// The app's id.
    pub app_id: Option<String>,
    /// The app's short name, which is part of its URL.
    pub app_slug: Option<String>,
    /// The repositories that it can access: `all` or `selected`.
    pub repository_selection: Option<String>,
    /// The permissions that it was granted, by name with their level.
    pub permissions: Permissions,
    /// The names of the webhook events that the app receives.
    pub events: Vec<String>,
    /// When the app was installed.
    pub created_at: Option<Timestamp>,
    /// When the installation last changed.
    pub updated_at: Option<Timestamp>,
    /// When an owner suspended it.
    ///
    /// `None` if it is not suspended, or the platform does not report it.
    pub suspended_at: Option<Timestamp>,
    /// The whole object as the platform sent it.
    pub raw: Value,
}

impl Listed for Installation {
    const LIST: &'static str = "list of installations";
    const OPERATION: Operation = Operation::Installations;

    fn list(platform: &Platform) -> Result<&List> {
        Ok(&platform.installations()?.list)
    }

    fn read(reply: &Reply<'_>, raw: &Value) -> Result<Self> {
        Self::of(&reply.platform.installations()?.installation, raw).ok_or_else(|| {
            reply.protocol_error(Reason::MissingMember, "an installation in the answer has no id")
        })
    }

    fn key(&self) -> &str {
        &self.id
    }
}

impl Installation {
    fn of(members: &InstallationMembers, raw: &Value) -> Option<Self> {
        Some(Self {
            id: members::text(raw, &members.id)?,
            account: members::text(raw, &members.account),
            account_name: members::text(raw, &members.account_name),
            account_id: members::text(raw, &members.account_id),
            target_id: members::text(raw, &members.target_id),
            app_id: members::text(raw, &members.app_id),
            app_slug: members::text(raw, &members.app_slug),
            repository_selection: members::lower_text(raw, &members.repository_selection),
            permissions: members::permissions(raw, &members.permissions),
            events: events(members, raw),
            created_at: members::time(raw, &members.created_at),
            updated_at: members::time(raw, &members.updated_at),
            suspended_at: members::time(raw, &members.suspended_at),
            raw: raw.clone(),
        })
    }
}

/// The installation in a reply that holds one.
pub(crate) fn read_single(reply: &Reply<'_>) -> Result<Installation> {
    if !reply.response.is_success() {
        return Err(reply.refusal());
    }
    Installation::read(reply, &reply.json()?)
}

/// The installation that a lookup means, out of a list of all.
pub(crate) fn pick(
    platform: &Platform,
    installations: &[Installation],
    lookup: &Lookup,
) -> Result<Installation> {
    let rules = platform.installations()?;
    let pointers = match lookup {
        Lookup::Id(_) => &rules.installation.id,
        _ => &rules.match_account,
    };
    let name = lookup.name()?;
    let is_match = |raw: &Value, pointer: &str| {
        members::text_at(raw, pointer).is_some_and(|text| same(&text, name))
    };
    let found = pointers.iter().find_map(|pointer| {
        installations.iter().find(|installation| is_match(&installation.raw, pointer))
    });
    found.cloned().ok_or_else(|| {
        let message = match lookup {
            Lookup::Id(id) => format!("the app has no installation {id}"),
            _ => format!("the app is not installed on `{name}`"),
        };
        Error::new(ErrorKind::NotFound, message).because(Reason::NotInstalled).advise(
            "Install the app there, or list the installations to see how the platform writes the account.",
        )
    })
}

/// Compares account names without regard to case, as platforms do.
fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

/// Event names. A platform that splits JSON objects into texts has them joined again.
fn events(members: &InstallationMembers, raw: &Value) -> Vec<String> {
    let elements = members::first(raw, &members.events).and_then(Value::as_array);
    let Some(elements) = elements else { return Vec::new() };
    let mut names = Vec::new();
    let mut broken = String::new();
    for text in elements.iter().filter_map(Value::as_str) {
        if broken.is_empty() && !text.trim_start().starts_with('{') {
            names.push(text.to_owned());
            continue;
        }
        if !broken.is_empty() {
            broken.push(',');
        }
        broken.push_str(text);
        if let Ok(whole) = serde_json::from_str::<Value>(&broken) {
            names.extend(event_name(members, &whole));
            broken.clear();
        }
    }
    names
}

fn event_name(members: &InstallationMembers, event: &Value) -> Option<String> {
    event.pointer(members.event_name.as_deref()?)?.as_str().map(str::to_owned)
}
