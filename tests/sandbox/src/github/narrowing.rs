//! Narrowed tokens: some of the repositories, some of the permissions.
//!
//! <https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app>. An empty list or an empty
//! object narrows nothing, like a missing one; that is not documented, so a client should not rely on it.

use serde_json::{Map, Value};

use super::GitHub;
use super::installations::Installation;
use super::permissions::{Level, Permissions, covers};
use super::refusals::unprocessable;
use super::repositories::Repository;
use crate::http::Refusal;

pub(super) struct Narrowing {
    names: Vec<String>,
    ids: Vec<u64>,
    permissions: Permissions,
}

/// The narrowed permissions and repositories of an installation.
pub(super) struct Narrowed {
    pub(super) permissions: Permissions,
    /// `None` for all repositories.
    pub(super) repositories: Option<Vec<u64>>,
}

impl Narrowing {
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let narrowing = Self {
            names: member(body, "repositories")?,
            ids: member(body, "repository_ids")?,
            permissions: member(body, "permissions")?,
        };
        if narrowing.names.len() > MAX_REPOSITORIES || narrowing.ids.len() > MAX_REPOSITORIES {
            let message = format!(
                "Invalid request.\n\nNo more than {MAX_REPOSITORIES} repositories can be named."
            );
            return Err(unprocessable(&message));
        }
        Ok(narrowing)
    }

    fn picks(&self, repository: &Repository) -> bool {
        self.ids.contains(&repository.id)
            || self.names.iter().any(|name| repository.name.eq_ignore_ascii_case(name))
    }
}

/// A member of the required type, or its default if it is missing.
fn member<T: serde::de::DeserializeOwned + Default>(
    body: &Map<String, Value>,
    name: &str,
) -> Result<T, Refusal> {
    let Some(value) = body.get(name) else { return Ok(T::default()) };
    serde_json::from_value(value.clone()).map_err(|_| {
        unprocessable(&format!(
            "Invalid request.\n\nFor 'properties/{name}', the value is not valid."
        ))
    })
}

impl GitHub {
    pub(super) fn narrowed(
        &self,
        installation: &Installation,
        narrowing: &Narrowing,
    ) -> Result<Narrowed, Refusal> {
        Ok(Narrowed {
            repositories: self.picked(installation, narrowing)?,
            permissions: allowed(installation, &narrowing.permissions)?,
        })
    }

    fn picked(
        &self,
        installation: &Installation,
        narrowing: &Narrowing,
    ) -> Result<Option<Vec<u64>>, Refusal> {
        if narrowing.names.is_empty() && narrowing.ids.is_empty() {
            return Ok(None);
        }
        let available: Vec<_> = self.repositories_of(installation).collect();
        let named = |name: &String| available.iter().any(|it| it.name.eq_ignore_ascii_case(name));
        let known = |id: &u64| available.iter().any(|it| it.id == *id);
        if !narrowing.names.iter().all(named) || !narrowing.ids.iter().all(known) {
            return Err(unprocessable(
                "There is at least one repository that does not exist \
                 or is not accessible to the parent installation.",
            ));
        }
        Ok(Some(available.iter().filter(|it| narrowing.picks(it)).map(|it| it.id).collect()))
    }
}

fn allowed(installation: &Installation, requested: &Permissions) -> Result<Permissions, Refusal> {
    if requested.is_empty() {
        return Ok(installation.permissions.clone());
    }
    if !covers(&installation.permissions, requested) {
        return Err(unprocessable(
            "The permissions requested are not granted to this installation.",
        ));
    }
    let mut allowed = requested.clone();
    // Every app may read metadata, even if its token is narrowed to something else.
    if installation.permissions.contains_key("metadata") {
        allowed.entry("metadata".to_owned()).or_insert(Level::Read);
    }
    Ok(allowed)
}

const MAX_REPOSITORIES: usize = 500;
