//! Settings from environment variables: what the program has not given.
//!
//! A variable is named as its setting, after a prefix: `APPMINT_APP_ID`. A value that is long or secret may
//! stand in a file, whose path is in a variable that ends in `_FILE`, as container platforms mount secrets.
//! Errors name the variable.

use std::{env, ffi::OsString, time::Duration};

use jiff::SignedDuration;
use zeroize::Zeroizing;

use super::Settings;
use crate::{
    error::{Error, Result},
    pasted::{self, Form},
    secret::Secret,
};

impl Settings {
    /// The settings together with those that environment variables hold, if a prefix of their names was
    /// given.
    pub(super) fn with_environment(mut self) -> Result<Self> {
        if let Some(prefix) = self.environment.clone() {
            check_prefix(&prefix)?;
            complete(&mut self, &Variables { prefix, read: &|name| env::var_os(name) })?;
        }
        Ok(self)
    }
}

/// Fills in what was not given. A setting that excludes a given one is not read.
fn complete(settings: &mut Settings, variables: &Variables<'_>) -> Result<()> {
    if settings.platform.is_none() && settings.platform_descriptor.is_none() {
        settings.platform = variables.text("PLATFORM", Form::Name)?;
        settings.platform_descriptor = variables.long_text("PLATFORM_DESCRIPTOR")?;
    }
    absent(&mut settings.host, || variables.text("HOST", Form::Url))?;
    absent(&mut settings.api_url, || variables.text("API_URL", Form::Url))?;
    absent(&mut settings.web_url, || variables.text("WEB_URL", Form::Url))?;
    credentials(settings, variables)?;
    network(settings, variables)?;
    stores(settings, variables)?;
    absent(&mut settings.max_response_body, || variables.count("MAX_RESPONSE_BODY"))?;
    absent(&mut settings.capacity, || variables.count("CAPACITY"))
}

fn credentials(settings: &mut Settings, variables: &Variables<'_>) -> Result<()> {
    absent(&mut settings.app_id, || variables.text("APP_ID", Form::Id))?;
    absent(&mut settings.client_id, || variables.text("CLIENT_ID", Form::Id))?;
    absent(&mut settings.client_secret, || variables.secret("CLIENT_SECRET", Form::Secret))?;
    if settings.signer.is_none() {
        absent(&mut settings.private_key, || variables.bytes("PRIVATE_KEY"))?;
    }
    absent(&mut settings.fallback_private_key, || variables.bytes("FALLBACK_PRIVATE_KEY"))?;
    absent(&mut settings.private_key_passphrase, || {
        variables.passphrase("PRIVATE_KEY_PASSPHRASE")
    })?;
    absent(&mut settings.key_id, || variables.text("KEY_ID", Form::Name))?;
    absent(&mut settings.fallback_key_id, || variables.text("FALLBACK_KEY_ID", Form::Name))?;
    absent(&mut settings.jwt_back_date, || variables.duration("JWT_BACK_DATE"))?;
    absent(&mut settings.jwt_lifetime, || variables.duration("JWT_LIFETIME"))
}

fn network(settings: &mut Settings, variables: &Variables<'_>) -> Result<()> {
    absent(&mut settings.timeout, || variables.duration("TIMEOUT"))?;
    absent(&mut settings.connect_timeout, || variables.duration("CONNECT_TIMEOUT"))?;
    absent(&mut settings.proxy, || Ok(variables.secret("PROXY", Form::Url)?.map(no_proxy)))?;
    let bytes = |name| Ok(variables.bytes(name)?.map(|bytes| bytes.to_vec()));
    absent(&mut settings.root_certificates, || bytes("ROOT_CERTIFICATES"))?;
    absent(&mut settings.client_certificate, || bytes("CLIENT_CERTIFICATE"))?;
    absent(&mut settings.client_key, || variables.bytes("CLIENT_KEY"))?;
    absent(&mut settings.user_agent, || variables.text("USER_AGENT", Form::Name))?;
    settings.allow_plain_http |= variables.switch("ALLOW_PLAIN_HTTP")?;
    settings.refuse_private_addresses |= variables.switch("REFUSE_PRIVATE_ADDRESSES")?;
    absent(&mut settings.retries, || variables.count("RETRIES"))?;
    absent(&mut settings.retry_wait, || variables.duration("RETRY_WAIT"))
}

