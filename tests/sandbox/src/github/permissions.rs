//! The permissions of an installation or of a token.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Levels by name.
pub(super) type Permissions = BTreeMap<String, Level>;

/// Each level includes the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Read,
    Write,
    Admin,
}

pub(super) fn permissions<const N: usize>(levels: [(&str, Level); N]) -> Permissions {
    levels.into_iter().map(|(name, level)| (name.to_owned(), level)).collect()
}

/// Whether `granted` includes everything in `requested`.
pub(super) fn covers(granted: &Permissions, requested: &Permissions) -> bool {
    requested.iter().all(|(name, level)| granted.get(name).is_some_and(|it| it >= level))
}
