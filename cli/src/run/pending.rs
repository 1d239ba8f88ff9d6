//! Tokens that could not be revoked: sealed in the state folder, and tried again at the next start.

use std::{fs, io, path::PathBuf};

use appmint_core::{
    App, Clock as _, Error, ErrorKind, Result, Secret, SystemClock, Timestamp, Token,
    store::StoreKey,
};
use serde_json::{Value, json};

use crate::{
    files,
    settings::{self, Settings},
};

/// A token that is to be revoked.
pub(super) struct Pending {
    secret: Secret,
    expires_at: Option<Timestamp>,
}

impl Pending {
    pub(super) fn of(token: &Token) -> Self {
        Self { secret: token.into(), expires_at: token.expires_at() }
    }

    pub(super) fn secret(&self) -> Secret {
        self.secret.clone()
    }

    pub(super) fn has_expired(&self) -> bool {
        self.expires_at.is_some_and(|at| at < SystemClock.now())
    }

    /// The token as a line for the watcher.
    pub(super) fn line(&self) -> Secret {
        Secret::new(format!("{}\n", self.value("")))
    }

    pub(super) fn read(line: &Secret) -> Option<Self> {
        Self::of_value(&serde_json::from_str(line.reveal()).ok()?)
    }

    fn value(&self, api_url: &str) -> Value {
        let expires_at = self.expires_at.map(Timestamp::as_millis);
        json!({ "token": self.secret.reveal(), "expires_at": expires_at, "api_url": api_url })
    }

    fn of_value(value: &Value) -> Option<Self> {
        let secret = Secret::new(value["token"].as_str()?);
        Some(Self { secret, expires_at: value["expires_at"].as_i64().map(Timestamp::from_millis) })
    }
}

/// Seals a token in a file of its own.
pub(super) fn save(app: &App, token: &Pending) -> Result<()> {
    let Some(folder) = folder() else { return Err(nowhere()) };
    files::make_private_folder(&folder).map_err(failed)?;
    let now = SystemClock.now().as_millis();
    let name = format!("{now}-{}", std::process::id());
    let value = token.value(app.platform().api_url().unwrap_or_default()).to_string();
    let sealed = key()?.seal(&name, value.as_bytes())?;
    files::write_private(&folder.join(name), &sealed).map_err(failed)
}

/// Revokes those of this platform. What fails again is left for the next time.
pub(super) fn retry(settings: &Settings) {
    let Some(folder) = folder() else { return };
    let Ok(entries) = fs::read_dir(folder) else { return };
    let paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    let (false, Ok(app)) = (paths.is_empty(), settings.bare_app()) else { return };
    let Ok(key) = key() else { return };
    for path in paths {
        if is_settled(&app, &key, &path).unwrap_or(false) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a file's token is revoked or has expired by now.
fn is_settled(app: &App, key: &StoreKey, path: &PathBuf) -> Result<bool> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let opened = key.open(&name, &fs::read(path).map_err(failed)?)?;
    let value: Value = serde_json::from_slice(&opened).map_err(|_| nowhere())?;
    let Some(token) = Pending::of_value(&value) else { return Ok(false) };
    if token.has_expired() {
        return Ok(true);
    }
    if value["api_url"].as_str() != app.platform().api_url() {
        return Ok(false);
    }
    app.revoke_installation_token(token.secret()).wait().map(|()| true)
}

fn key() -> Result<StoreKey> {
    let folder = files::state().ok_or_else(nowhere)?;
    StoreKey::parse(&settings::own_key(&folder.join("store.key"))?)
}

fn folder() -> Option<PathBuf> {
    Some(files::state()?.join("to-revoke"))
}

fn nowhere() -> Error {
    Error::new(ErrorKind::Store, "there is no folder for tokens that could not be revoked")
}

fn failed(error: io::Error) -> Error {
    let message = format!("tokens that could not be revoked cannot be kept: {error}");
    Error::new(ErrorKind::Store, message).caused_by(error)
}
