use appmint_core::Repository;
use napi_derive::napi;

/// A repository that an installation reaches.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct RepositoryRecord {
    pub id: String,
    pub name: String,
    pub full_name: Option<String>,
    pub owner: Option<String>,
    pub is_private: Option<bool>,
    pub raw: String,
}

impl RepositoryRecord {
    pub(crate) fn of(repository: Repository) -> Self {
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
