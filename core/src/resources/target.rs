//! The account that a user's token is scoped to.

use serde_json::Value;

use crate::{
    auth::scope::id_value,
    error::{Error, Result},
};

/// The account that a user's token is scoped to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A login or an organization's name.
    Account(String),
    /// Its id.
    Id(String),
}

impl Target {
    /// The account by exactly one of its name and its id.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for none or both.
    #[doc(hidden)]
    pub fn only(account: Option<String>, id: Option<String>) -> Result<Self> {
        match (account, id) {
            (Some(account), None) => Ok(Self::Account(account)),
            (None, Some(id)) => Ok(Self::Id(id)),
            _ => Err(Error::invalid("a token is scoped to exactly one account")
                .advise("Give one of target and target_id.")),
        }
    }

    pub(crate) fn argument(&self) -> (&'static str, Value) {
        match self {
            Self::Account(name) => ("target", name.as_str().into()),
            Self::Id(id) => ("target_id", id_value(id)),
        }
    }
}
