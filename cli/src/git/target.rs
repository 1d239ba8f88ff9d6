//! The profile, the installation and the repository that git's request is about.

use appmint_core::{App, Error, Lookup, Result, Scope, TokenSource};
use url::Url;

use super::protocol::Request;
use crate::{
    arguments::{CredentialArguments, SettingArguments},
    failure,
    settings::{Config, Profile, Settings},
};

/// The credential that a request is about.
pub(crate) struct Target {
    app: App,
    place: Place,
    profile: Profile,
    is_narrow: bool,
    permissions: Vec<String>,
    username: Option<String>,
}

/// A repository's place on the host; git says its path only with `credential.useHttpPath`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) owner: Option<String>,
    repository: Option<String>,
}

impl Target {
    /// The target of a request; `None` for a host, or an owner, that no profile is for.
    pub(crate) fn of(
        request: &Request,
        arguments: &SettingArguments,
        given: &CredentialArguments,
    ) -> Result<Option<Self>> {
        let config = match Config::read(arguments.config.as_deref()) {
            Ok(config) => config,
            Err(error) => return Ok(left_to_others(&[error])),
        };
        let Some((settings, place)) = choose(request, arguments, &config)? else {
            return Ok(None);
        };
        let profile = settings.profile().cloned().unwrap_or_default();
        let mut permissions = profile.git.permissions.clone();
        permissions.extend(given.permissions.iter().cloned());
        Ok(Some(Self {
            app: settings.app()?,
            place,
            is_narrow: given.narrow || profile.git.narrow,
            permissions,
            username: given.username.clone().or_else(|| profile.git.username.clone()),
            profile,
        }))
    }

    pub(crate) fn owner(&self) -> Option<&str> {
        self.place.owner.as_deref()
    }

    pub(crate) fn is_session(&self) -> bool {
        self.profile.git.session.is_some()
    }

    /// The source of the token.
    pub(crate) fn source(&self) -> Result<TokenSource> {
        if let Some(name) = &self.profile.git.session {
            return self.app.session(name);
        }
        let owner = self.place.owner.clone().or_else(|| only(&self.profile.owners));
        let owner = owner.ok_or_else(|| {
            Error::invalid("git did not say which repository it is about")
                .advise("`appmint git setup` configures that: credential.useHttpPath must be true.")
        })?;
        self.app.installation(Lookup::Account(owner).narrowed(self.scope()?))
    }

    fn scope(&self) -> Result<Scope> {
        let mut scope = Scope::all();
        if let (true, Some(repository)) = (self.is_narrow, &self.place.repository) {
            scope = scope.repositories([repository.clone()]);
        }
        for permission in &self.permissions {
            let (name, level) = permission.split_once('=').ok_or_else(|| {
                Error::invalid(format!(
                    "the permission `{permission}` is not written as name=level"
                ))
            })?;
            scope = scope.permission(name, level);
        }
        Ok(scope)
    }

    /// The user name that the platform wants.
    pub(crate) fn username(&self) -> Result<String> {
        let platform = self.app.platform();
        let known = self.username.clone().or_else(|| platform.git_username().map(str::to_owned));
        known.ok_or_else(|| {
            Error::invalid(format!(
                "the documentation of {} names no user name for git",
                platform.display_name()
            ))
            .advise("Give git_username in the profile, or --username to the helper.")
        })
    }
}

/// The settings that are for the request's host and owner. A profile that names the owner comes before one
/// for all owners, and the default profile before others.
fn choose(
    request: &Request,
    arguments: &SettingArguments,
    config: &Config,
) -> Result<Option<(Settings, Place)>> {
    let (mut found, mut unplaced) = (Vec::new(), Vec::new());
    for profile in candidates(arguments, config)? {
        let (rank, profile_name) = (rank(config, profile.as_ref()), name(profile.as_ref()));
        let settings = Settings::with(arguments, config, profile);
        let base = settings.git_url().unwrap_or_else(|error| {
            unplaced.push(error);
            None
        });
        let Some(place) = base.and_then(|base| place(request, &base)) else { continue };
        if let Some(names) = settings.profile().map_or(Some(false), |it| fits(it, &place)) {
            found.push(((names, rank), profile_name, settings, place));
        }
    }
    if found.is_empty() {
        return Ok(left_to_others(&unplaced));
    }
    found.sort_by_key(|(rank, ..)| std::cmp::Reverse(*rank));
    if let [(first, one, ..), (second, other, ..), ..] = &found[..]
        && first == second
    {
        let message = format!("the profiles {one} and {other} are both for {}", request.host);
        return Err(Error::invalid(message).advise("Name the `owners` that each is for."));
    }
    Ok(found.into_iter().next().map(|(_, _, settings, place)| (settings, place)))
}

/// Whoever cannot tell whether a host is the app's says why, and leaves the request to other helpers: the
/// mistake may have nothing to do with that host.
fn left_to_others<T>(errors: &[Error]) -> Option<T> {
    errors.iter().for_each(|error| failure::print(error, false));
    None
}

