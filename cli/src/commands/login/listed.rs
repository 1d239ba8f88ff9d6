//! The list of sessions: a file for each in the state folder, with its name and its app, and no secret.

use std::{fs, io, path::PathBuf};

use appmint_core::{App, Clock as _, Error, ErrorKind, Result, SystemClock};
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use crate::files;

/// A session as it is listed.
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) platform: String,
    web_url: String,
    pub(crate) account: Option<String>,
    pub(crate) started_at: String,
}

impl Session {
    /// A session that starts now.
    pub(crate) fn new(app: &App, name: &str, account: Option<&str>) -> Self {
        let platform = app.platform();
        Self {
            name: name.to_owned(),
            platform: platform.name().to_owned(),
            web_url: platform.web_url().unwrap_or_default().to_owned(),
            account: account.map(str::to_owned),
            started_at: SystemClock.now().to_string(),
        }
    }

    /// All that were started with this user's folder, by name.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let Some(folder) = folder() else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let read = |entry: fs::DirEntry| Self::read(&fs::read(entry.path()).ok()?);
        let mut sessions: Vec<_> = entries.flatten().filter_map(read).collect();
        sessions
            .sort_by(|one, other| (&one.name, &one.web_url).cmp(&(&other.name, &other.web_url)));
        Ok(sessions)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            name: text("name")?,
            platform: text("platform")?,
            web_url: text("web_url")?,
            account: text("account"),
            started_at: text("started_at")?,
        })
    }

    pub(crate) fn value(&self) -> Value {
        json!({
            "name": self.name, "platform": self.platform, "web_url": self.web_url,
            "account": self.account, "started_at": self.started_at,
        })
    }

    pub(crate) fn is_of(&self, app: &App) -> bool {
        let web_url = app.platform().web_url().unwrap_or_default();
        (self.platform.as_str(), self.web_url.as_str()) == (app.platform().name(), web_url)
    }

    pub(crate) fn save(&self) -> Result<()> {
        let Some(path) = self.path() else { return Ok(()) };
        if let Some(folder) = path.parent() {
            files::make_private_folder(folder).map_err(failed)?;
        }
        files::write_private(&path, self.value().to_string().as_bytes()).map_err(failed)
    }

    pub(crate) fn forget(&self) -> Result<()> {
        let Some(path) = self.path() else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Two apps may have sessions of the same name.
    fn path(&self) -> Option<PathBuf> {
        let parts = [&self.name, &self.platform, &self.web_url];
        let escaped = parts.map(|part| byte_serialize(part.as_bytes()).collect::<String>());
        Some(folder()?.join(format!("{}.json", escaped.join("&"))))
    }
}

fn folder() -> Option<PathBuf> {
    Some(files::state()?.join("sessions"))
}

fn failed(error: io::Error) -> Error {
    Error::new(ErrorKind::Store, format!("the list of sessions cannot be used: {error}"))
        .caused_by(error)
}
