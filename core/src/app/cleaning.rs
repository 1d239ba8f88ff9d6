//! Cleans the settings of an app, all of them alike, before anything reads them.

use super::Settings;
use crate::{
    error::{Error, Result},
    pasted::{self, Form},
    secret::Secret,
};

impl Settings {
    /// The settings without what was pasted around them.
    pub(super) fn cleaned(mut self) -> Result<Self> {
        text("platform", &mut self.platform, Form::Name)?;
        text("host", &mut self.host, Form::Url)?;
        text("api_url", &mut self.api_url, Form::Url)?;
        text("web_url", &mut self.web_url, Form::Url)?;
        text("app_id", &mut self.app_id, Form::Id)?;
        text("client_id", &mut self.client_id, Form::Id)?;
        text("key_id", &mut self.key_id, Form::Name)?;
        text("fallback_key_id", &mut self.fallback_key_id, Form::Name)?;
        secret("client_secret", &mut self.client_secret, Form::Secret)?;
        secret("store", &mut self.store, Form::Url)?;
        unless_empty("proxy", &mut self.proxy, Form::Url)?;
        // An empty key is told how a key looks.
        unless_empty("store_key", &mut self.store_key, Form::Secret)?;
        unless_empty("previous_store_key", &mut self.previous_store_key, Form::Secret)?;
        // An encrypted key is the judge of its passphrase, which may have blanks and quotes around it.
        if self.private_key_passphrase.as_ref().is_some_and(Secret::has_nul) {
            return Err(Error::invalid("private_key_passphrase contains a NUL"));
        }
        Ok(self)
    }
}

fn text(setting: &str, value: &mut Option<String>, form: Form) -> Result<()> {
    if let Some(text) = value {
        *text = pasted::cleaned(setting, text, form)?;
    }
    Ok(())
}

fn secret(setting: &str, value: &mut Option<Secret>, form: Form) -> Result<()> {
    if let Some(secret) = value {
        *secret = pasted::clean(setting, secret.reveal(), form)?.into();
    }
    Ok(())
}

fn unless_empty(setting: &str, value: &mut Option<Secret>, form: Form) -> Result<()> {
    match value {
        Some(text) if text.is_empty() => Ok(()),
        value => secret(setting, value, form),
    }
}
