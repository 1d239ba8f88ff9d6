//! How an installation is looked up.

use appmint_core::{Error, Lookup, Result};

/// How a text names an installation.
#[repr(C)]
pub enum appmint_lookup_code {
    /// The path, login, name or id of an account of any kind, as the platform writes it.
    APPMINT_LOOKUP_ACCOUNT = 0,
    /// The installation's id.
    APPMINT_LOOKUP_ID = 1,
    /// An organization's login.
    APPMINT_LOOKUP_ORGANIZATION = 2,
    /// A user's login.
    APPMINT_LOOKUP_USER = 3,
    /// A repository, as "owner/name".
    APPMINT_LOOKUP_REPOSITORY = 4,
    /// An enterprise's short name.
    APPMINT_LOOKUP_ENTERPRISE = 5,
}

/// A value of enum appmint_lookup_code.
pub type appmint_lookup = i32;

/// The core's lookup, in the order of [`appmint_lookup_code`].
pub(crate) fn lookup_of(lookup: appmint_lookup, text: &str) -> Result<Lookup> {
    let kind = match lookup {
        0 => Lookup::Account,
        1 => Lookup::Id,
        2 => Lookup::Organization,
        3 => Lookup::User,
        4 => Lookup::Repository,
        5 => Lookup::Enterprise,
        _ => return Err(Error::invalid(format!("{lookup} is not a value of appmint_lookup"))),
    };
    Ok(kind(text.to_owned()))
}
