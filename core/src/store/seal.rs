//! Seals records: AES-256-GCM under the caller's key (NIST SP 800-38D), bound to the record's name, so
//! that a writer of the store cannot put one record in another's place.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest,
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use crate::{
    encoding::{fill_random, hex, unhex},
    error::{Error, ErrorKind, Reason, Result},
    secret::Secret,
};

/// A key that seals the records of a store: 32 random bytes.
pub struct StoreKey {
    /// Identifies the key and reveals nothing about it.
    id: [u8; ID_LEN],
    key: LessSafeKey,
}

impl StoreKey {
    /// A new key: 32 random bytes, as the 64 hexadecimal digits that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) if the operating system has no random bytes.
    pub fn generate() -> Result<Secret> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        fill_random(&mut *bytes)?;
        Ok(Secret::new(hex(&*bytes)))
    }

    /// Reads 32 bytes as 64 hexadecimal digits, or as base64 (RFC 4648 §4 or §5).
    ///
    /// # Errors
    /// [`InvalidArgument`](ErrorKind::InvalidArgument) for anything else.
    pub fn parse(text: &Secret) -> Result<Self> {
        let text = text.reveal().trim();
        let bytes = Some(text)
            .filter(|text| text.len() == 64)
            .and_then(unhex)
            .or_else(|| STANDARD.decode(text).ok())
            .or_else(|| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
        let bytes = Zeroizing::new(bytes.unwrap_or_default());
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| {
            Error::invalid("the store key is not 32 bytes in hexadecimal or base64")
                .advise("`openssl rand -hex 32` makes one.")
        })?;
        let named = Zeroizing::new([b"appmint store key ", &bytes[..]].concat());
        let hash = digest::digest(&digest::SHA256, &named);
        let mut id = [0; ID_LEN];
        id.copy_from_slice(&hash.as_ref()[..ID_LEN]);
        Ok(Self { id, key: LessSafeKey::new(key) })
    }

    /// Seals bytes, bound to a name: AES-256-GCM (NIST SP 800-38D). For what a program keeps beside a store.
    ///
    /// # Errors
    /// [`Internal`](ErrorKind::Internal) if the operating system has no random bytes.
    pub fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce)?;
        let mut sealed = plain.to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                bound_to(name, &self.id),
                &mut sealed,
            )
            .map_err(|_| Error::new(ErrorKind::Internal, "a record could not be sealed"))?;
        Ok([SEALED, &self.id, &nonce, &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) has sealed with this key under this name.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store), with the reason [`WrongStoreKey`](Reason::WrongStoreKey) if another key
    /// would open it.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let sealed = sealed.strip_prefix(SEALED).ok_or_else(damaged)?;
        let (id, rest) = sealed.split_first_chunk::<ID_LEN>().ok_or_else(damaged)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(damaged)?;
        if *id != self.id {
            return Err(other_key());
        }
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.key.open_in_place(nonce, bound_to(name, id), &mut sealed);
        Ok(Zeroizing::new(plain.map_err(|_| damaged())?.to_vec()))
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey([redacted])")
    }
}

/// Seals and opens records.
#[derive(Debug)]
pub(crate) struct Sealer {
    /// The first key seals; all of them open. Without a key, records are not sealed.
    keys: Vec<Arc<StoreKey>>,
    /// The first key's name in the keychain, if it is there.
    keychain_name: Option<String>,
}

impl Sealer {
    pub(crate) fn new(keys: Vec<Arc<StoreKey>>) -> Self {
        Self { keys, keychain_name: None }
    }

    /// The same, whose first key the keychain has under this name.
    pub(crate) fn in_keychain(self, name: Option<&str>) -> Self {
        Self { keychain_name: name.map(str::to_owned), ..self }
    }

    /// The first key's name in the keychain, if it is there.
    pub(crate) fn keychain_name(&self) -> Option<&str> {
        self.keychain_name.as_deref()
    }

    /// Whether there is a key.
    pub(crate) fn is_sealing(&self) -> bool {
        !self.keys.is_empty()
    }

