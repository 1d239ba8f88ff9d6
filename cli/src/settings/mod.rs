//! The app's settings: from flags, then variables, then a profile of the configuration file.
//!
//! [`Settings`] decides for each setting where it comes from. What comes from variables is left to the
//! library, which reads them itself. Without any store there is one in the user's folder ([`own_store`]).

mod explain;
mod own_store;
mod pkcs11;
mod profiles;
mod signer;
mod table;

use std::path::{Path, PathBuf};

use appmint_core::{App, AppBuilder, Error, Result};
use url::Url;

use self::table::{SETTINGS, Setting, Value};
pub(crate) use self::{
    own_store::key as own_key,
    profiles::{Config, Profile},
};
use crate::{arguments::SettingArguments, files, variable};

/// The settings of this call.
pub(crate) struct Settings {
    arguments: SettingArguments,
    profile: Option<Profile>,
    config: Option<PathBuf>,
    /// What is wrong with the other profiles.
    mistakes: Vec<Error>,
    /// Leaves out the credentials of the app, for what needs a token only.
    without_credentials: bool,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag(String),
    Variable(String),
    Profile,
    Default,
}

impl Settings {
    /// The settings with the profile that is named, or the default one.
    pub(crate) fn read(arguments: &SettingArguments) -> Result<Self> {
        let config = Config::read(arguments.config.as_deref())?;
        let profile = config.choose(arguments.profile.as_deref())?.cloned();
        Ok(Self::with(arguments, &config, profile))
    }

    /// The settings with this profile.
    pub(crate) fn with(
        arguments: &SettingArguments,
        config: &Config,
        profile: Option<Profile>,
    ) -> Self {
        Self {
            arguments: arguments.clone(),
            profile,
            config: config.path.clone(),
            mistakes: config.mistakes(),
            without_credentials: false,
        }
    }

    pub(crate) fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The app.
    pub(crate) fn app(&self) -> Result<App> {
        self.builder()?.build()
    }

    /// The app without a store: its tokens are nobody else's.
    pub(crate) fn app_without_store(&self) -> Result<App> {
        self.without_store().app()
    }

    /// The same settings without a store.
    pub(crate) fn without_store(&self) -> Self {
        let arguments = SettingArguments {
            no_store: true,
            store_file: None,
            store_key_file: None,
            ..self.arguments.clone()
        };
        Self {
            arguments,
            profile: self.profile.clone(),
            config: self.config.clone(),
            mistakes: self.mistakes.clone(),
            without_credentials: self.without_credentials,
        }
    }

    /// The app with neither a store nor credentials: for calls with a token that is there already.
    pub(crate) fn bare_app(&self) -> Result<App> {
        Self { without_credentials: true, ..self.without_store() }.app()
    }

    /// The base URL of git over HTTPS: `git_url` of the profile, or APPMINT_GIT_URL, or the platform's web
    /// pages; `None` if the platform's host is not known.
    pub(crate) fn git_url(&self) -> Result<Option<Url>> {
        self.profile.as_ref().map_or(Ok(()), Profile::check_place)?;
        let given = variable("APPMINT_GIT_URL").map(|text| text.to_string_lossy().into_owned());
        let given = given.or_else(|| self.profile.as_ref()?.git.url.clone());
        let url = match given {
            Some(url) => Some(url),
            None => {
                self.without_store().builder_without_key()?.platform()?.web_url().map(str::to_owned)
            }
        };
        url.map(|url| Url::parse(&url))
            .transpose()
            .map_err(|error| Error::invalid(format!("the URL of git is not valid: {error}")))
    }

    /// The builder of the platform alone: no file of a key is read.
    fn builder_without_key(&self) -> Result<AppBuilder> {
        let mut app = self.beginning()?.environment("APPMINT_");
        for name in ["host", "api_url", "web_url", "allow_plain_http"] {
            let setting = Setting::named(name).ok_or_else(no_setting)?;
            if let Some(value) = self.given(setting)? {
                app = setting.give(app, value);
            }
        }
        Ok(app)
    }

    /// The builder with everything that flags and the profile say, which reads the variables itself.
    pub(crate) fn builder(&self) -> Result<AppBuilder> {
        self.profile.as_ref().map(Profile::checked).transpose()?;
        let mut app = self.beginning()?.environment("APPMINT_");
        let wanted = |setting: &&Setting| {
            let is_credential = self.without_credentials && setting.is_credential();
            !is_credential && (!self.arguments.no_store || !setting.is_store_key())
        };
        for setting in SETTINGS.iter().filter(wanted) {
            if let Some(value) = self.given(setting)? {
                app = setting.give(app, value);
            }
        }
        if let Some(command) = self.signer().filter(|_| !self.without_credentials) {
            app = app.signer(signer::of(command)?);
        }
        if self.arguments.no_store {
            // So that no keychain is asked for a key that seals nothing.
            app = app.store_unencrypted(true);
        }
        match own_store::wanted(self) {
            true => own_store::add_to(app, self),
            false => Ok(app),
        }
    }

    fn beginning(&self) -> Result<AppBuilder> {
        let text = |name| match self.given(Setting::named(name).ok_or_else(no_setting)?)? {
            Some(Value::Text(text)) => Ok::<_, Error>(Some(text)),
            _ => Ok(None),
        };
        Ok(match (text("platform")?, text("platform_descriptor")?) {
            (Some(name), None) => App::builder(name),
            (None, Some(json)) => AppBuilder::from_descriptor(json),
            (None, None) => AppBuilder::from_environment(),
            (Some(_), Some(_)) => {
                return Err(Error::invalid("give platform or platform_descriptor, not both"));
            }
        })
    }