/// The profile that was named, else all of them, else the flags and variables alone.
fn candidates(arguments: &SettingArguments, config: &Config) -> Result<Vec<Option<Profile>>> {
    if let Some(name) = &arguments.profile {
        // One with a mistake may still say which host it is for.
        let profile = config.profiles.get(name);
        let profile = profile.map_or_else(|| config.choose(Some(name)), |it| Ok(Some(it)))?;
        return Ok(vec![profile.cloned()]);
    }
    if config.profiles.is_empty() {
        return Ok(vec![None]);
    }
    Ok(config.profiles.values().cloned().map(Some).collect())
}

fn rank(config: &Config, profile: Option<&Profile>) -> bool {
    profile.is_some_and(|profile| config.default_profile.as_ref() == Some(&profile.name))
}

fn name(profile: Option<&Profile>) -> String {
    profile.map(|profile| profile.name.clone()).unwrap_or_default()
}

/// Whether a profile is for this owner: `Some(true)` if it names the owner, `None` if it names others only.
fn fits(profile: &Profile, place: &Place) -> Option<bool> {
    if profile.owners.is_empty() {
        return Some(false);
    }
    let Some(owner) = &place.owner else { return Some(true) };
    let is_named = profile.owners.iter().any(|name| name.to_lowercase() == owner.to_lowercase());
    is_named.then_some(true)
}

/// The place of a request's path below the URL of git; `None` for another host.
pub(crate) fn place(request: &Request, base: &Url) -> Option<Place> {
    let below = below(base, request)?;
    let mut segments = below.split('/').filter(|segment| !segment.is_empty());
    let owner = segments.next().map(str::to_owned);
    let rest: Vec<_> = segments.collect();
    Some(Place { owner, repository: repository(&rest).map(str::to_owned) })
}

/// The repository's name in a path without its owner. Git LFS asks about paths below the repository
/// (<https://github.com/git-lfs/git-lfs/blob/main/docs/api/server-discovery.md>).
fn repository<'a>(segments: &[&'a str]) -> Option<&'a str> {
    let segments = segments.strip_suffix(&["info", "lfs"]).unwrap_or(segments);
    let of_suffix = segments.iter().find_map(|segment| segment.strip_suffix(".git"));
    of_suffix.or_else(|| segments.last().copied())
}

/// The request's path below a base URL, if it is there.
fn below<'a>(base: &Url, request: &'a Request) -> Option<&'a str> {
    let url = Url::parse(&format!("{}://{}/", request.protocol, request.host)).ok()?;
    if url.origin() != base.origin() {
        return None;
    }
    let path = request.path.as_deref().unwrap_or_default();
    match base.path().trim_matches('/') {
        "" => Some(path),
        folder if path.is_empty() && !folder.is_empty() => Some(path),
        folder => path.trim_start_matches('/').strip_prefix(folder)?.strip_prefix('/'),
    }
}

fn only(names: &[String]) -> Option<String> {
    match names {
        [name] => Some(name.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Request {
        Request::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_path_is_below_the_base_url_of_its_own_origin_only() {
        let base = |text| Url::parse(text).unwrap();
        let https = request("protocol=https\nhost=git.example\npath=a/b.git\n");
        assert_eq!(below(&base("https://git.example/"), &https), Some("a/b.git"));
        assert_eq!(below(&base("https://GIT.example:443"), &https), Some("a/b.git"));
        assert_eq!(below(&base("http://git.example/"), &https), None);
        assert_eq!(below(&base("https://git.example:8443/"), &https), None);
        assert_eq!(below(&base("https://git.example.evil/"), &https), None);
        assert_eq!(below(&base("https://git.example/a"), &https), Some("b.git"));
        assert_eq!(below(&base("https://git.example/ab"), &https), None);
    }

    #[test]
    fn a_repository_is_found_in_the_paths_of_git_and_of_lfs() {
        let base = Url::parse("https://git.example/").unwrap();
        let repository = |path| {
            place(&request(&format!("protocol=https\nhost=git.example\npath={path}\n")), &base)
                .unwrap()
                .repository
        };
        let paths = [
            "a/b.git",
            "a/b",
            "a/b.git/info/lfs",
            "a/b/info/lfs",
            "a/b.git/info/lfs/objects/batch",
        ];
        assert!(paths.into_iter().all(|path| repository(path).as_deref() == Some("b")));
        assert_eq!(repository("group/sub/b.git").as_deref(), Some("b"));
        assert_eq!(repository("a"), None);
    }

    #[test]
    fn a_profile_that_names_owners_is_for_no_others() {
        let place = |owner: &str| Place { owner: Some(owner.to_owned()), repository: None };
        let profile = Profile::of_owners(&["Acme"]);
        assert_eq!(fits(&profile, &place("acme")), Some(true));
        assert_eq!(fits(&profile, &place("other")), None);
        assert_eq!(fits(&Profile::default(), &place("other")), Some(false));
        assert_eq!(fits(&profile, &Place::default()), Some(true));
    }
}