    pub(crate) fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let Some(key) = self.keys.first() else { return Ok([OPEN, plain].concat()) };
        key.seal(name, plain)
    }

    /// The plain text of a record of this name.
    ///
    /// # Errors
    /// [`Store`](ErrorKind::Store) if this program cannot open it, with [`Reason::WrongStoreKey`] if
    /// another key would.
    pub(crate) fn open(&self, name: &str, record: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let sealed = record.strip_prefix(SEALED);
        match (record.strip_prefix(OPEN), sealed) {
            (Some(plain), _) if self.keys.is_empty() => Ok(Zeroizing::new(plain.to_vec())),
            (Some(_), _) => Err(not_sealed()),
            (_, Some(_)) if self.keys.is_empty() => Err(no_key()),
            (_, Some(sealed)) => {
                let of_key = |key: &&Arc<StoreKey>| sealed.starts_with(&key.id);
                let key = self.keys.iter().find(of_key).ok_or_else(other_key)?;
                key.open(name, record)
            }
            _ => Err(damaged()),
        }
    }
}

fn other_key() -> Error {
    Error::new(ErrorKind::Store, "a record in the store is sealed with another key")
        .because(Reason::WrongStoreKey)
        .advise("Give the key that sealed it as `store_key`, or as `previous_store_key`.")
}

fn no_key() -> Error {
    Error::new(ErrorKind::Store, "a record in the store is sealed, and the app has no store key")
        .because(Reason::WrongStoreKey)
        .advise("Give the key that sealed it as `store_key`.")
}

fn not_sealed() -> Error {
    Error::new(ErrorKind::Store, "a record in the store is not sealed, and the app has a store key")
        .because(Reason::WrongStoreKey)
        .advise("Only an app with `store_unencrypted` reads it.")
}

/// The error of a record that no key opens.
pub(super) fn damaged() -> Error {
    let message =
        "a record in the store is damaged, in the place of another one, or of a newer version";
    Error::new(ErrorKind::Store, message)
}

fn bound_to(name: &str, id: &[u8; ID_LEN]) -> Aad<Vec<u8>> {
    Aad::from([SEALED, id, name.as_bytes()].concat())
}

const ID_LEN: usize = 8;
const KEY_LEN: usize = 32;
/// The forms of a record: sealed, and as it is.
const SEALED: &[u8] = b"appmint1";
const OPEN: &[u8] = b"appmint0";

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: char) -> Arc<StoreKey> {
        Arc::new(StoreKey::parse(&Secret::new(digit.to_string().repeat(64))).unwrap())
    }

    #[test]
    fn a_record_opens_under_its_own_name_and_key_only() {
        let sealer = Sealer::new(vec![key('a')]);
        let record = sealer.seal("one", b"ats_secret").unwrap();
        assert_eq!(**sealer.open("one", &record).unwrap(), *b"ats_secret");
        assert!(sealer.open("two", &record).is_err());
        let other = Sealer::new(vec![key('b')]).open("one", &record).unwrap_err();
        assert_eq!(other.reason(), Some(Reason::WrongStoreKey));
        assert!(other.message().contains("with another key"), "{other}");
        let none = Sealer::new(Vec::new()).open("one", &record).unwrap_err();
        assert!(none.message().contains("has no store key"), "{none}");
        assert!(Sealer::new(vec![key('b'), key('a')]).open("one", &record).is_ok());
        assert!(!record.windows(6).any(|part| part == b"secret"));
        for at in 0..record.len() {
            let mut changed = record.clone();
            changed[at] ^= 1;
            assert!(sealer.open("one", &changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn sealed_and_open_records_are_not_mistaken_for_each_other() {
        let (sealer, bare) = (Sealer::new(vec![key('a')]), Sealer::new(Vec::new()));
        let reason = |opened: Result<_>| opened.map(|_: Zeroizing<_>| ()).unwrap_err().reason();
        let wrong = Some(Reason::WrongStoreKey);
        assert_eq!(reason(sealer.open("one", &bare.seal("one", b"x").unwrap())), wrong);
        assert_eq!(reason(bare.open("one", &sealer.seal("one", b"x").unwrap())), wrong);
        assert_eq!(reason(bare.open("one", b"x")), None, "that is no record of ours");
        assert_eq!(**bare.open("one", &bare.seal("one", b"x").unwrap()).unwrap(), *b"x");
    }

    #[test]
    fn a_key_is_32_bytes_in_a_known_form() {
        let (one, other) = (StoreKey::generate().unwrap(), StoreKey::generate().unwrap());
        assert!(StoreKey::parse(&one).is_ok() && one != other);
        for good in ["ab".repeat(32), STANDARD.encode([7; 32]), URL_SAFE_NO_PAD.encode([251; 32])] {
            assert!(StoreKey::parse(&good.as_str().into()).is_ok());
        }
        for bad in ["", "password", "ab", &"ab".repeat(31), &STANDARD.encode([7; 31])] {
            assert!(StoreKey::parse(&bad.into()).is_err(), "{bad}");
        }
    }
}