    /// The command that signs, unless a flag or variable gives a key.
    fn signer(&self) -> Option<&str> {
        let is_outranked =
            matches!(self.group_origin("private_key"), Origin::Flag(_) | Origin::Variable(_));
        self.profile.as_ref()?.signer.as_deref().filter(|_| !is_outranked)
    }

    /// The value of a setting that a flag or the profile gives; what a variable gives is the library's.
    fn given(&self, setting: &'static Setting) -> Result<Option<Value>> {
        match self.origin(setting) {
            Origin::Flag(_) => self.of_flag(setting),
            Origin::Profile => match &self.profile {
                Some(profile) => profile.value(setting).map_err(|error| self.in_profile(&error)),
                None => Ok(None),
            },
            Origin::Variable(_) | Origin::Default => Ok(None),
        }
    }

    fn in_profile(&self, error: &Error) -> Error {
        let name = self.profile.as_ref().map(|profile| profile.name.as_str()).unwrap_or_default();
        let whole = Error::invalid(format!("profile {name}: {}", error.message()));
        error.hint().map_or_else(|| whole.clone(), |hint| whole.clone().advise(hint))
    }

    /// Where a setting comes from.
    pub(crate) fn origin(&self, setting: &'static Setting) -> Origin {
        let origin = self.own_origin(setting);
        match (&origin, self.group_origin(setting.name)) {
            // Another setting, which excludes this one, was given with precedence.
            (Origin::Profile, Origin::Flag(_) | Origin::Variable(_)) => Origin::Default,
            (Origin::Variable(_), Origin::Flag(_)) => Origin::Variable(String::new()),
            _ => origin,
        }
    }

    fn own_origin(&self, setting: &Setting) -> Origin {
        if let Some(flag) = self.flag(setting) {
            return Origin::Flag(flag);
        }
        let (value, file) = (setting.variable(), format!("{}_FILE", setting.variable()));
        match [value, file].into_iter().find(|name| variable(name).is_some()) {
            Some(name) => Origin::Variable(name),
            None if self.is_in_profile(setting) => Origin::Profile,
            None => Origin::Default,
        }
    }

    fn is_in_profile(&self, setting: &Setting) -> bool {
        self.profile.as_ref().is_some_and(|profile| profile.source(setting).is_some())
    }

    /// The highest origin among a setting and those that exclude it.
    fn group_origin(&self, name: &str) -> Origin {
        let names = Setting::named(name).map(Setting::exclusive).unwrap_or_default();
        let group = names.into_iter().filter_map(Setting::named);
        let origins: Vec<_> = group.map(|setting| self.own_origin(setting)).collect();
        let first = |is: fn(&Origin) -> bool| origins.iter().find(|it| is(it)).cloned();
        first(|it| matches!(it, Origin::Flag(_)))
            .or_else(|| first(|it| matches!(it, Origin::Variable(_))))
            .or_else(|| first(|it| matches!(it, Origin::Profile)))
            .unwrap_or(Origin::Default)
    }

    /// The flag that gives a setting.
    fn flag(&self, setting: &Setting) -> Option<String> {
        if setting.name == "store" && self.arguments.no_store {
            return Some("--no-store".to_owned());
        }
        let flag = format!("--{}", setting.name.replace('_', "-"));
        match self.flag_value(setting.name)? {
            Flag::File(_) => Some(format!("{flag}-file")),
            Flag::Text(_) => Some(flag),
        }
    }

    fn of_flag(&self, setting: &Setting) -> Result<Option<Value>> {
        if setting.name == "store" && self.arguments.no_store {
            return setting.of_text("memory:").map(Some);
        }
        match self.flag_value(setting.name) {
            Some(Flag::Text(text)) => setting.of_text(&text).map(Some),
            Some(Flag::File(path)) => setting.of_file(files::read(path)?).map(Some),
            None => Ok(None),
        }
    }

    fn flag_value(&self, name: &str) -> Option<Flag<'_>> {
        let flags = &self.arguments;
        let text = |text: &Option<String>| text.clone().map(Flag::Text);
        let file = match name {
            "platform" => return text(&flags.platform),
            "host" => return text(&flags.host),
            "api_url" => return text(&flags.api_url),
            "web_url" => return text(&flags.web_url),
            "app_id" => return text(&flags.app_id),
            "client_id" => return text(&flags.client_id),
            "timeout" => return text(&flags.timeout),
            "allow_plain_http" => {
                return flags.allow_plain_http.then(|| Flag::Text("true".to_owned()));
            }
            "platform_descriptor" => &flags.platform_descriptor_file,
            "client_secret" => &flags.client_secret_file,
            "private_key" => &flags.private_key_file,
            "private_key_passphrase" => &flags.private_key_passphrase_file,
            "store" => &flags.store_file,
            "store_key" => &flags.store_key_file,
            "root_certificates" => &flags.root_certificates_file,
            _ => return None,
        };
        file.as_deref().map(Flag::File)
    }
}

/// The value of a flag.
enum Flag<'a> {
    Text(String),
    File(&'a Path),
}

fn no_setting() -> Error {
    Error::invalid("there is no such setting")
}
