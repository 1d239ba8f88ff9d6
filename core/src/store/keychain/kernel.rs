//! The kernel's keyring: keys(7). A key is only read there, and never made, because the kernel forgets it
//! when the machine or the user's last process ends, and nobody could open what it has sealed.

use linux_keyutils::{KeyError, KeyRing, KeyRingIdentifier};
use zeroize::Zeroizing;

use super::{no_text, unusable};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// The key of the type `user` with the description `appmint:NAME`, in the keyring of the session or of the
/// user. For a thread that ends soon, and its keyring with it.
///
/// # Errors
/// [`Store`](crate::ErrorKind::Store) for a key that is there and cannot be read.
pub(super) fn find(name: &str) -> Result<Option<Secret>> {
    link_the_users_keyring();
    for ring in [KeyRingIdentifier::Session, KeyRingIdentifier::Thread] {
        let found = KeyRing::from_special_id(ring, false)
            .and_then(|found| found.search(&format!("appmint:{name}")));
        match found {
            Ok(key) => {
                let bytes = key.read_to_vec().map_err(|error| unreadable(name, error))?;
                return text(name, &Zeroizing::new(bytes)).map(Some);
            }
            Err(error @ (KeyError::KeyExpired | KeyError::KeyRevoked)) => {
                return Err(unreadable(name, error));
            }
            // It is not there, or a container's rules forbid to look.
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Links the user's keyring to this thread's own: a process finds and reads only the keys that it reaches from its own
/// keyrings, and the session keyring of a service has no link to the user's.
fn link_the_users_keyring() {
    let own = KeyRing::from_special_id(KeyRingIdentifier::Thread, true);
    let _ = own.and_then(|own| own.link_keyring_id(KeyRingIdentifier::User)); // else nothing is found there
}

fn text(name: &str, bytes: &[u8]) -> Result<Secret> {
    let text = std::str::from_utf8(bytes).map_err(|_| no_text(name))?;
    Ok(Secret::new(text.trim()))
}

fn unreadable(name: &str, error: KeyError) -> Error {
    unusable(name, format_args!("the kernel's key appmint:{name} cannot be read: {error}"))
}
