//! Lookups of installations.

use appmint_core::{Lookup, Result};

/// The lookup by the one pair of a name and a value.
pub(crate) fn lookup(pairs: &[(String, String)]) -> Result<Lookup> {
    Lookup::only(pairs.iter().map(|(name, value)| (name.as_str(), value.clone())))
}
