//! Installations: their account, repositories and permissions.

use serde_json::{Value, json};

use super::accounts::Account;
use super::permissions::Permissions;
use super::repositories::Repository;
use super::{Call, GitHub, seed};

pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) app: u64,
    pub(super) account: Account,
    pub(super) selection: Selection,
    pub(super) permissions: Permissions,
    pub(super) suspended_at: Option<String>,
}

/// The repositories that the owner selected.
pub(super) enum Selection {
    All,
    Selected(Vec<u64>),
}

impl Selection {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Selected(_) => "selected",
        }
    }
}

impl Installation {
    pub(super) fn has(&self, repository: &Repository) -> bool {
        let selected = match &self.selection {
            Selection::All => true,
            Selection::Selected(ids) => ids.contains(&repository.id),
        };
        selected && self.account.is_called(&repository.owner)
    }
}

impl GitHub {
    pub(super) fn installation_json(&self, it: &Installation, call: &Call<'_>) -> Value {
        let (api, web) = (call.api.as_str(), call.web());
        let app = self.apps.by_id(it.app);
        let suspended_by = it.suspended_at.as_ref().map(|_| seed::user().json(api, web));
        let single_file = it.permissions.contains_key("single_file");
        json!({
            "id": it.id,
            "account": it.account.json(api, web),
            "repository_selection": it.selection.name(),
            "access_tokens_url": format!("{api}/app/installations/{}/access_tokens", it.id),
            "repositories_url": format!("{api}/installation/repositories"),
            "html_url": format!("{}/{}", it.account.settings(web), it.id),
            "app_id": it.app,
            "client_id": app.map(|app| app.client_id.as_str()),
            "app_slug": app.map(|app| app.slug.as_str()),
            "target_id": it.account.id(),
            "target_type": it.account.kind(),
            "permissions": it.permissions,
            "events": ["push", "pull_request"],
            "created_at": "2018-02-09T20:51:14Z",
            "updated_at": "2018-02-09T20:51:14Z",
            "single_file_name": single_file.then_some(seed::SINGLE_FILES[0]),
            "has_multiple_single_files": single_file,
            "single_file_paths": if single_file { &seed::SINGLE_FILES[..] } else { &[] },
            "suspended_at": it.suspended_at,
            "suspended_by": suspended_by
        })
    }

    pub(super) fn installation(&self, id: u64) -> Option<&Installation> {
        self.installations.iter().find(|it| it.id == id)
    }

    /// The repositories of an installation.
    pub(super) fn repositories_of<'s>(
        &'s self,
        installation: &'s Installation,
    ) -> impl Iterator<Item = &'s Repository> {
        self.repositories.iter().filter(|it| installation.has(it))
    }
}
