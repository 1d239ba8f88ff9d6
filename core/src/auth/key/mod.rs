//! The app's private key: every pasted form is read, every mistake is named, parsing is done once.

mod kdf;
mod paste;

use std::fmt;

use aws_lc_rs::{
    digest,
    encoding::{AsDer as _, Pkcs8V1Der},
    rand::SystemRandom,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use self::paste::Pasted;
use crate::{
    auth::signer::Signer,
    error::{Error, ErrorKind, Reason, Result},
    pasted,
    secret::Secret,
    tasks::PerProcess,
};

/// An RSA private key, ready to sign.
pub struct PrivateKey {
    /// A signature that was being made when the process forked holds the pair's lock.
    pair: PerProcess<Option<RsaKeyPair>>,
    public_key: Vec<u8>,
    random: SystemRandom,
    fingerprint: String,
    /// In bytes.
    modulus_len: usize,
}

impl PrivateKey {
    /// Reads a key from what a person has: PEM (PKCS#1, PKCS#8, encrypted PKCS#8) or DER; also as
    /// it comes out of environment variables and secret stores: in UTF-8 or UTF-16, with newlines that are
    /// missing or were escaped, once or several times, CRLF, quotes, a byte order mark, no-break spaces,
    /// percent-encoded, as base64 of the whole file, or as a text in a JSON document.
    ///
    /// An encrypted key costs as much time and memory as its file demands: up to 2 000 000 rounds of
    /// PBKDF2, or 128 MiB and sixteen times the work of OpenSSL's own scrypt, which takes seconds. A file
    /// that demands more is refused.
    ///
    /// # Errors
    /// [`Key`](ErrorKind::Key), and the message says what the text is instead.
    pub fn parse(key: &[u8], passphrase: Option<&Secret>) -> Result<Self> {
        let pair = match paste::read(key)? {
            Pasted::Pkcs1(der) => from_pkcs1(&der)?,
            Pasted::Pkcs8(der) => from_pkcs8(&der)?,
            Pasted::EncryptedPkcs8(der) => from_pkcs8(&decrypt(&der, passphrase)?)?,
        };
        Self::of_pair(pair)
    }

    fn of_pair(pair: RsaKeyPair) -> Result<Self> {
        let public_key = public_key(&pair)?;
        let (fingerprint, modulus_len) = (fingerprint(&public_key), pair.public_modulus_len());
        let pair = PerProcess::new(Some(pair));
        let random = SystemRandom::new();
        let key = Self { pair, public_key, random, fingerprint, modulus_len };
        // The first signature sets up the blinding; it belongs to parsing, not to the first token.
        key.sign(b"appmint").map(|_| key)
    }

    /// The form of a key that [`parse`](Self::parse) reads, for people: `PKCS#8 in PEM`; `None` for anything
    /// else.
    #[must_use]
    pub fn form(key: &[u8]) -> Option<String> {
        paste::form(key)
    }

    /// The size of the modulus in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.modulus_len * 8
    }

    /// The public half as DER `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    #[must_use]
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    /// SHA-256 of the public key in base64, with `SHA256:` before it, as GitHub's settings page
    /// shows it.
    ///
    /// <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps#verifying-private-keys>
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl Signer for PrivateKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let unable = || Error::new(ErrorKind::Key, "the private key could not sign");
        let pair = self.pair.get(|parents| copied(parents.as_ref()?));
        let pair = Option::as_ref(&pair).ok_or_else(unable)?;
        let mut signature = vec![0; self.modulus_len];
        pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
            .map_err(|_| unable())?;
        Ok(signature)
    }

    fn fingerprint(&self) -> Option<String> {
        Some(self.fingerprint.clone())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("fingerprint", &self.fingerprint).finish_non_exhaustive()
    }
}

fn from_pkcs1(der: &[u8]) -> Result<RsaKeyPair> {
    RsaKeyPair::from_der(der).map_err(|rejected| unusable(&rejected))
}

fn from_pkcs8(der: &[u8]) -> Result<RsaKeyPair> {
    if let Ok(info) = pkcs8::PrivateKeyInfo::try_from(der)
        && info.algorithm.oid != RSA_ENCRYPTION
    {
        let other = algorithm_name(info.algorithm.oid);
        return Err(Error::new(ErrorKind::Key, format!("this is {other} key, not an RSA key"))
            .because(Reason::UnsuitableKey)
            .advise("Apps sign with RS256: use the RSA key that the app's settings page made."));
    }
    RsaKeyPair::from_pkcs8(der).map_err(|rejected| unusable(&rejected))
}

