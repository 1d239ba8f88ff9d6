//! The part of an installation's rights that a token is narrowed to: some of its repositories and
//! permissions.

use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    pasted::{self, Form},
    platform::{Platform, descriptor::Narrowing},
    token::Permissions,
};

/// A part of the rights that an installation was granted.
///
/// Rights that the scope does not name are not narrowed. A list that is named but empty is refused
/// when the token is requested: a platform would take it for everything.
///
/// Two scopes are equal when they name the same rights, in whatever order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    repositories: Option<Vec<String>>,
    repository_ids: Option<Vec<String>>,
    permissions: Option<Permissions>,
}

/// The parts of a scope as JSON.
struct Values {
    repositories: Option<Value>,
    repository_ids: Option<Value>,
    permissions: Option<Value>,
}

impl Scope {
    /// A scope that narrows nothing.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Adds repositories by name, without their owner.
    #[must_use]
    pub fn repositories<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        add(&mut self.repositories, names);
        self
    }

    /// Adds repositories by id.
    #[must_use]
    pub fn repository_ids<T: Into<String>>(mut self, ids: impl IntoIterator<Item = T>) -> Self {
        add(&mut self.repository_ids, ids);
        self
    }

    /// Adds a permission at a level, such as `contents` at `read`. A hyphen in the name may stand
    /// for an underscore.
    #[must_use]
    pub fn permission(self, name: impl Into<String>, level: impl Into<String>) -> Self {
        self.permissions([(name, level)])
    }

    /// Adds permissions and their levels.
    #[must_use]
    pub fn permissions<N: Into<String>, L: Into<String>>(
        mut self,
        levels: impl IntoIterator<Item = (N, L)>,
    ) -> Self {
        let held = self.permissions.get_or_insert_default();
        let named = |(name, level): (N, L)| (name.into().replace('-', "_"), level.into());
        held.extend(levels.into_iter().map(named));
        self
    }

    /// This scope, unless it narrows nothing: bindings refuse a scope object that was left empty by
    /// mistake.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if it does not.
    #[doc(hidden)]
    pub fn narrowing(self) -> Result<Self> {
        if self.is_all() {
            return Err(Error::invalid("the scope is empty, so it narrows nothing")
                .advise("Leave the scope out for a token with all rights of the installation."));
        }
        Ok(self)
    }

    /// The scope without what was pasted around its names and ids.
    pub(crate) fn cleaned(mut self) -> Result<Self> {
        clean_all("a repository", &mut self.repositories, Form::Name)?;
        clean_all("a repository id", &mut self.repository_ids, Form::Id)?;
        Ok(self)
    }

    /// Whether the scope narrows nothing.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self == &Self::default()
    }

    /// The members of a minting request's body that narrow the token.
    pub(crate) fn body(&self, platform: &Platform) -> Result<Map<String, Value>> {
        let mut body = Map::new();
        if self.is_all() {
            return Ok(body);
        }
        let rules = &platform.installation_token()?.narrowing;
        let rules = rules.as_ref().ok_or_else(|| platform.unsupported("narrowed tokens"))?;
        self.check(rules)?;
        let mut put = |member: &Option<String>, what: &str, value: Value| {
            let member = member.as_ref().ok_or_else(|| platform.unsupported(what))?;
            body.insert(member.clone(), value);
            Ok::<_, Error>(())
        };
        let values = self.values();
        if let Some(names) = values.repositories {
            put(&rules.repositories, "narrowing by repository name", names)?;
        }
        if let Some(ids) = values.repository_ids {
            put(&rules.repository_ids, "narrowing by repository id", ids)?;
        }
        if let Some(levels) = values.permissions {
            put(&rules.permissions, "narrowing by permission", levels)?;
        }
        Ok(body)
    }

    /// The scope as arguments of an operation.
    pub(crate) fn arguments(&self, platform: &Platform) -> Result<Vec<(&'static str, Value)>> {
        let rules = &platform.installation_token()?.narrowing;
        self.check(rules.as_ref().ok_or_else(|| platform.unsupported("narrowed tokens"))?)?;
        let Values { repositories, repository_ids, permissions } = self.values();
        let named = [
            ("repositories", repositories),
            ("repository_ids", repository_ids),
            ("permissions", permissions),
        ];
        Ok(named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    /// The scope as JSON, which is equal for equal scopes.
    pub(crate) fn as_json(&self) -> Value {
        json!([self.repositories, self.repository_ids, self.permissions])
    }

    /// The same scope without its repositories.
    pub(crate) fn without_repositories(&self) -> Self {
        Self { permissions: self.permissions.clone(), ..Self::default() }
    }

    /// The repositories of this scope that are not among the granted ones, which are given as pairs of
    /// id and name.
    pub(crate) fn missing_from(&self, granted: &[(String, String)]) -> Vec<String> {
        let is_name = |text: &str| granted.iter().any(|(_, name)| name.eq_ignore_ascii_case(text));
        let is_id = |text: &str| granted.iter().any(|(id, _)| id == text);
        let names = self.repositories.iter().flatten().filter(|name| !is_name(name));
        names.chain(self.repository_ids.iter().flatten().filter(|id| !is_id(id))).cloned().collect()
    }

    fn values(&self) -> Values {
        let texts = |names: &Vec<String>| names.iter().map(String::as_str).collect();
        let ids = |ids: &Vec<String>| ids.iter().map(|id| id_value(id)).collect();
        let levels = |levels: &Permissions| {
            let each = |(name, level): (&String, &String)| (name.clone(), level.as_str().into());
            Value::Object(levels.iter().map(each).collect())
        };
        Values {
            repositories: self.repositories.as_ref().map(texts),
            repository_ids: self.repository_ids.as_ref().map(ids),
            permissions: self.permissions.as_ref().map(levels),
        }
    }

    fn check(&self, rules: &Narrowing) -> Result<()> {
        let max = rules.max_repositories;
        let lists = || self.repositories.iter().chain(&self.repository_ids);
        if lists().any(Vec::is_empty) {
            return Err(Error::invalid("the list of repositories is empty")
                .advise("Leave the list out for a token that reaches all repositories."));
        }
        if self.permissions.as_ref().is_some_and(Permissions::is_empty) {
            return Err(Error::invalid("the map of permissions is empty")
                .advise("Leave the map out for a token with all permissions."));
        }
        if lists().any(|list| list.len() > max) {
            return Err(Error::invalid(format!(
                "a token reaches at most {max} named repositories"
            ))
            .advise("Narrow by fewer, or do not narrow by repository."));
        }
        let levels = self.permissions.iter().flatten().flat_map(|(name, level)| [name, level]);
        let mut texts = lists().flatten().chain(levels);
        if texts.any(String::is_empty) {
            return Err(Error::invalid("a repository, permission or level is empty"));
        }
        match self.repositories.iter().flatten().find(|name| name.contains('/')) {
            Some(name) => {
                Err(Error::invalid(format!("the repository `{name}` is written with its owner"))
                    .advise(
                        "Give the name without the owner: the installation belongs to one owner.",
                    ))
            }
            None => Ok(()),
        }
    }
}

fn add<T: Into<String>>(list: &mut Option<Vec<String>>, texts: impl IntoIterator<Item = T>) {
    let list = list.get_or_insert_default();
    list.extend(texts.into_iter().map(Into::into));
    list.sort_unstable();
    list.dedup();
}

fn clean_all(what: &str, list: &mut Option<Vec<String>>, form: Form) -> Result<()> {
    let Some(texts) = list else { return Ok(()) };
    for text in texts.iter_mut().filter(|text| !text.is_empty()) {
        *text = pasted::cleaned(what, text, form)?;
    }
    texts.sort_unstable();
    texts.dedup();
    Ok(())
}

/// An id as a platform writes it: a number where it has digits only.
pub(crate) fn id_value(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn order_and_repetition_do_not_matter_but_levels_do() {
        let scope =
            |level| Scope::all().repositories(["b", "a"]).permission("pull-requests", level);
        let same = Scope::all().permission("pull_requests", "write").repositories(["a", "b", "a"]);
        assert_eq!(scope("write"), same);
        assert_ne!(scope("admin"), same);
    }

    #[test]
    fn what_was_pasted_around_names_and_ids_is_taken_off() {
        let pasted = Scope::all().repositories(["notes", " notes\n"]).repository_ids(["\t901 "]);
        let meant = Scope::all().repositories(["notes"]).repository_ids(["901"]);
        assert_eq!(pasted.cleaned().unwrap(), meant);
        let error = Scope::all().repositories(["no\u{200b}tes"]).cleaned().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("a repository"), "{error}");
    }

    #[test]
    fn a_name_and_a_permission_are_not_confused() {
        assert_ne!(
            Scope::all().repositories(["issues"]),
            Scope::all().permission("issues", "read")
        );
    }

    #[test]
    fn a_platform_without_narrowing_refuses_it() {
        let atomgit = Platform::named("atomgit").unwrap();
        let error = Scope::all().repositories(["a"]).body(&atomgit).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(Scope::all().body(&atomgit).unwrap().is_empty());
    }

    #[test]
    fn too_many_repositories_are_counted_before_they_are_sent() {
        let github = Platform::named("github").unwrap();
        let scope = |n: usize| Scope::all().repositories((0..n).map(|n| n.to_string()));
        assert!(scope(500).body(&github).is_ok());
        assert_eq!(scope(501).body(&github).unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert!(Scope::all().repositories(["acme/api"]).body(&github).is_err());
    }

    #[test]
    fn an_empty_list_does_not_mean_everything() {
        let github = Platform::named("github").unwrap();
        let nothing = Vec::<String>::new();
        for scope in
            [Scope::all().repositories(nothing.clone()), Scope::all().repository_ids(nothing)]
        {
            assert_eq!(scope.body(&github).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        let no_levels = Scope::all().permissions(Permissions::new());
        assert_eq!(no_levels.body(&github).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn ids_are_sent_as_numbers() {
        let github = Platform::named("github").unwrap();
        let body = Scope::all().repository_ids(["2", "1"]).body(&github).unwrap();
        assert_eq!(Value::Object(body), serde_json::json!({"repository_ids": [1, 2]}));
    }
}
