//! Recognises the many texts that people paste as a private key.

use std::borrow::Cow;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Reason, Result};

type Der = Zeroizing<Vec<u8>>;

/// A key's DER bytes, by the syntax they are in.
pub(super) enum Pasted {
    /// RFC 8017 `RSAPrivateKey`.
    Pkcs1(Der),
    /// RFC 5208 `PrivateKeyInfo`.
    Pkcs8(Der),
    /// RFC 5958 `EncryptedPrivateKeyInfo`.
    EncryptedPkcs8(Der),
}

/// Finds the key in whatever form it came.
pub(super) fn read(bytes: &[u8]) -> Result<Pasted> {
    if bytes.first() == Some(&DER_SEQUENCE) && bytes.get(1).is_some_and(|length| *length >= 0x80) {
        return of_der(bytes);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| damaged("the private key is neither text nor DER"))?;
    let text = unwrap_text(text);
    if text.is_empty() {
        return Err(not_a_key("the private key is empty", "Give the text of the key file."));
    }
    if text.contains("-----BEGIN ") {
        return of_pem(&text);
    }
    of_bare_text(&text)
}

fn of_der(der: &[u8]) -> Result<Pasted> {
    let owned = || Zeroizing::new(der.to_vec());
    if pkcs8::PrivateKeyInfo::try_from(der).is_ok() {
        return Ok(Pasted::Pkcs8(owned()));
    }
    if pkcs8::EncryptedPrivateKeyInfo::try_from(der).is_ok() {
        return Ok(Pasted::EncryptedPkcs8(owned()));
    }
    if pkcs8::SubjectPublicKeyInfoRef::try_from(der).is_ok() {
        return Err(public_key());
    }
    Ok(Pasted::Pkcs1(owned()))
}

/// Undoes quotes, byte order marks, escaped newlines and carriage returns.
fn unwrap_text(text: &str) -> Zeroizing<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let text = text.trim_matches(|c| matches!(c, '"' | '\'' | '`')).trim();
    let text = text.replace("\\r", "").replace("\\n", "\n");
    Zeroizing::new(text.replace('\r', "").trim().to_owned())
}

fn of_pem(text: &str) -> Result<Pasted> {
    let labels = labels(text);
    let Some(label) = labels.iter().copied().find(|label| label.ends_with("PRIVATE KEY")) else {
        return Err(wrong_label(labels.first().copied().unwrap_or_default()));
    };
    match label {
        "RSA PRIVATE KEY" => Ok(Pasted::Pkcs1(body(text, label)?)),
        "PRIVATE KEY" => Ok(Pasted::Pkcs8(body(text, label)?)),
        "ENCRYPTED PRIVATE KEY" => Ok(Pasted::EncryptedPkcs8(body(text, label)?)),
        other => Err(wrong_label(other)),
    }
}

fn labels(text: &str) -> Vec<&str> {
    text.split("-----BEGIN ").skip(1).filter_map(|rest| rest.split("-----").next()).collect()
}

fn body(text: &str, label: &str) -> Result<Der> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let after = text.split(begin.as_str()).nth(1).unwrap_or_default();
    let Some((inside, _)) = after.split_once(end.as_str()) else {
        return Err(cut_off(after, &end));
    };
    if inside.contains("Proc-Type:") {
        return Err(Error::new(ErrorKind::Key, "the private key is encrypted in the old PEM way")
            .because(Reason::UnsuitableKey)
            .advise(
                "`openssl pkcs8 -topk8 -in old.pem -out new.pem` makes one that can be read.",
            ));
    }
    let der = decode(inside).ok_or_else(|| damaged("the private key's base64 is damaged"))?;
    if der.is_empty() {
        return Err(damaged("the private key has its first and last line, but nothing between"));
    }
    Ok(der)
}

fn cut_off(after: &str, end: &str) -> Error {
    if after.trim().is_empty() {
        return damaged("only the first line of the private key was given").advise(
            "In an env file, put the key on one line with its newlines written as \\n, or quote it.",
        );
    }
    damaged(format!("the private key is cut off: its last line, {end}, is missing"))
}

