//! The store that is used if none was configured: an SQLite file in the user's state folder, sealed with a
//! key in a file beside it.
//!
//! A program that may read the user's files may read both. The key keeps tokens out of backups of the one file, and
//! out of a file that was copied by mistake.

use std::{fs, path::Path};

use appmint_core::{AppBuilder, Error, ErrorKind, Result, Secret};

use super::{Origin, Settings, table::Setting};
use crate::files;

/// Whether no store was configured.
pub(crate) fn wanted(settings: &Settings) -> bool {
    let is_default = |name| {
        Setting::named(name).is_some_and(|setting| settings.origin(setting) == Origin::Default)
    };
    is_default("store") && is_default("store_unencrypted")
}

/// Whether it is sealed with the key beside it, and not with one of the settings.
fn has_own_key(settings: &Settings) -> bool {
    Setting::named("store_key").is_some_and(|it| settings.origin(it) == Origin::Default)
}

/// The builder with the store, whose folder and key are made if they are not there.
pub(crate) fn add_to(app: AppBuilder, settings: &Settings) -> Result<AppBuilder> {
    // A machine without a home folder, such as a container's, has tokens in memory only.
    let Some(folder) = files::state() else { return Ok(app.store("memory:")) };
    files::make_private_folder(&folder).map_err(|error| unusable(&folder, error))?;
    let app = app.store(format!("sqlite:{}", folder.join("tokens.db").display()));
    match has_own_key(settings) {
        true => Ok(app.store_key(key(&folder.join("store.key"))?)),
        false => Ok(app),
    }
}

/// The key, which is made once.
pub(crate) fn key(path: &Path) -> Result<Secret> {
    if !path.exists() {
        let key = appmint_core::store::StoreKey::generate()?;
        let made = files::create_private(path, key.reveal().as_bytes());
        made.map_err(|error| unusable(path, error))?;
    }
    let text = fs::read_to_string(path).map_err(|error| unusable(path, error))?;
    Ok(Secret::new(text.trim()))
}

fn unusable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Store, format!("{} cannot be used: {error}", path.display()))
        .advise("Give another store, or --no-store to keep no token.")
        .caused_by(error)
}
