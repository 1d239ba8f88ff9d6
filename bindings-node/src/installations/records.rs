//! Installations and repositories.

use std::collections::BTreeMap;

use appmint_core::{Installation, Timestamp, resources::Repository};
use napi_derive::napi;

/// An installation of the app.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct InstallationRecord {
    pub id: String,
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub account_id: Option<String>,
    pub target_id: Option<String>,
    pub app_id: Option<String>,
    pub app_slug: Option<String>,
    pub repository_selection: Option<String>,
    pub permissions: BTreeMap<String, String>,
    pub events: Vec<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub suspended_at: Option<i64>,
    pub raw: String,
}

impl From<Installation> for InstallationRecord {
    fn from(installation: Installation) -> Self {
        Self {
            id: installation.id,
            account: installation.account,
            account_name: installation.account_name,
            account_id: installation.account_id,
            target_id: installation.target_id,
            app_id: installation.app_id,
            app_slug: installation.app_slug,
            repository_selection: installation.repository_selection,
            permissions: installation.permissions,
            events: installation.events,
            created_at: installation.created_at.map(Timestamp::as_millis),
            updated_at: installation.updated_at.map(Timestamp::as_millis),
            suspended_at: installation.suspended_at.map(Timestamp::as_millis),
            raw: installation.raw.to_string(),
        }
    }
}

/// A repository that an installation may access.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RepositoryRecord {
    pub id: String,
    pub name: String,
    pub full_name: Option<String>,
    pub owner: Option<String>,
    pub is_private: Option<bool>,
    pub raw: String,
}

impl From<Repository> for RepositoryRecord {
    fn from(repository: Repository) -> Self {
        Self {
            id: repository.id,
            name: repository.name,
            full_name: repository.full_name,
            owner: repository.owner,
            is_private: repository.is_private,
            raw: repository.raw.to_string(),
        }
    }
}
