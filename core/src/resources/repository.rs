//! A repository that an installation reaches.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Reason, Result},
    platform::{
        Platform,
        descriptor::{List, Operation},
        members,
        operations::RepositoryMembers,
        reply::Reply,
    },
    resources::pager::Listed,
};

/// A repository that an installation can access.
///
/// Only its id and its name are certain.
///
/// Source:
/// <https://docs.github.com/en/rest/apps/installations#list-repositories-accessible-to-the-app-installation>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Repository {
    /// The repository's id.
    pub id: String,
    /// Its name without its owner, as the argument `repositories` of
    /// [`App::installation`](crate::App::installation) takes it.
    pub name: String,
    /// Its name with its owner, such as `octocat/Hello-World`.
    pub full_name: Option<String>,
    /// The account that owns it.
    pub owner: Option<String>,
    /// Whether it is private.
    pub is_private: Option<bool>,
    /// The whole object as the platform sent it.
    pub raw: Value,
}

impl Repository {
    fn of(members: &RepositoryMembers, raw: &Value) -> Option<Self> {
        Some(Self {
            id: members::text(raw, &members.id)?,
            name: members::text(raw, &members.name)?,
            full_name: members::text(raw, &members.full_name),
            owner: members::text(raw, &members.owner),
            is_private: members::flag(raw, &members.private),
            raw: raw.clone(),
        })
    }
}

impl Listed for Repository {
    const LIST: &'static str = "list of repositories";
    const OPERATION: Operation = Operation::Call;

    fn list(platform: &Platform) -> Result<&List> {
        platform.offered(&platform.descriptor().lists.repositories, Self::LIST)
    }

    fn read(reply: &Reply<'_>, raw: &Value) -> Result<Self> {
        let platform = reply.platform;
        let members = platform.described(&platform.descriptor().objects.repository)?;
        Self::of(members, raw).ok_or_else(|| {
            let what = "a repository in the answer has no id or no name";
            reply.protocol_error(Reason::MissingMember, what)
        })
    }

    fn key(&self) -> &str {
        &self.id
    }
}
