//! The configuration file: profiles by name, each with settings, and with the owners whose repositories it
//! is for.
//!
//! ```toml
//! default_profile = "acme"
//!
//! [profiles.acme]
//! platform = "github"
//! app_id = 1
//! private_key_file = "acme.pem"
//! owners = ["acme"]
//! ```

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    result::Result as Outcome,
};

use appmint_core::{Error, Result};
use toml::{Table, Value as Toml};

use super::table::{Setting, Value};
use crate::files;

/// The configuration file, read.
#[derive(Default)]
pub(crate) struct Config {
    pub(crate) path: Option<PathBuf>,
    pub(crate) default_profile: Option<String>,
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// A profile: settings by name, and what the commands know beside the library's settings.
#[derive(Clone, Default)]
pub(crate) struct Profile {
    pub(crate) name: String,
    settings: BTreeMap<&'static str, Source>,
    /// A command that signs instead of a private key.
    pub(crate) signer: Option<String>,
    /// The accounts whose repositories it is for; empty for all.
    pub(crate) owners: Vec<String>,
    pub(crate) git: GitOptions,
    /// The first mistake in it, which concerns whoever uses the profile, and nobody else.
    mistake: Option<Error>,
    /// A mistake is in what says which host the profile is for.
    is_place_unknown: bool,
}

/// The members of a profile about git.
#[derive(Clone, Default)]
pub(crate) struct GitOptions {
    pub(crate) username: Option<String>,
    /// The base URL, if it is not that of the platform's web pages.
    pub(crate) url: Option<String>,
    pub(crate) narrow: bool,
    pub(crate) permissions: Vec<String>,
    /// Git acts as the user of this session, and not as an installation.
    pub(crate) session: Option<String>,
}

/// Where a profile has a setting's value.
#[derive(Clone)]
pub(crate) enum Source {
    Inline(Value),
    File(PathBuf),
}

impl Config {
    /// Reads the file; without one there are no profiles.
    pub(crate) fn read(given: Option<&Path>) -> Result<Self> {
        let Some(path) = given.map(Path::to_owned).or_else(files::config) else {
            return Ok(Self::default());
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && given.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => {
                let message =
                    format!("the configuration {} cannot be read: {error}", path.display());
                return Err(Error::invalid(message).caused_by(error));
            }
        };
        Self::parse(&text, &path).map_err(|complaint| wrong(&path, &complaint))
    }

    fn parse(text: &str, path: &Path) -> Outcome<Self, String> {
        // The parser's own sentence quotes the line, which may hold a secret.
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.lines().count().max(1), error.message())
        })?;
        let mut config = Self { path: Some(path.to_owned()), ..Self::default() };
        for (name, value) in table {
            match (name.as_str(), value) {
                ("default_profile", Toml::String(name)) => config.default_profile = Some(name),
                ("profiles", Toml::Table(profiles)) => {
                    for (name, members) in profiles {
                        config.profiles.insert(name.clone(), profile(&name, members, path));
                    }
                }
                _ => return Err(format!("`{name}` is neither default_profile nor profiles")),
            }
        }
        Ok(config)
    }

    /// The profile that a person names, the default one, or the only one.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<Option<&Profile>> {
        let only = || self.profiles.values().next().filter(|_| self.profiles.len() == 1);
        let Some(name) = name.or(self.default_profile.as_deref()) else {
            return only().map(Profile::checked).transpose();
        };
        let named = self.profiles.get(name).ok_or_else(|| {
            let names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
            let error = Error::invalid(format!("there is no profile `{name}`"));
            match &self.path {
                Some(path) => {
                    error.advise(format!("{} has: {}.", path.display(), names.join(", ")))
                }
                None => error.advise("There is no configuration file."),
            }
        });
        named?.checked().map(Some)
    }

    /// The mistakes in profiles, of which none but the one that is used must be valid.
    pub(crate) fn mistakes(&self) -> Vec<Error> {
        self.profiles.values().filter_map(|profile| profile.mistake.clone()).collect()
    }
}

impl Profile {
    #[cfg(test)]
    pub(crate) fn of_owners(owners: &[&str]) -> Self {
        let owners = owners.iter().map(|&owner| owner.to_owned()).collect();
        Self { owners, ..Self::default() }
    }

    /// The profile, if there is no mistake in it.
    pub(crate) fn checked(&self) -> Result<&Self> {
        self.mistake.clone().map_or(Ok(self), Err)
    }

    /// Whether it is known which host the profile is for.
    pub(crate) fn check_place(&self) -> Result<()> {
        if self.is_place_unknown { self.checked().map(drop) } else { Ok(()) }
    }

    /// The value of a setting, if the profile has it.
    pub(crate) fn value(&self, setting: &Setting) -> Result<Option<Value>> {
        match self.settings.get(setting.name) {
            None => Ok(None),
            Some(Source::Inline(value)) => Ok(Some(value.clone())),
            Some(Source::File(path)) => setting.of_file(files::read(path)?).map(Some),
        }
    }

    pub(crate) fn source(&self, setting: &Setting) -> Option<&Source> {
        self.settings.get(setting.name)
    }
}

