//! Files that a person names, and the folders that appmint has of its own.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use appmint_core::{Error, Result, Secret};

use crate::variable;

/// The bytes of a file; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|error| unreadable(path, error));
    }
    fs::read(path).map_err(|error| unreadable(path, error))
}

/// The text of a file, without the white space around it.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let bytes = read(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::invalid(format!("{} is not UTF-8 text", path.display())))?;
    Ok(text.trim().to_owned())
}

/// The secret in a file.
pub(crate) fn read_secret(path: &Path) -> Result<Secret> {
    let secret = Secret::new(read_text(path)?);
    if secret.is_empty() {
        return Err(Error::invalid(format!("{} is empty", path.display())));
    }
    Ok(secret)
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::invalid(format!("{} cannot be read: {error}", path.display())).caused_by(error)
}

/// Writes a file that only its owner may read, in the place of any other: a reader never sees half of it.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let written = private(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a file with these bytes unless there is one: whoever comes first decides.
pub(crate) fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = private(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

/// Makes a folder that only its owner may enter, and those above it.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    private_folder().recursive(true).create(path)
}

/// The same, which must not be there yet: somebody else may have made it in a folder for everybody.
pub(crate) fn make_new_private_folder(path: &Path) -> io::Result<()> {
    private_folder().create(path)
}

fn private_folder() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Whether others than the owner may read a file.
#[cfg(unix)]
pub(crate) fn is_readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// The configuration file: `appmint/config.toml` in `$XDG_CONFIG_HOME`, or in `~/.config`.
pub(crate) fn config() -> Option<PathBuf> {
    Some(folder("XDG_CONFIG_HOME", ".config")?.join("config.toml"))
}

/// The folder of tokens and sessions: `appmint` in `$XDG_STATE_HOME`, or in `~/.local/state`.
pub(crate) fn state() -> Option<PathBuf> {
    folder("XDG_STATE_HOME", ".local/state")
}

/// The XDG base directory specification ignores relative paths.
fn folder(name: &str, below_home: &str) -> Option<PathBuf> {
    let given = variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::home_dir().filter(|home| home.is_absolute());
    Some(given.or_else(|| Some(home()?.join(below_home)))?.join("appmint"))
}
