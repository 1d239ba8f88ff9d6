//! Where the app is installed, as the platform tells it.

use serde_json::Value;

use url::Url;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    lookup::Lookup,
    platform::{
        Platform,
        descriptor::{Base, InstallationMembers, Installations, Paging},
    },
    refusal::Answered,
    reply,
    time::Timestamp,
    token::Permissions,
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

/// The request for the first page of the app's installations.
pub(crate) fn first_page(platform: &Platform) -> Result<Url> {
    let list = &platform.installations()?.list;
    let mut url = platform.endpoint(Base::Api, &list.path, &[])?;
    match &list.paging {
        None => {}
        Some(Paging::Link { size, items_per_page }) => {
            url.query_pairs_mut().append_pair(size, &items_per_page.to_string());
        }
        Some(Paging::Page { page, first_page, size, items_per_page }) => {
            url.query_pairs_mut()
                .append_pair(page, &first_page.to_string())
                .append_pair(size, &items_per_page.to_string());
        }
    }
    Ok(url)
}

/// The page after the one in an answer, which brought `new` installations not seen before.
pub(crate) fn next_page(answered: &Answered<'_>, new: usize) -> Result<Option<Url>> {
    let url = &answered.request.url;
    Ok(match &answered.platform.installations()?.list.paging {
        None => None,
        Some(Paging::Link { .. }) => answered.response.header("link").and_then(|links| {
            // Only its query is taken: no URL of a server is followed with credentials.
            let mut next = url.clone();
            next.set_query(next_link(links, url)?.query());
            Some(next).filter(|next| next != url)
        }),
        // A server may cap the size it was asked for, so a short page need not be the last one.
        Some(Paging::Page { page, .. }) => (new > 0).then(|| numbered_after(url, page)),
    })
}

/// The target of the link whose relation is `next` (RFC 8288 §3). Targets and quoted texts may
/// hold commas and semicolons.
fn next_link(links: &str, base: &Url) -> Option<Url> {
    let mut rest = links;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, it)| it.split_once('>')) {
        let (link, others) = cut(after, ',');
        let mut parameters = link;
        while !parameters.is_empty() {
            let (parameter, further) = cut(parameters, ';');
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            if name.trim().eq_ignore_ascii_case("rel")
                && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
            {
                return base.join(target).ok();
            }
            parameters = further;
        }
        rest = others;
    }
    None
}

/// What stands before and behind the first separator that is not quoted.
fn cut(text: &str, separator: char) -> (&str, &str) {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == separator && !quoted
    });
    end.map_or((text, ""), |(at, c)| (&text[..at], &text[at + c.len_utf8()..]))
}

fn numbered_after(url: &Url, parameter: &str) -> Url {
    let mut next = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let raise = |text: &str| (text.parse::<u64>().unwrap_or(0) + 1).to_string();
    next.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(name, value)| {
        let value = if name == parameter { raise(value) } else { value.clone() };
        (name, value)
    }));
    next
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
    items.iter().map(|raw| read(answered, rules, raw)).collect()
}

/// The one installation in an answer.
pub(crate) fn found(answered: &Answered<'_>) -> Result<Installation> {
    if !answered.response.is_success() {
        return Err(answered.refusal());
    }
    read(answered, answered.platform.installations()?, &answered.json()?)
}

fn read(answered: &Answered<'_>, rules: &Installations, raw: &Value) -> Result<Installation> {
    Installation::read(&rules.installation, raw).ok_or_else(|| {
        answered.nonsense(Reason::MissingMember, "an installation in the answer has no id")
    })
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

/// The installation that was looked for, out of a list of all.
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
    let is_match = |raw: &Value, pointer: &String| {
        reply::text_at(raw, pointer).is_some_and(|text| same(&text, name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let base = Url::parse("https://api.example/app/installations?per_page=2").unwrap();
        let links =
            r#"<https://api.example/x?page=1>; rel="prev", </x?page=3&per_page=2>; rel="next""#;
        assert_eq!(next_link(links, &base).unwrap().query(), Some("page=3&per_page=2"));
        assert!(next_link(r#"<https://api.example/x?page=1>; rel="last""#, &base).is_none());
        assert!(next_link("nonsense", &base).is_none());
    }

    #[test]
    fn pages_are_counted_on() {
        let url = Url::parse("https://api.example/x?page=9&limit=100").unwrap();
        assert_eq!(numbered_after(&url, "page").query(), Some("page=10&limit=100"));
    }
}