fn stores(settings: &mut Settings, variables: &Variables<'_>) -> Result<()> {
    if settings.own_store.is_none() {
        absent(&mut settings.store, || variables.secret("STORE", Form::Url))?;
    }
    if settings.store_key.is_none() {
        settings.store_unencrypted |= variables.switch("STORE_UNENCRYPTED")?;
    }
    if !settings.store_unencrypted {
        absent(&mut settings.store_key, || variables.secret("STORE_KEY", Form::Secret))?;
    }
    absent(&mut settings.previous_store_key, || {
        variables.secret("PREVIOUS_STORE_KEY", Form::Secret)
    })
}

fn absent<T>(setting: &mut Option<T>, read: impl FnOnce() -> Result<Option<T>>) -> Result<()> {
    if setting.is_none() {
        *setting = read()?;
    }
    Ok(())
}

/// An empty variable is one that is not set, so that no proxy needs a word.
fn no_proxy(proxy: Secret) -> Secret {
    if proxy.reveal() == "none" { Secret::new("") } else { proxy }
}

/// The environment's variables whose names have a prefix.
struct Variables<'a> {
    prefix: String,
    read: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Variables<'_> {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A variable's value. One that is empty counts as not set: compose files pass on what is missing so.
    fn value(&self, name: &str) -> Result<Option<Secret>> {
        let Some(value) = (self.read)(&self.name(name)) else { return Ok(None) };
        let text = value
            .into_string()
            .map_err(|_| Error::invalid(format!("{} is not UTF-8", self.name(name))))?;
        Ok((!text.is_empty()).then(|| Secret::new(text)))
    }

    /// A variable's value, or the bytes of the file that the variable with `_FILE` names.
    fn bytes(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let file = format!("{name}_FILE");
        match (self.value(name)?, self.value(&file)?) {
            (Some(_), Some(_)) => {
                let (value, file) = (self.name(name), self.name(&file));
                Err(Error::invalid(format!("both {value} and {file} are set"))
                    .advise("Unset one of them."))
            }
            (Some(value), None) => Ok(Some(Zeroizing::new(value.reveal().as_bytes().to_vec()))),
            (None, Some(path)) => self.contents(&file, path.reveal().trim()).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn contents(&self, name: &str, path: &str) -> Result<Zeroizing<Vec<u8>>> {
        pasted::file::contents(path.as_ref()).map_err(|error| {
            let name = self.name(name);
            Error::invalid(format!("the file that {name} names cannot be read: {error}"))
                .caused_by(error)
                .advise(
                    "Give the path of a file that this process may read; a relative path begins at its working directory.",
                )
        })
    }

    /// Text that may be long, or stand in a file.
    fn long_text(&self, name: &str) -> Result<Option<String>> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(pasted::trimmed(text).to_owned())),
            Err(_) => Err(Error::invalid(format!("the file of {} is not UTF-8", self.name(name)))),
        }
    }

    fn text(&self, name: &str, form: Form) -> Result<Option<String>> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        pasted::cleaned(&self.name(name), value.reveal(), form).map(Some)
    }

    fn secret(&self, name: &str, form: Form) -> Result<Option<Secret>> {
        let Some(text) = self.long_text(name)?.map(Secret::new) else { return Ok(None) };
        Ok(Some(pasted::clean(&self.name(name), text.reveal(), form)?.into()))
    }

    /// A passphrase may have blanks around it; the end of a file's line is not part of it.
    fn passphrase(&self, name: &str) -> Result<Option<Secret>> {
        let Some(bytes) = self.bytes(name)? else { return Ok(None) };
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Some(Secret::new(text.trim_end_matches(['\r', '\n'])))),
            Err(_) => Err(Error::invalid(format!("{} is not UTF-8", self.name(name)))),
        }
    }

    fn duration(&self, name: &str) -> Result<Option<Duration>> {
        let Some(text) = self.text(name, Form::Name)? else { return Ok(None) };
        let parsed = text.parse::<SignedDuration>().ok();
        let duration = parsed.and_then(|duration| Duration::try_from(duration).ok());
        duration.map(Some).ok_or_else(|| {
            Error::invalid(format!("{} is `{text}`, which is not a duration", self.name(name)))
                .advise("Write a number with its unit: 500ms, 30s, 9m.")
        })
    }

    fn count<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.text(name, Form::Name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Error::invalid(format!("{} is `{text}`, which is not a count", self.name(name)))
                .advise("Write a whole number in digits.")
        })
    }

    fn switch(&self, name: &str) -> Result<bool> {
        let Some(text) = self.text(name, Form::Name)? else { return Ok(false) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => {
                let message =
                    format!("{} is `{text}`, which is neither true nor false", self.name(name));
                Err(Error::invalid(message).advise("Write true or false."))
            }
        }
    }
}

