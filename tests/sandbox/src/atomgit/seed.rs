//! The app, the installations, the client and the user that AtomGit's documentation shows, to the letter.
//!
//! <https://docs.atomgit.com/en/app/demo>,
//! <https://docs.atomgit.com/en/openAPI/api_versioned/get-o-auth-atu-token>,
//! <https://docs.atomgit.com/en/openAPI/api_versioned/get-the-authenticated-user>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The members in the order of the documented sample.
#[derive(Serialize, Deserialize)]
pub(super) struct Installation {
    access_tokens_url: String,
    pub(super) account: Account,
    app_id: u64,
    app_slug: String,
    created_at: String,
    events: Vec<String>,
    pub(super) id: u64,
    pub(super) permissions: Permissions,
    repository_selection: String,
    target_id: String,
    updated_at: String,
    #[serde(skip)]
    pub(super) suspended: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    id: u64,
    org_name: String,
    organization_id: String,
    pub(super) path: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Permissions {
    emails: String,
    checks: String,
    contents: String,
    keys: String,
    statuses: String,
}

pub(super) fn installations() -> Vec<Installation> {
    serde_json::from_str(INSTALLATIONS).expect("the documented sample is valid JSON")
}

pub(super) fn is_client(client_id: &str) -> bool {
    // The documentation writes the same client with and without its prefix.
    CLIENT_ID == client_id || CLIENT_ID.strip_prefix("Iv1.") == Some(client_id)
}

/// The members are documented; the values are fictional.
pub(super) fn user() -> Value {
    json!({
        "login": USER_LOGIN,
        "id": "63db126c0566d2f7d2c9498c",
        "url": format!("https://api.atomgit.com/users/{USER_LOGIN}"),
        "name": "Sample User",
        "company": "",
        "blog": "",
        "location": "",
        "email": "sample.user@example.com",
        "bio": "",
        "avatar_url": "https://example.com/avatar.png",
        "html_url": format!("https://atomgit.com/{USER_LOGIN}"),
        "created_at": "2023-02-02 09:31:24",
        "updated_at": "2023-02-02 09:31:24"
    })
}

pub(super) fn user_repos() -> Value {
    repos(USER_LOGIN, 901, &["notes", "dotfiles"])
}

pub(super) fn org_repos(org: &str) -> Value {
    match org {
        "yanqianyu" => repos(org, 101, &["website", "api", "infra"]),
        _ => repos(org, 201, &["engine", "docs"]),
    }
}

fn repos(owner: &str, first_id: u64, names: &[&str]) -> Value {
    let repo = |(id, name): (u64, &&str)| {
        json!({
            "id": id,
            "name": name,
            "full_name": format!("{owner}/{name}"),
            "private": false,
            "description": "",
            "default_branch": "master",
            "html_url": format!("https://atomgit.com/{owner}/{name}")
        })
    };
    (first_id..).zip(names).map(repo).collect()
}

pub(super) const APP_ID: &str = "75";
pub(super) const APP_SLUG: &str = "car-dove-marketplace-test";
pub(super) const CLIENT_ID: &str = "Iv1.49521b236a3e8937";
/// A sample value from the documentation, not a real secret.
pub(super) const CLIENT_SECRET: &str = "fc58279a2b1869b6df00cc9342af147792e4dd9a";
pub(super) const USER_LOGIN: &str = "sample-user";

/// The second installation's `events` are mangled in the documentation, too.
const INSTALLATIONS: &str = concat!(
    r#"[{"access_tokens_url":"https://api.atomgit.com/app/installations/14/access_tokens","#,
    r#""account":{"id":10912,"org_name":"yanqianyu","organization_id":"62c3ea551b506da49a835225","#,
    r#""path":"yanqianyu"},"app_id":75,"app_slug":"car-dove-marketplace-test","#,
    r#""created_at":"2023-04-26T14:18:39+08:00","events":["push"],"id":14,"#,
    r#""permissions":{"emails":"write","checks":"write","contents":"write","keys":"write","#,
    r#""statuses":"write"},"repository_selection":"ALL","target_id":"62c3ea551b506da49a835225","#,
    r#""updated_at":"2023-04-26T16:12:05+08:00"},"#,
    r#"{"access_tokens_url":"https://api.atomgit.com/app/installations/18/access_tokens","#,
    r#""account":{"id":13618,"org_name":"hanshuorg2","organization_id":"6311ec658cfdd5a134b25fd3","#,
    r#""path":"hanshuorg2"},"app_id":75,"app_slug":"car-dove-marketplace-test","#,
    r#""created_at":"2023-04-27T16:42:50+08:00","#,
    r#""events":["{\"code\":\"push\"","\"desc\":\"push event\"}"],"id":18,"#,
    r#""permissions":{"emails":"write","checks":"write","contents":"write","keys":"write","#,
    r#""statuses":"write"},"repository_selection":"ALL","target_id":"6311ec658cfdd5a134b25fd3","#,
    r#""updated_at":"2023-04-27T16:42:50+08:00"}]"#
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_list_survives_byte_for_byte() {
        assert_eq!(serde_json::to_string(&installations()).unwrap(), INSTALLATIONS);
    }
}
