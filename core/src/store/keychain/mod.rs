//! The system's keychain, which holds the key of a store: `store_key = "keychain:NAME"`.
//!
//! On Linux the kernel's keyring is searched first ([`kernel`]), for the machines that have no desktop. Then, with the
//! feature `secret-service`, the desktop is asked over D-Bus ([`secret_service`]): GNOME Keyring, KWallet, KeePassXC.
//! macOS and Windows have keychains of their own ([`native`]). A key that is missing is made, by exactly one of the
//! processes that miss it; but not in the place of one that has sealed records and was lost.

#[cfg(target_os = "linux")]
mod kernel;
#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(all(
    feature = "secret-service",
    unix,
    not(target_vendor = "apple"),
    not(target_os = "android")
))]
mod secret_service;

use std::time::Duration;

use super::{Missing, StoreKey};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
    tasks::Deadline,
};

/// The key of a setting: its text, or the one that the keychain has under the name in `keychain:NAME`.
/// The keychain is waited for for this time, in which a person may have to unlock it.
///
/// # Errors
/// [`InvalidArgument`](ErrorKind::InvalidArgument) for a text that is no key and a name that is not valid;
/// [`Store`](ErrorKind::Store) if the keychain cannot be used or has lost the key; [`Unsupported`](ErrorKind::Unsupported)
/// where appmint knows none.
pub(crate) fn read_key(setting: &Secret, missing: Missing, time: Duration) -> Result<StoreKey> {
    let Some(name) = super::name_in_keychain(setting) else {
        return StoreKey::parse(setting);
    };
    check_name(name)?;
    let key = find_or_make(name, missing, Deadline::after(time))?;
    StoreKey::parse(&key).map_err(|_| {
        let message =
            format!("the keychain's entry of the store key `{name}` holds something else");
        Error::new(ErrorKind::Store, message)
            .advise("Give another name, or remove the entry if no record is sealed with its key.")
    })
}

fn check_name(name: &str) -> Result<()> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_of_name) {
        return Ok(());
    }
    Err(Error::invalid("the name of the store key in the keychain is not valid").advise(format!(
        "Write keychain:NAME, with at most {MAX_NAME} ASCII letters, digits, dots, hyphens and underscores.",
    )))
}

fn find_or_make(name: &str, missing: Missing, give_up_at: Deadline) -> Result<Secret> {
    let find = || ask(name, IfMissing::Nothing, give_up_at.remaining());
    if let Some(key) = find()? {
        return Ok(key);
    }
    let Missing::MadeUnless(has_sealed) = missing else { return Err(not_there(name)) };
    if has_sealed(name)? {
        // Another process may have made it just now, and sealed with it.
        return find()?.ok_or_else(|| lost(name));
    }
    ask(name, IfMissing::Make, give_up_at.remaining())?.ok_or_else(|| not_there(name))
}

/// How a keychain treats a key that it does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfMissing {
    Nothing,
    /// It makes one, unless another process has done so meanwhile.
    Make,
}

#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn ask(name: &str, if_missing: IfMissing, time: Duration) -> Result<Option<Secret>> {
    #[cfg(target_os = "linux")]
    if let Some(key) = kernel::find(name)? {
        return Ok(Some(key));
    }
    #[cfg(feature = "secret-service")]
    return secret_service::ask(name, if_missing, time);
    #[cfg(not(feature = "secret-service"))]
    {
        let _ = (if_missing, time);
        Err(no_desktop(name))
    }
}

#[cfg(any(target_os = "macos", windows))]
use self::native::ask;

#[cfg(not(any(
    all(unix, not(target_vendor = "apple"), not(target_os = "android")),
    target_os = "macos",
    windows
)))]
fn ask(_: &str, _: IfMissing, _: Duration) -> Result<Option<Secret>> {
    Err(Error::new(ErrorKind::Unsupported, "appmint knows no keychain of this operating system")
        .advise("Give the key itself as `store_key`."))
}

/// The error of a keychain that cannot be asked, with the alternatives.
fn unusable(name: &str, why: impl std::fmt::Display) -> Error {
    let error =
        Error::new(ErrorKind::Store, format!("the system's keychain cannot be used: {why}"));
    if cfg!(target_os = "linux") {
        return error.advise(format!(
            "Unlock the keychain in the desktop's session. Without a desktop, {}",
            elsewhere(name)
        ));
    }
    error.advise("Unlock the keychain, or give the key itself as `store_key`, from a file that only you can read.")
}

/// The places for the key on a machine whose desktop is not asked.
fn elsewhere(name: &str) -> String {
    format!(
        "put a key into the kernel's keyring at each start of the machine (`keyctl padd user appmint:{name} @u <KEY-FILE`), \
         or give the key itself as `store_key`, from a file that only you can read."
    )
}

/// The error of a library that knows the kernel's keyring only.
#[cfg(all(
    not(feature = "secret-service"),
    unix,
    not(target_vendor = "apple"),
    not(target_os = "android")
))]
fn no_desktop(name: &str) -> Error {
    let message = format!(
        "the kernel's keyring has no key appmint:{name}, and this build does not ask a desktop's keychain"
    );
    Error::new(ErrorKind::Store, message)
        .advise(format!("Build with the Cargo feature `secret-service`, {}", elsewhere(name)))
}

/// The error of a key that was used before, and is not there.
fn not_there(name: &str) -> Error {
    let message = format!("the system's keychain has no store key `{name}`");
    Error::new(ErrorKind::Store, message)
        .advise("Check the name: the key that seals no new records is not made anew.")
}

/// The error of a key without which the store's records do not open. Nothing is made in its place.
fn lost(name: &str) -> Error {
    let message = format!(
        "the system's keychain has no store key `{name}` any more, and the store has records that it has sealed"
    );
    Error::new(ErrorKind::Store, message).advise(
        "Put the entry back, from a backup of the keychain. If it is lost, give another name: a key is made for it, and users \
         authorize the app anew.",
    )
}

/// The error of an entry that is no text.
#[cfg(any(target_os = "linux", target_os = "macos", windows, feature = "secret-service"))]
fn no_text(name: &str) -> Error {
    unusable(name, format_args!("the entry of the store key `{name}` is not text"))
}

const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(setting: &str) -> Result<StoreKey> {
        read_key(&setting.into(), Missing::Refused, Duration::from_secs(20))
    }

    #[test]
    fn a_text_is_a_key_and_needs_no_keychain() {
        assert!(read(&"5f".repeat(32)).is_ok());
        assert_eq!(read("password").unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_name_is_short_and_has_plain_characters() {
        for bad in [
            "keychain:",
            "keychain:a b",
            "keychain:ü",
            "keychain:a/b",
            &format!("keychain:{}", "a".repeat(65)),
        ] {
            let error = read(bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{bad}");
            assert!(error.hint().is_some_and(|hint| hint.contains("keychain:NAME")));
        }
        assert!(check_name("acme-2.of_me").is_ok());
    }
}
