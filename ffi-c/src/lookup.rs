//! What an installation is looked up by, as C says it.

use appmint_core::{Error, Lookup, Result};

/// One of APPMINT_LOOKUP_...: what appmint_app_find_installation_by is given.
pub type appmint_lookup = i32;

/// An account of any kind, as the platform writes it: its path, login, name or id.
pub const APPMINT_LOOKUP_ACCOUNT: appmint_lookup = 0;
/// An installation's id.
pub const APPMINT_LOOKUP_ID: appmint_lookup = 1;
/// An organization's name.
pub const APPMINT_LOOKUP_ORGANIZATION: appmint_lookup = 2;
/// A user's login.
pub const APPMINT_LOOKUP_USER: appmint_lookup = 3;
/// A repository, as "owner/name".
pub const APPMINT_LOOKUP_REPOSITORY: appmint_lookup = 4;
/// An enterprise's short name.
pub const APPMINT_LOOKUP_ENTERPRISE: appmint_lookup = 5;

pub(crate) fn lookup(kind: appmint_lookup, text: &str) -> Result<Lookup> {
    let make = match kind {
        APPMINT_LOOKUP_ACCOUNT => Lookup::Account,
        APPMINT_LOOKUP_ID => Lookup::Id,
        APPMINT_LOOKUP_ORGANIZATION => Lookup::Organization,
        APPMINT_LOOKUP_USER => Lookup::User,
        APPMINT_LOOKUP_REPOSITORY => Lookup::Repository,
        APPMINT_LOOKUP_ENTERPRISE => Lookup::Enterprise,
        _ => return Err(Error::invalid(format!("{kind} is no appmint_lookup"))),
    };
    Ok(make(text.to_owned()))
}
