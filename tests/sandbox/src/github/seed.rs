//! The sample data: the app of GitHub's documentation, and installations on an organization, on a user, on some of an
//! organization's repositories, on a suspended organization, on a deleted account and on an enterprise.
//!
//! <https://docs.github.com/rest/apps/apps>; the ids and secrets are not real.

use super::Edition;
use super::accounts::Account;
use super::apps::{App, Hook};
use super::deliveries;
use super::installations::{Installation, Selection};
use super::permissions::Level::{Read, Write};
use super::permissions::{Permissions, permissions};
use super::repositories::Repository;

pub(super) fn app() -> App {
    App {
        slug: "octoapp".to_owned(),
        name: "Octocat App".to_owned(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        permissions: granted(),
        events: vec!["push".to_owned(), "pull_request".to_owned()],
        hook: Hook {
            secret: Some(WEBHOOK_SECRET.to_owned()),
            ..Hook::to("https://example.com/webhook")
        },
        deliveries: deliveries::seeded(),
        ..App::new(APP_ID)
    }
}

pub(super) fn user() -> Account {
    Account::user("octocat", USER_ID)
}

pub(super) fn installations(edition: Edition) -> Vec<Installation> {
    let on = |id, account| Installation {
        id,
        app: APP_ID,
        account,
        selection: Selection::All,
        permissions: granted(),
        suspended_at: None,
    };
    let mut all = vec![
        on(1, Account::organization("github", 9919)),
        on(2, user()),
        Installation {
            selection: Selection::Selected(vec![3_001, 3_002]),
            permissions: permissions([("contents", Read), ("metadata", Read)]),
            ..on(3, Account::organization("octo-org", 6_811_672))
        },
        Installation {
            suspended_at: Some(SUSPENDED_AT.to_owned()),
            ..on(4, Account::organization("suspended-org", 4_004))
        },
        on(5, Account::Gone { id: 5_005 }),
    ];
    if edition == Edition::Cloud {
        let enterprise = Account::Enterprise { slug: "octo-enterprise".to_owned(), id: 6_006 };
        all.push(Installation {
            permissions: permissions([("enterprise_organizations", Write)]),
            ..on(6, enterprise)
        });
    }
    all
}

fn granted() -> Permissions {
    permissions([
        ("checks", Write),
        ("contents", Write),
        ("issues", Write),
        ("metadata", Read),
        ("single_file", Write),
    ])
}

pub(super) fn repositories() -> Vec<Repository> {
    [
        (1_001, "github", "docs", true),
        (1_002, "github", "hello-world", true),
        (1_003, "github", "octokit", false),
        (1_296_269, "octocat", "Hello-World", false),
        (1_300_192, "octocat", "Spoon-Knife", true),
        (3_001, "octo-org", "octo-repo", true),
        (3_002, "octo-org", "octo-site", true),
        (3_003, "octo-org", "octo-secrets", true),
        (3_004, "octo-org", "octo-infra", true),
        (4_001, "suspended-org", "frozen", true),
    ]
    .map(|(id, owner, name, private)| Repository::new(id, owner, name, private))
    .to_vec()
}

/// Sets the number of additional installations, which are there for tests of pagination.
pub(super) fn pad(
    installations: &mut Vec<Installation>,
    repositories: &mut Vec<Repository>,
    count: u64,
) {
    installations.retain(|it| it.id <= PADDING_BEGINS);
    repositories.retain(|it| it.id <= PADDING_REPOSITORIES_BEGIN);
    for number in 1..=count {
        let login = format!("org-{number:05}");
        installations.push(Installation {
            id: PADDING_BEGINS + number,
            app: APP_ID,
            account: Account::organization(&login, PADDING_REPOSITORIES_BEGIN + number),
            selection: Selection::All,
            permissions: granted(),
            suspended_at: None,
        });
        let id = PADDING_REPOSITORIES_BEGIN + number;
        repositories.push(Repository::new(id, &login, "repo", true));
    }
}

/// The present login of an organization that was formerly called `login`.
pub(super) fn present_login(login: &str) -> Option<&'static str> {
    login.eq_ignore_ascii_case("old-octo-org").then_some("octo-org")
}

/// The present name of a repository that was formerly called `name`.
pub(super) fn present_name(owner: &str, name: &str) -> Option<&'static str> {
    let old = owner.eq_ignore_ascii_case("octo-org") && name.eq_ignore_ascii_case("old-repo");
    old.then_some("octo-repo")
}

/// An account on which the app may no longer be installed.
pub(super) fn account(login: &str) -> Option<Account> {
    let installed = installations(Edition::Cloud).into_iter().map(|it| it.account);
    installed.into_iter().find(|it| it.is_called(login))
}

pub(super) const APP_ID: u64 = 1;
pub(super) const USER_ID: u64 = 1;
pub(super) const CLIENT_ID: &str = "Iv1.ab1112223334445c";
pub(super) const CLIENT_SECRET: &str = "5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe";
/// The secret that GitHub's documentation uses for webhook examples.
pub(super) const WEBHOOK_SECRET: &str = "It's a Secret to Everybody";
pub(super) const SUSPENDED_AT: &str = "2020-08-28T16:32:59Z";
pub(super) const SINGLE_FILES: [&str; 2] = ["config.yml", ".github/issue_TEMPLATE.md"];
const PADDING_BEGINS: u64 = 1_000;
const PADDING_REPOSITORIES_BEGIN: u64 = 10_000_000;
