//! The settings of the library, by name: how each is read out of a profile or a file, and given to the
//! app's builder.

use std::time::Duration;

use appmint_core::{AppBuilder, Error, Result, Secret};

use crate::arguments::duration;

/// A setting of the library.
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    give: Give,
}

/// The way in which the builder takes a setting, which is also its type.
enum Give {
    Text(fn(AppBuilder, String) -> AppBuilder),
    Secret(fn(AppBuilder, Secret) -> AppBuilder),
    Bytes(fn(AppBuilder, Vec<u8>) -> AppBuilder),
    SecretBytes(fn(AppBuilder, Vec<u8>) -> AppBuilder),
    Duration(fn(AppBuilder, Duration) -> AppBuilder),
    Count(fn(AppBuilder, u32) -> AppBuilder),
    Switch(fn(AppBuilder, bool) -> AppBuilder),
    /// Begins the builder, and so is not given to it.
    Beginning,
}

/// A setting's value.
#[derive(Clone)]
pub(crate) enum Value {
    Text(String),
    Secret(Secret),
    Bytes(Vec<u8>),
    Duration(Duration),
    Count(u32),
    Switch(bool),
}

/// Settings of which one excludes the others: a flag for one of them outranks a variable for another.
const EXCLUSIVE: [&[&str]; 3] = [
    &["platform", "platform_descriptor"],
    &["private_key", "signer"],
    &["store_key", "store_unencrypted"],
];

/// All of them, in the order in which they are explained.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting { name: "platform", give: Give::Beginning },
    Setting { name: "platform_descriptor", give: Give::Beginning },
    Setting { name: "host", give: Give::Text(AppBuilder::host) },
    Setting { name: "api_url", give: Give::Text(AppBuilder::api_url) },
    Setting { name: "web_url", give: Give::Text(AppBuilder::web_url) },
    Setting { name: "app_id", give: Give::Text(AppBuilder::app_id) },
    Setting { name: "client_id", give: Give::Text(AppBuilder::client_id) },
    Setting { name: "client_secret", give: Give::Secret(AppBuilder::client_secret) },
    Setting { name: "private_key", give: Give::SecretBytes(AppBuilder::private_key) },
    Setting {
        name: "fallback_private_key",
        give: Give::SecretBytes(AppBuilder::fallback_private_key),
    },
    Setting {
        name: "private_key_passphrase",
        give: Give::Secret(AppBuilder::private_key_passphrase),
    },
    Setting { name: "key_id", give: Give::Text(AppBuilder::key_id) },
    Setting { name: "fallback_key_id", give: Give::Text(AppBuilder::fallback_key_id) },
    Setting { name: "jwt_back_date", give: Give::Duration(AppBuilder::jwt_back_date) },
    Setting { name: "jwt_lifetime", give: Give::Duration(AppBuilder::jwt_lifetime) },
    Setting { name: "timeout", give: Give::Duration(AppBuilder::timeout) },
    Setting { name: "connect_timeout", give: Give::Duration(AppBuilder::connect_timeout) },
    Setting { name: "proxy", give: Give::Secret(AppBuilder::proxy) },
    Setting { name: "root_certificates", give: Give::Bytes(AppBuilder::root_certificates) },
    Setting { name: "client_certificate", give: Give::Bytes(AppBuilder::client_certificate) },
    Setting { name: "client_key", give: Give::SecretBytes(AppBuilder::client_key) },
    Setting { name: "user_agent", give: Give::Text(AppBuilder::user_agent) },
    Setting { name: "allow_plain_http", give: Give::Switch(AppBuilder::allow_plain_http) },
    Setting {
        name: "refuse_private_addresses",
        give: Give::Switch(AppBuilder::refuse_private_addresses),
    },
    Setting { name: "retries", give: Give::Count(AppBuilder::retries) },
    Setting { name: "retry_wait", give: Give::Duration(AppBuilder::retry_wait) },
    Setting { name: "store", give: Give::Secret(AppBuilder::store) },
    Setting { name: "store_key", give: Give::Secret(AppBuilder::store_key) },
    Setting { name: "previous_store_key", give: Give::Secret(AppBuilder::previous_store_key) },
    Setting { name: "store_unencrypted", give: Give::Switch(AppBuilder::store_unencrypted) },
];

