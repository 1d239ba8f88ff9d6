//! The powers (permissions) of a seat (installation) or of a token.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Levels by name.
pub(super) type Powers = BTreeMap<String, Level>;

/// Each level includes the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Peek,
    Own,
    Full,
}

pub(super) fn powers<const N: usize>(levels: [(&str, Level); N]) -> Powers {
    levels.into_iter().map(|(name, level)| (name.to_owned(), level)).collect()
}

/// Whether `given` includes everything in `requested`.
pub(super) fn covers(given: &Powers, requested: &Powers) -> bool {
    requested.iter().all(|(name, level)| given.get(name).is_some_and(|it| it >= level))
}
