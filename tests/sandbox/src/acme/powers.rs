//! What a seat, or a token of it, may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names and levels.
pub(super) type Powers = BTreeMap<String, Level>;

/// Each level holds the one before it.
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

/// Whether `given` holds all that is `asked`.
pub(super) fn covers(given: &Powers, requested: &Powers) -> bool {
    requested.iter().all(|(name, level)| given.get(name).is_some_and(|it| it >= level))
}