fn unusable(rejected: &aws_lc_rs::error::KeyRejected) -> Error {
    let text = rejected.to_string();
    let size = match text.as_str() {
        "TooSmall" => Some("this RSA key has fewer than 2048 bits"),
        "TooLarge" => Some("this RSA key has more than 8192 bits"),
        _ => None,
    };
    match size {
        Some(size) => Error::new(ErrorKind::Key, size)
            .because(Reason::UnsuitableKey)
            .advise("Make a new key on the app's settings page."),
        None => Error::new(ErrorKind::Key, "the private key is not a valid RSA key")
            .because(Reason::DamagedKey)
            .advise("The text is probably cut off or changed: copy the whole file again."),
    }
}

fn decrypt(der: &[u8], passphrase: Option<&Secret>) -> Result<Zeroizing<Vec<u8>>> {
    let passphrase = passphrase.filter(|text| !text.is_empty()).ok_or_else(|| {
        Error::new(ErrorKind::Key, "the private key is encrypted, and no passphrase was given")
            .because(Reason::PassphraseNeeded)
            .advise("Give private_key_passphrase.")
    })?;
    let sealed = pkcs8::EncryptedPrivateKeyInfo::try_from(der).map_err(|error| {
        if is_unknown_cipher(&error) {
            return unknown_cipher();
        }
        paste::damaged("the encrypted private key cannot be read")
    })?;
    kdf::check_cost(&sealed.encryption_algorithm)?;
    let opened = open(&sealed, passphrase.reveal()).map_err(|error| {
        if is_unknown_cipher(&error) {
            return unknown_cipher();
        }
        Error::new(ErrorKind::Key, "the passphrase does not open the private key")
            .because(Reason::WrongPassphrase)
            .advise("Give the passphrase that the key file was encrypted with.")
    })?;
    Ok(Zeroizing::new(opened.as_bytes().to_vec()))
}

/// Opens a key with a passphrase, and without the white space around it: a file's last line ends with a
/// line break.
fn open(
    sealed: &pkcs8::EncryptedPrivateKeyInfo<'_>,
    passphrase: &str,
) -> pkcs8::Result<pkcs8::SecretDocument> {
    let trimmed = pasted::trimmed(passphrase);
    let opened = sealed.decrypt(passphrase);
    match opened {
        Err(error) if trimmed != passphrase && !is_unknown_cipher(&error) => {
            sealed.decrypt(trimmed)
        }
        outcome => outcome,
    }
}

fn is_unknown_cipher(error: &pkcs8::Error) -> bool {
    use pkcs8::{der::ErrorKind as Der, der::Tag, pkcs5::Error as Cipher};
    match error {
        pkcs8::Error::Asn1(error) => {
            matches!(
                error.kind(),
                Der::OidUnknown { .. } | Der::Value { tag: Tag::ObjectIdentifier }
            )
        }
        pkcs8::Error::EncryptedPrivateKey(error) => matches!(
            error,
            Cipher::AlgorithmParametersInvalid { .. }
                | Cipher::NoPbes1CryptSupport
                | Cipher::UnsupportedAlgorithm { .. }
        ),
        _ => false,
    }
}

fn unknown_cipher() -> Error {
    Error::new(ErrorKind::Key, "the private key is encrypted with a cipher that is not read here")
        .because(Reason::UnsuitableKey)
        .advise("`openssl pkcs8 -topk8 -v2 aes-256-cbc -in old.pem -out new.pem` makes one that can be read.")
}

/// The same key with a lock of its own.
fn copied(pair: &RsaKeyPair) -> Option<RsaKeyPair> {
    let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    RsaKeyPair::from_pkcs8(der.as_ref()).ok()
}

fn fingerprint(public_key: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, public_key);
    format!("SHA256:{}", STANDARD.encode(hash))
}

fn public_key(pair: &RsaKeyPair) -> Result<Vec<u8>> {
    let der = pair.public_key().as_der();
    der.map(|der| der.as_ref().to_vec())
        .map_err(|_| Error::new(ErrorKind::Key, "the private key has no public half"))
}

fn algorithm_name(oid: pkcs8::ObjectIdentifier) -> &'static str {
    match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "an elliptic curve (ECDSA)",
        "1.3.101.112" => "an Ed25519",
        "1.2.840.113549.1.1.10" => "an RSA-PSS",
        "1.2.840.10040.4.1" => "a DSA",
        _ => "another kind of",
    }
}

/// RFC 8017 appendix C: `rsaEncryption`.
const RSA_ENCRYPTION: pkcs8::ObjectIdentifier =
    pkcs8::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"); // a constant: checked at compile time