fn check_prefix(prefix: &str) -> Result<()> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins =
        prefix.bytes().next().is_some_and(|first| is_name(first) && !first.is_ascii_digit());
    if begins && prefix.bytes().all(is_name) {
        return Ok(());
    }
    Err(Error::invalid("environment is not the beginning of a variable's name")
        .advise("Give a prefix of letters, digits and underscores: APPMINT_."))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs};

    use super::*;

    fn read(given: Settings, variables: &[(&str, &str)]) -> Result<Settings> {
        let set: HashMap<_, _> = variables.iter().copied().collect();
        let mut settings = given;
        let read = |name: &str| set.get(name).map(OsString::from);
        complete(&mut settings, &Variables { prefix: "X_".to_owned(), read: &read })?;
        Ok(settings)
    }

    fn message(variables: &[(&str, &str)]) -> String {
        read(Settings::default(), variables).unwrap_err().message().to_owned()
    }

    #[test]
    fn what_the_program_gives_takes_precedence() {
        let given = Settings { app_id: Some("1".to_owned()), ..Settings::default() };
        let settings =
            read(given, &[("X_APP_ID", "2"), ("X_HOST", " git.corp.example\n")]).unwrap();
        assert_eq!(settings.app_id.as_deref(), Some("1"));
        assert_eq!(settings.host.as_deref(), Some("git.corp.example"));
    }

    #[test]
    fn a_platform_that_is_given_excludes_the_descriptor_of_the_environment() {
        let given = Settings { platform: Some("github".to_owned()), ..Settings::default() };
        let settings = read(given, &[("X_PLATFORM_DESCRIPTOR", "{}")]).unwrap();
        assert_eq!(settings.platform_descriptor, None);
    }

    #[test]
    fn an_empty_variable_is_not_set_and_none_is_no_proxy() {
        let settings = read(Settings::default(), &[("X_PROXY", ""), ("X_STORE", "")]).unwrap();
        assert!(settings.proxy.is_none() && settings.store.is_none());
        let settings = read(Settings::default(), &[("X_PROXY", "none")]).unwrap();
        assert!(settings.proxy.unwrap().is_empty());
    }

    #[test]
    fn durations_have_units_and_switches_two_words() {
        let settings = read(
            Settings::default(),
            &[("X_TIMEOUT", "1m 30s"), ("X_RETRY_WAIT", "5ms"), ("X_ALLOW_PLAIN_HTTP", "True")],
        );
        let settings = settings.unwrap();
        assert_eq!(settings.timeout, Some(Duration::from_secs(90)));
        assert_eq!(settings.retry_wait, Some(Duration::from_millis(5)));
        assert!(settings.allow_plain_http);
        for text in ["30", "-1s", "soon", "s"] {
            assert!(message(&[("X_TIMEOUT", text)]).starts_with("X_TIMEOUT is `"), "{text}");
        }
        assert!(message(&[("X_STORE_UNENCRYPTED", "maybe")]).contains("neither true nor false"));
        assert!(message(&[("X_RETRIES", "-1")]).contains("not a count"));
    }

    #[test]
    fn a_secret_may_stand_in_a_file_and_errors_name_the_variable() {
        let folder = env::temp_dir().join(format!("appmint-environment-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("secret");
        fs::write(&path, "s3cret-of-the-client\n").unwrap();
        let path = path.to_str().unwrap();
        let settings = read(
            Settings::default(),
            &[("X_CLIENT_SECRET_FILE", path), ("X_PRIVATE_KEY_PASSPHRASE_FILE", path)],
        );
        let settings = settings.unwrap();
        assert_eq!(settings.client_secret.unwrap().reveal(), "s3cret-of-the-client");
        assert_eq!(settings.private_key_passphrase.unwrap().reveal(), "s3cret-of-the-client");
        let both = [("X_CLIENT_SECRET", "a"), ("X_CLIENT_SECRET_FILE", path)];
        assert_eq!(message(&both), "both X_CLIENT_SECRET and X_CLIENT_SECRET_FILE are set");
        fs::remove_dir_all(&folder).unwrap();
        assert!(message(&[("X_STORE_KEY_FILE", path)]).contains("that X_STORE_KEY_FILE names"));
        assert!(message(&[("X_APP_ID", "'1'")]).starts_with("X_APP_ID `'1'` has quotes"));
    }

    #[test]
    fn a_prefix_is_the_beginning_of_a_name() {
        assert!(["APPMINT_", "_", "A1"].iter().all(|prefix| check_prefix(prefix).is_ok()));
        assert!(["", "1A", "A B", "A="].iter().all(|prefix| check_prefix(prefix).is_err()));
    }
}
