//! Where an installation is looked for: by its id, or by what the app is installed on.

use url::Url;

use crate::{
    error::{Error, Result},
    platform::{
        Platform,
        descriptor::{Base, Find},
    },
};

/// What to find an installation by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lookup {
    /// Its id.
    Id(String),
    /// An account of any kind, as the platform writes it: path, login, name or id.
    Account(String),
    /// An organization's name.
    Organization(String),
    /// A user's login.
    User(String),
    /// A repository, as `owner/name`.
    Repository(String),
    /// An enterprise's short name.
    Enterprise(String),
}

impl From<&str> for Lookup {
    fn from(account: &str) -> Self {
        Self::Account(account.to_owned())
    }
}

impl From<&String> for Lookup {
    fn from(account: &String) -> Self {
        Self::Account(account.clone())
    }
}

impl From<String> for Lookup {
    fn from(account: String) -> Self {
        Self::Account(account)
    }
}

impl Lookup {
    /// The one thing that is given of several that could be, by name: `account`, `id`,
    /// `organization`, `user`, `repository` or `enterprise`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for none, more than one, or another
    /// name.
    pub fn only<'a>(given: impl IntoIterator<Item = (&'a str, String)>) -> Result<Self> {
        let mut given = given.into_iter();
        let (Some((name, value)), None) = (given.next(), given.next()) else {
            return Err(Error::invalid("an installation is looked up by exactly one thing")
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
            other => return Err(Error::invalid(format!("nothing is looked up by `{other}`"))),
        })
    }

    /// What is looked for, as a person says it.
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

    /// The endpoints that answer it, tried in order; none where the list must be searched.
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

    /// What to compare with in a list: a name, and whether it is an id.
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
    fn exactly_one_thing_is_looked_up() {
        let one = Lookup::only([("user", "octocat".to_owned())]).unwrap();
        assert_eq!(one, Lookup::User("octocat".to_owned()));
        assert!(Lookup::only([]).is_err());
        assert!(Lookup::only([("id", "1".to_owned()), ("user", "a".to_owned())]).is_err());
        assert!(Lookup::only([("team", "a".to_owned())]).is_err());
    }
}