/// Text without a PEM header: base64 of a whole file, or of DER, or something that is no key.
fn of_bare_text(text: &str) -> Result<Pasted> {
    if let Some(mistake) = mistaken_text(text) {
        return Err(mistake);
    }
    let decoded = decode(text).filter(|bytes| bytes.len() > SHORTEST_KEY);
    match decoded {
        Some(bytes) if bytes.first() == Some(&DER_SEQUENCE) => of_der(&bytes),
        Some(bytes) if contains(&bytes, b"-----BEGIN ") => read(&bytes),
        _ => Err(not_a_key(
            "this is not a private key",
            "A key file begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----.",
        )),
    }
}

fn mistaken_text(text: &str) -> Option<Error> {
    let one_word = !text.contains(char::is_whitespace);
    let hex = one_word && text.chars().all(|c| c.is_ascii_hexdigit());
    if text.starts_with("SHA256:") {
        return Some(not_a_key(
            "this is a key's fingerprint, not the key",
            "Give the contents of the .pem file that was downloaded when the key was made.",
        ));
    }
    if text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") {
        return Some(public_key());
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return Some(not_a_key(
            "this is a PuTTY key file",
            "Use the .pem file that the app's settings page gave you.",
        ));
    }
    if text.starts_with("eyJ") {
        return Some(not_a_key(
            "this is a JWT, not a private key",
            "Give the key; the JWT is made from it.",
        ));
    }
    if hex && text.len() <= LONGEST_CLIENT_SECRET {
        return Some(not_a_key(
            "this looks like a client secret or an id, not a private key",
            "Give the contents of the app's .pem file here, and the client secret as client_secret.",
        ));
    }
    if one_word && text.len() < LONGEST_PATH && (text.ends_with(".pem") || text.ends_with(".key")) {
        return Some(not_a_key(
            "this is the path of a file, not a key",
            "Read the file and give its contents.",
        ));
    }
    None
}

fn wrong_label(label: &str) -> Error {
    let (what, hint) = match label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" | "SSH2 PUBLIC KEY" => return public_key(),
        "OPENSSH PRIVATE KEY" => (
            "this is an OpenSSH private key",
            "`ssh-keygen -p -m PEM -f FILE` converts it in place; better, use the key from the app's settings page.",
        ),
        "EC PRIVATE KEY" => (
            "this is an elliptic curve (ECDSA) key, not an RSA key",
            "Apps sign with RS256: use the RSA key that the app's settings page made.",
        ),
        "CERTIFICATE" | "TRUSTED CERTIFICATE" => {
            ("this is a certificate, not a private key", "Give the private key that belongs to it.")
        }
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => (
            "this is a certificate request, not a private key",
            "Give the private key that belongs to it.",
        ),
        _ => ("this is PEM, but not of an RSA private key", "Use the app's private key file."),
    };
    let reason = match label {
        "OPENSSH PRIVATE KEY" | "EC PRIVATE KEY" => Reason::UnsuitableKey,
        _ => Reason::NotAPrivateKey,
    };
    Error::new(ErrorKind::Key, what).because(reason).advise(hint)
}

fn public_key() -> Error {
    not_a_key(
        "this is a public key, not a private key",
        "Give the .pem file that was downloaded when the key was made; the platform keeps the public half.",
    )
}

fn not_a_key(message: &str, hint: &str) -> Error {
    Error::new(ErrorKind::Key, message).because(Reason::NotAPrivateKey).advise(hint)
}

pub(super) fn damaged(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Key, message.into().into_owned())
        .because(Reason::DamagedKey)
        .advise("Copy the whole file again, from -----BEGIN to -----END.")
}

/// Base64 of either alphabet, with or without padding and white space.
fn decode(text: &str) -> Option<Der> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let compact: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(to_standard).collect(),
    );
    GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(&*compact).ok().map(Zeroizing::new)
}

fn to_standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The tag that every DER key begins with.
const DER_SEQUENCE: u8 = 0x30;
const SHORTEST_KEY: usize = 100;
const LONGEST_CLIENT_SECRET: usize = 128;
const LONGEST_PATH: usize = 1024;