impl Setting {
    /// The setting of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// Whether its value is never shown.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.give, Give::Secret(_) | Give::SecretBytes(_))
    }

    /// Whether this text of it is never shown: the name of a key in the keychain is no secret.
    pub(crate) fn keeps_secret(&self, text: &str) -> bool {
        self.is_secret() && !(self.is_store_key() && text.trim().starts_with("keychain:"))
    }

    /// Whether it is a key of the store.
    pub(crate) fn is_store_key(&self) -> bool {
        matches!(self.name, "store_key" | "previous_store_key")
    }

    /// Whether it is a credential of the app.
    pub(crate) fn is_credential(&self) -> bool {
        const NAMES: [&str; 4] =
            ["client_secret", "private_key", "fallback_private_key", "private_key_passphrase"];
        NAMES.contains(&self.name)
    }

    /// Whether a file may hold it: what is long or secret.
    pub(crate) fn may_be_in_file(&self) -> bool {
        self.is_secret()
            || matches!(self.give, Give::Bytes(_))
            || self.name == "platform_descriptor"
    }

    /// The variable that the library reads.
    pub(crate) fn variable(&self) -> String {
        format!("APPMINT_{}", self.name.to_uppercase())
    }

    /// The names of the settings that a given one excludes, itself included.
    pub(crate) fn exclusive(&self) -> Vec<&'static str> {
        let group = EXCLUSIVE.iter().find(|group| group.contains(&self.name));
        group.map_or_else(|| vec![self.name], |group| group.to_vec())
    }

    /// The value that a text means.
    pub(crate) fn of_text(&self, text: &str) -> Result<Value> {
        let wrong = |hint: &str| {
            Error::invalid(format!("{} is `{text}`, which is not valid", self.name)).advise(hint)
        };
        Ok(match self.give {
            Give::Text(_) | Give::Beginning => Value::Text(text.to_owned()),
            Give::Secret(_) => Value::Secret(Secret::new(text)),
            Give::Bytes(_) | Give::SecretBytes(_) => Value::Bytes(text.as_bytes().to_vec()),
            Give::Duration(_) => Value::Duration(duration(text).map_err(|hint| wrong(&hint))?),
            Give::Count(_) => {
                Value::Count(text.parse().map_err(|_| wrong("Write a whole number in digits."))?)
            }
            Give::Switch(_) => {
                Value::Switch(text.parse().map_err(|_| wrong("Write true or false."))?)
            }
        })
    }

    /// The value in a file.
    pub(crate) fn of_file(&self, bytes: Vec<u8>) -> Result<Value> {
        match self.give {
            Give::Bytes(_) | Give::SecretBytes(_) => Ok(Value::Bytes(bytes)),
            _ => {
                let text = String::from_utf8(bytes).map_err(|_| {
                    Error::invalid(format!("the file of {} is not UTF-8 text", self.name))
                })?;
                self.of_text(text.trim())
            }
        }
    }

    /// The builder with this value. Values of the wrong type do not exist: `of_text` and `of_file` make them.
    pub(crate) fn give(&self, app: AppBuilder, value: Value) -> AppBuilder {
        match (&self.give, value) {
            (Give::Text(give), Value::Text(value)) => give(app, value),
            (Give::Secret(give), Value::Secret(value)) => give(app, value),
            (Give::Bytes(give) | Give::SecretBytes(give), Value::Bytes(value)) => give(app, value),
            (Give::Duration(give), Value::Duration(value)) => give(app, value),
            (Give::Count(give), Value::Count(value)) => give(app, value),
            (Give::Switch(give), Value::Switch(value)) => give(app, value),
            _ => app,
        }
    }
}

impl Value {
    /// The value as it may be shown: of a secret, that there is one.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Secret(_) | Self::Bytes(_) => "set".to_owned(),
            Self::Duration(duration) => format!("{duration:?}"),
            Self::Count(count) => count.to_string(),
            Self::Switch(value) => value.to_string(),
        }
    }
}
