//! The installation that is meant: by its id, or by the account it belongs to.

use url::Url;

use crate::{
    auth::Scope,
    error::{Error, Result},
    pasted::{self, Form},
    platform::{
        Platform,
        descriptor::{Base, Find},
    },
};

/// A way to name an installation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lookup {
    /// The installation's id.
    Id(String),
    /// The path, login, name or id of an account of any kind, as the platform writes it.
    Account(String),
    /// An organization's login.
    Organization(String),
    /// A user's login.
    User(String),
    /// A repository, as `owner/name`.
    Repository(String),
    /// An enterprise's short name.
    Enterprise(String),
}

/// A bare text is an installation's id, everywhere.
impl From<&str> for Lookup {
    fn from(id: &str) -> Self {
        Self::Id(id.to_owned())
    }
}

impl From<&String> for Lookup {
    fn from(id: &String) -> Self {
        Self::Id(id.clone())
    }
}

impl From<String> for Lookup {
    fn from(id: String) -> Self {
        Self::Id(id)
    }
}

/// A bare number is an installation's id.
impl From<u64> for Lookup {
    fn from(id: u64) -> Self {
        Self::Id(id.to_string())
    }
}

/// A request for an installation's tokens: which installation, and which part of its rights.
///
/// A bare id is a request for all of them: `app.installation("14")`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InstallationRequest {
    /// The installation.
    pub lookup: Lookup,
    /// The part of its rights; default all of them.
    pub scope: Scope,
}

impl<T: Into<Lookup>> From<T> for InstallationRequest {
    fn from(lookup: T) -> Self {
        Self { lookup: lookup.into(), scope: Scope::all() }
    }
}

impl Lookup {
    /// Tokens of this installation, narrowed to a part of its rights.
    #[must_use]
    pub fn narrowed(self, scope: Scope) -> InstallationRequest {
        InstallationRequest { lookup: self, scope }
    }

    /// The lookup by exactly one named value: `account`, `id`, `organization`, `user`, `repository`
    /// or `enterprise`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for none, more than one, or another
    /// name.
    #[doc(hidden)]
    pub fn only<'a>(given: impl IntoIterator<Item = (&'a str, String)>) -> Result<Self> {
        let mut given = given.into_iter();
        let (Some((name, value)), None) = (given.next(), given.next()) else {
            return Err(Error::invalid("an installation is looked up by exactly one value")
                .advise(
                    "Give one of account, id, organization, user, repository and enterprise.",
                ));
        };
        Ok(match name {
            "account" => Self::Account(value),
            "id" => Self::Id(value),
            "organization" => Self::Organization(value),
            "user" => Self::User(value),
            "repository" => Self::Repository(value),
            "enterprise" => Self::Enterprise(value),
            other => {
                return Err(Error::invalid(format!(
                    "an installation cannot be looked up by `{other}`"
                )));
            }
        })
    }

    /// The lookup without what was pasted around its value.
    pub(crate) fn cleaned(self) -> Result<Self> {
        let name = |what: &str, text: &str| pasted::cleaned(what, text, Form::Name);
        Ok(match self {
            Self::Id(id) => Self::Id(pasted::cleaned("the installation id", &id, Form::Id)?),
            Self::Account(text) => Self::Account(name("the account", &text)?),
            Self::Organization(text) => Self::Organization(name("the organization", &text)?),
            Self::User(text) => Self::User(name("the user", &text)?),
            Self::Repository(text) => Self::Repository(name("the repository", &text)?),
            Self::Enterprise(text) => Self::Enterprise(name("the enterprise", &text)?),
        })
    }

    /// The lookup as a noun, for errors.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Id(id) => format!("installation {id}"),
            Self::Account(name) => format!("the lookup of `{name}`"),
            Self::Organization(name) => format!("the lookup of organization `{name}`"),
            Self::User(name) => format!("the lookup of user `{name}`"),
            Self::Repository(name) => format!("the lookup of repository `{name}`"),
            Self::Enterprise(name) => format!("the lookup of enterprise `{name}`"),
        }
    }

    /// The endpoints that answer the lookup, to be tried in order; none where the list is searched.
    pub(crate) fn endpoints(&self, platform: &Platform) -> Result<Vec<Url>> {
        let find = &platform.installations()?.find;
        let fill = |path: &String| platform.endpoint(Base::Api, path, &self.variables()?);
        let urls: Vec<_> = self.paths(find).iter().map(fill).collect::<Result<_>>()?;
        match self {
            Self::Repository(_) | Self::Enterprise(_) if urls.is_empty() => {
                Err(platform.unsupported(&self.subject()))
            }
            _ => Ok(urls),
        }
    }

    /// The kind and the name, which tell two lookups apart; `None` for an id, which needs no lookup.
    pub(crate) fn key(&self) -> Option<[&str; 2]> {
        if matches!(self, Self::Id(_)) {
            return None;
        }
        Some([self.variable(), self.name().ok()?])
    }

    /// The text to compare with in a list.
    pub(crate) fn name(&self) -> Result<&str> {
        let (Self::Id(name)
        | Self::Account(name)
        | Self::Organization(name)
        | Self::User(name)
        | Self::Repository(name)
        | Self::Enterprise(name)) = self;
        if name.is_empty() {
            return Err(Error::invalid(format!("the {} is empty", self.variable())));
        }
        Ok(name)
    }

    fn paths<'a>(&self, find: &'a Find) -> &'a [String] {
        match self {
            Self::Id(_) => &find.id,
            Self::Account(_) => &find.account,
            Self::Organization(_) => &find.organization,
            Self::User(_) => &find.user,
            Self::Repository(_) => &find.repository,
            Self::Enterprise(_) => &find.enterprise,
        }
    }

    fn variable(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Account(_) => "account",
            Self::Organization(_) => "organization",
            Self::User(_) => "user",
            Self::Repository(_) => "repository",
            Self::Enterprise(_) => "enterprise",
        }
    }

    fn variables(&self) -> Result<Vec<(&str, &str)>> {
        let name = self.name()?;
        if let Self::Repository(_) = self {
            let (owner, repository) = name
                .split_once('/')
                .ok_or_else(|| Error::invalid("a repository is written as owner/name"))?;
            return Ok(vec![("owner", owner), ("repository", repository)]);
        }
        Ok(vec![(self.variable(), name)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_looked_up_by_exactly_one_value() {
        let one = Lookup::only([("user", "octocat".to_owned())]).unwrap();
        assert_eq!(one, Lookup::User("octocat".to_owned()));
        assert!(Lookup::only([]).is_err());
        assert!(Lookup::only([("id", "1".to_owned()), ("user", "a".to_owned())]).is_err());
        assert!(Lookup::only([("team", "a".to_owned())]).is_err());
    }
}