/// A profile that is read as far as it is valid; it keeps its first mistake.
fn profile(name: &str, members: Toml, path: &Path) -> Profile {
    let mut profile = Profile { name: name.to_owned(), ..Profile::default() };
    let Toml::Table(members) = members else {
        profile.mistake = Some(wrong(path, &format!("profiles.{name} is not a table")));
        profile.is_place_unknown = true;
        return profile;
    };
    for (member, value) in members {
        if let Err(complaint) = profile.read(&member, value, path) {
            let complaint = format!("profiles.{name}.{member}: {complaint}");
            profile.mistake.get_or_insert_with(|| wrong(path, &complaint));
            profile.is_place_unknown |= PLACE.iter().any(|part| member.starts_with(part));
        }
    }
    profile
}

impl Profile {
    fn read(&mut self, member: &str, value: Toml, path: &Path) -> Outcome<(), String> {
        match member {
            "signer" => self.signer = Some(text(value)?),
            "owners" => self.owners = texts(value)?,
            "git_username" => self.git.username = Some(text(value)?),
            "git_url" => self.git.url = Some(text(value)?),
            "git_narrow" => self.git.narrow = value.as_bool().ok_or("write true or false")?,
            "git_permissions" => self.git.permissions = texts(value)?,
            "git_session" => self.git.session = Some(text(value)?),
            _ => {
                let (setting, source) = setting(member, value, path)?;
                self.settings.insert(setting.name, source);
            }
        }
        Ok(())
    }
}

/// A setting of the library, or the file with its value.
fn setting(member: &str, value: Toml, path: &Path) -> Outcome<(&'static Setting, Source), String> {
    let in_file = member.strip_suffix("_file").and_then(Setting::named);
    if let Some(setting) = in_file.filter(|setting| setting.may_be_in_file()) {
        return Ok((setting, Source::File(beside(path, &text(value)?))));
    }
    let setting = Setting::named(member).ok_or("there is no such setting")?;
    let text = text(value)?;
    if setting.keeps_secret(&text) && files::is_readable_by_others(path) {
        return Err("this is a secret, and others may read the file: chmod 600 it".to_owned());
    }
    let value = setting.of_text(&text).map_err(|error| error.to_string())?;
    Ok((setting, Source::Inline(value)))
}

/// A path is relative to the configuration file; `~/` is the home folder.
fn beside(config: &Path, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => config.parent().unwrap_or(Path::new("")).join(path),
    }
}

fn text(value: Toml) -> Outcome<String, &'static str> {
    match value {
        Toml::String(text) => Ok(text),
        Toml::Integer(number) => Ok(number.to_string()),
        Toml::Boolean(value) => Ok(value.to_string()),
        _ => Err("write a text"),
    }
}

fn texts(value: Toml) -> Outcome<Vec<String>, &'static str> {
    let Toml::Array(values) = value else { return Err("write a list of texts") };
    values.into_iter().map(text).collect()
}

fn wrong(path: &Path, complaint: &str) -> Error {
    Error::invalid(format!("the configuration {} is not valid: {complaint}", path.display()))
}

/// The beginnings of the members that say which host a profile is for.
const PLACE: [&str; 5] = ["platform", "host", "api_url", "web_url", "git_url"];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Outcome<Config, String> {
        Config::parse(text, Path::new("/nowhere/config.toml"))
    }

    #[test]
    fn a_profile_has_settings_and_owners() {
        let config = parse(
            "default_profile = 'a'\n[profiles.a]\nplatform = 'github'\napp_id = 7\nowners = ['acme']\n\
             private_key_file = 'a.pem'\ngit_narrow = true\n",
        );
        let config = config.unwrap();
        let profile = config.choose(None).unwrap().unwrap();
        let app_id = profile.value(Setting::named("app_id").unwrap()).unwrap().unwrap();
        assert_eq!((profile.name.as_str(), app_id.shown().as_str()), ("a", "7"));
        assert!(profile.git.narrow && profile.owners == ["acme"]);
        let key = profile.source(Setting::named("private_key").unwrap());
        assert!(matches!(key, Some(Source::File(path)) if path == Path::new("/nowhere/a.pem")));
        assert!(config.choose(Some("b")).is_err());
    }

    #[test]
    fn a_complaint_names_the_member_and_quotes_nothing() {
        let complaint = |text| {
            let config = parse(text).unwrap();
            config.choose(None).err().unwrap().to_string()
        };
        assert!(
            complaint("[profiles.a]\nap_id = 7")
                .contains("profiles.a.ap_id: there is no such setting")
        );
        assert!(
            complaint("[profiles.a]\nowners = 'x'")
                .contains("profiles.a.owners: write a list of texts")
        );
        let broken = parse("[profiles.a]\nstore_key = s3cret\n").err().unwrap();
        assert!(broken.starts_with("line 2: ") && !broken.contains("s3cret"), "{broken}");
        assert!(complaint("[profiles.a]\ntimeout = '5'").contains("500ms, 30s, 9m"));
    }

    #[test]
    fn a_mistake_in_one_profile_leaves_the_others_alone() {
        let config = parse("[profiles.a]\nap_id = 7\n[profiles.b]\napp_id = 7\n").unwrap();
        assert!(config.choose(Some("b")).is_ok() && config.choose(Some("a")).is_err());
        assert_eq!(config.mistakes().len(), 1);
        let place = |text| parse(text).unwrap().profiles["a"].check_place().is_ok();
        assert!(place("[profiles.a]\nap_id = 7") && !place("[profiles.a]\nhost = []"));
        assert!(!place("profiles.a = 1") && !place("[profiles.a]\ngit_url = []"));
    }
}
