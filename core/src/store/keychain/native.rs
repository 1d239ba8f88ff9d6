//! The keychain of macOS, and the Credential Manager of Windows.
//!
//! Both write an entry in the place of any other. So that two processes do not make two keys, the one that
//! makes it has locked a file of the user's meanwhile.

use std::{env, fs::File, io, path::Path, sync::LazyLock, time::Duration};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
use keyring_core::{Entry, Error as KeyringError, api::CredentialStoreApi as _};
#[cfg(windows)]
use windows_native_keyring_store::Store;
use zeroize::Zeroizing;

use super::{IfMissing, unusable};
use crate::{
    error::{Error, Result},
    secret::Secret,
    store::StoreKey,
    tasks::{Deadline, ForeignCalls, Unanswered, sync::thread},
};

/// The key of this name, if there is or was made one.
///
/// # Errors
/// [`Store`](crate::ErrorKind::Store) if it could not be read or made in this time.
pub(super) fn ask(name: &str, if_missing: IfMissing, time: Duration) -> Result<Option<Secret>> {
    let (owned, give_up_at) = (name.to_owned(), Deadline::after(time));
    // The system asks the user, and nothing ends that question.
    let asked =
        CALLS.call("appmint-keychain", time, move || find_or_make(&owned, if_missing, give_up_at));
    asked.unwrap_or_else(|unanswered| {
        Err(match unanswered {
            Unanswered::NoThread(error) => crate::tasks::threads::no_thread(error),
            Unanswered::Hangs(count) => {
                unusable(name, format_args!("{count} earlier questions to it have no answer"))
            }
            _ => unusable(name, "it did not answer until the app's timeout"),
        })
    })
}

fn find_or_make(name: &str, if_missing: IfMissing, give_up_at: Deadline) -> Result<Option<Secret>> {
    let failed = |error| failed(name, error);
    let store = Store::new().map_err(failed)?;
    let entry = store.build(SERVICE, name, None).map_err(failed)?;
    let found = find(&entry).map_err(failed)?;
    if found.is_some() || if_missing == IfMissing::Nothing {
        return Ok(found);
    }
    let path = env::temp_dir().join(format!("appmint-store-key-{name}.lock"));
    let _lock = lock(&path, give_up_at).map_err(|error| {
        unusable(name, format_args!("{} cannot be locked", path.display())).caused_by(error)
    })?;
    // Whoever had locked it may have made the key.
    if let Some(key) = find(&entry).map_err(failed)? {
        return Ok(Some(key));
    }
    let key = StoreKey::generate()?;
    entry.set_password(key.reveal()).map_err(failed)?;
    Ok(Some(key))
}

fn find(entry: &Entry) -> std::result::Result<Option<Secret>, KeyringError> {
    match entry.get_password().map(Zeroizing::new) {
        Ok(text) => Ok(Some(Secret::new(text.trim()))),
        Err(KeyringError::NoEntry) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Locks a file, which is free again when it is dropped or the process ends.
fn lock(path: &Path, give_up_at: Deadline) -> io::Result<Locked> {
    loop {
        match try_lock(path) {
            Err(_) if !give_up_at.remaining().is_zero() => thread::sleep(POLL_INTERVAL),
            outcome => return outcome,
        }
    }
}

#[cfg(unix)]
type Locked = nix::fcntl::Flock<File>;

#[cfg(unix)]
fn try_lock(path: &Path) -> io::Result<Locked> {
    use nix::fcntl::{Flock, FlockArg};
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| error.into())
}

/// An open file that is shared with nobody.
#[cfg(windows)]
type Locked = File;

#[cfg(windows)]
fn try_lock(path: &Path) -> io::Result<Locked> {
    use std::os::windows::fs::OpenOptionsExt as _;
    File::options().write(true).create(true).truncate(false).share_mode(0).open(path)
}

/// The reason without the entry's bytes, which some variants hold.
fn failed(name: &str, error: KeyringError) -> Error {
    match error {
        KeyringError::NoStorageAccess(cause) => {
            unusable(name, format_args!("it may not be read: {cause}"))
        }
        KeyringError::PlatformFailure(cause) => unusable(name, cause),
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => super::no_text(name),
        _ => unusable(name, "the entry cannot be used"),
    }
}

/// The process's questions: each that has no answer keeps a thread.
static CALLS: LazyLock<ForeignCalls> = LazyLock::new(ForeignCalls::default);

const SERVICE: &str = "appmint store key";
/// The pause between two attempts to lock the file.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
