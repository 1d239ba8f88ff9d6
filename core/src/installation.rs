//! Where the app is installed, as the platform tells it.

use serde_json::Value;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::Request,
    platform::{
        Platform,
        descriptor::{InstallationMembers, Installations},
    },
    refusal::Answered,
    reply,
    time::Timestamp,
    token::{Permissions, Token},
};

/// One installation of the app on an account.
///
/// Only the id is certain: what else a platform says differs, and all of it is in
/// [`raw`](Self::raw).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Installation {
    /// Its id.
    pub id: String,
    /// The account's path or login.
    pub account: Option<String>,
    /// The account's name for people.
    pub account_name: Option<String>,
    /// The account's id.
    pub account_id: Option<String>,
    /// The id of what the app is installed on.
    pub target_id: Option<String>,
    /// The app's id.
    pub app_id: Option<String>,
    /// The app's short name.
    pub app_slug: Option<String>,
    /// `all` or `selected`.
    pub repository_selection: Option<String>,
    /// What was granted: permission names to levels.
    pub permissions: Permissions,
    /// The events that the app hears of.
    pub events: Vec<String>,
    /// When the app was installed.
    pub created_at: Option<Timestamp>,
    /// When the installation last changed.
    pub updated_at: Option<Timestamp>,
    /// When an owner suspended it.
    pub suspended_at: Option<Timestamp>,
    /// The whole object as the platform sent it.
    pub raw: Value,
}

impl Installation {
    fn read(members: &InstallationMembers, raw: &Value) -> Option<Self> {
        Some(Self {
            id: reply::text(raw, &members.id)?,
            account: reply::text(raw, &members.account),
            account_name: reply::text(raw, &members.account_name),
            account_id: reply::text(raw, &members.account_id),
            target_id: reply::text(raw, &members.target_id),
            app_id: reply::text(raw, &members.app_id),
            app_slug: reply::text(raw, &members.app_slug),
            repository_selection: reply::lower_text(raw, &members.repository_selection),
            permissions: reply::permissions(raw, &members.permissions),
            events: events(members, raw),
            created_at: reply::time(raw, &members.created_at),
            updated_at: reply::time(raw, &members.updated_at),
            suspended_at: reply::time(raw, &members.suspended_at),
            raw: raw.clone(),
        })
    }
}

/// The request for the app's installations.
pub(crate) fn list_request(platform: &Platform, jwt: &Token) -> Result<Request> {
    let list = &platform.installations()?.list;
    let url = platform.endpoint(crate::platform::descriptor::Base::Api, &list.path, &[])?;
    let request = Request::new("GET", url).authorized(jwt.authorization()).repeatable();
    Ok(crate::grant::with_api_headers(platform, request))
}

/// The installations in an answer.
pub(crate) fn listed(answered: &Answered<'_>) -> Result<Vec<Installation>> {
    if !answered.response.is_success() {
        return Err(answered.refusal());
    }
    let rules = answered.platform.installations()?;
    let reply = list_json(answered, rules)?;
    let items = reply.pointer(&rules.list.items).and_then(Value::as_array).ok_or_else(|| {
        answered.nonsense(Reason::MissingMember, "the answer holds no list of installations")
    })?;
    let read = |raw| {
        Installation::read(&rules.installation, raw).ok_or_else(|| {
            answered.nonsense(Reason::MissingMember, "an installation in the answer has no id")
        })
    };
    items.iter().map(read).collect()
}

fn list_json(answered: &Answered<'_>, rules: &Installations) -> Result<Value> {
    if !rules.list.json_in_string {
        return answered.json();
    }
    if let Some(bare) = unescaped_string(&answered.response.body) {
        return Ok(bare);
    }
    match answered.json()? {
        Value::String(text) => serde_json::from_str(&text).map_err(|_| {
            answered.nonsense(Reason::NotJson, "the answer is a text that holds no JSON")
        }),
        reply => Ok(reply),
    }
}

/// AtomGit's documentation shows the list between quotes whose inner quotes are not escaped.
fn unescaped_string(body: &[u8]) -> Option<Value> {
    let inside = body.trim_ascii().strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    serde_json::from_slice(inside).ok()
}

/// The one installation that an account's path, name or id belongs to.
pub(crate) fn find(
    platform: &Platform,
    installations: &[Installation],
    account: &str,
) -> Result<Installation> {
    let is_match = |raw: &Value, pointer: &String| {
        reply::text(raw, &vec![pointer.clone()]).is_some_and(|text| same(&text, account))
    };
    let found = platform.installations()?.match_account.iter().find_map(|pointer| {
        installations.iter().find(|installation| is_match(&installation.raw, pointer))
    });
    found.cloned().ok_or_else(|| {
        let message = format!("the app is not installed on `{account}`");
        Error::new(ErrorKind::NotFound, message).because(Reason::NotInstalled).advise(
            "Install it there, or list the installations to see how the account is written.",
        )
    })
}

/// Accounts' names are compared without regard to case, as platforms do.
fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

/// Event names; a platform that lists broken objects has them put together again.
fn events(members: &InstallationMembers, raw: &Value) -> Vec<String> {
    let elements = reply::first(raw, &members.events).and_then(Value::as_array);
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
