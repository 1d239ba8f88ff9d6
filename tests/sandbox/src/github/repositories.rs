//! Repositories and their former names.

use serde_json::{Value, json};

use super::accounts::{Account, node_id};
use super::{Call, GitHub, seed};

#[derive(Clone)]
pub(super) struct Repository {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) private: bool,
}

impl Repository {
    pub(super) fn new(id: u64, owner: &str, name: &str, private: bool) -> Self {
        Self { id, owner: owner.to_owned(), name: name.to_owned(), private }
    }

    pub(super) fn is_called(&self, owner: &str, name: &str) -> bool {
        self.owner.eq_ignore_ascii_case(owner) && self.name.eq_ignore_ascii_case(name)
    }

    /// The JSON of a repository, the same in every list.
    pub(super) fn json(&self, owner: &Account, call: &Call<'_>) -> Value {
        let full_name = self.full_name();
        json!({
            "id": self.id,
            "node_id": node_id("Repository", self.id),
            "name": self.name,
            "full_name": full_name,
            "private": self.private,
            "owner": owner.json(&call.api, call.web()),
            "html_url": format!("{}/{full_name}", call.web()),
            "description": null,
            "fork": false,
            "url": format!("{}/repos/{full_name}", call.api),
            "default_branch": "main",
            "archived": false,
            "disabled": false,
            "visibility": if self.private { "private" } else { "public" }
        })
    }

    fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// The result of a lookup by name.
pub(super) enum Lookup<'s> {
    Found(&'s Repository),
    Moved(&'s Repository),
    Missing,
}

impl GitHub {
    pub(super) fn look_up(&self, owner: &str, name: &str) -> Lookup<'_> {
        let named =
            |owner: &str, name: &str| self.repositories.iter().find(|it| it.is_called(owner, name));
        if let Some(repository) = named(owner, name) {
            return Lookup::Found(repository);
        }
        let owner = seed::present_login(owner).unwrap_or(owner);
        let name = seed::present_name(owner, name).unwrap_or(name);
        named(owner, name).map_or(Lookup::Missing, Lookup::Moved)
    }

    pub(super) fn repository(&self, id: &str) -> Option<&Repository> {
        self.repositories.iter().find(|it| it.id.to_string() == id)
    }

    pub(super) fn repository_json(&self, repository: &Repository, call: &Call<'_>) -> Value {
        repository.json(&self.owner_of(repository), call)
    }

    fn owner_of(&self, repository: &Repository) -> Account {
        let accounts = self.installations.iter().map(|it| &it.account);
        let installed = accounts.into_iter().find(|it| it.is_called(&repository.owner)).cloned();
        installed.or_else(|| seed::account(&repository.owner)).unwrap_or_else(seed::user)
    }
}
