//! Recognises the many texts that people paste as a private key.

use std::borrow::Cow;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    pasted::{
        self,
        pem::{self, Der, Flaw},
    },
};

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
    read_within(bytes, MOST_WRAPPINGS)
}

/// The form of a key for people: its syntax, and what it was wrapped in.
pub(super) fn form(bytes: &[u8]) -> Option<String> {
    let syntax = match read(bytes).ok()? {
        Pasted::Pkcs1(_) => "PKCS#1",
        Pasted::Pkcs8(_) => "PKCS#8",
        Pasted::EncryptedPkcs8(_) => "encrypted PKCS#8",
    };
    let is_file = std::str::from_utf8(bytes)
        .is_ok_and(|text| text.starts_with("-----BEGIN ") && text.trim_end().contains('\n'));
    let wrapping = match (is_der(bytes), is_file) {
        (true, _) => "DER",
        (_, true) => "PEM",
        _ => "PEM, changed on its way here (escaped, joined, quoted or encoded once more)",
    };
    Some(format!("{syntax} in {wrapping}"))
}

/// The same, of a text that was found in another one, and so on.
fn read_within(bytes: &[u8], wrappings: usize) -> Result<Pasted> {
    if is_der(bytes) {
        return of_der(bytes);
    }
    if bytes.starts_with(&JAVA_KEY_STORE) {
        return Err(key_store("a Java key store"));
    }
    let text = pasted::decoded(bytes);
    let text = text.ok_or_else(|| damaged("the private key is neither text nor DER"))?;
    let text = pasted::unwrapped(&text);
    if text.is_empty() {
        return Err(not_a_key("the private key is empty", "Give the text of the key file."));
    }
    if text.contains("-----BEGIN ") {
        return of_pem(&text);
    }
    of_bare_text(&text, wrappings)
}

fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&DER_SEQUENCE) && bytes.get(1).is_some_and(|length| *length >= 0x80)
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
    if contains(der.get(..LONGEST_PREFIX).unwrap_or(der), &PKCS7_DATA) {
        return Err(key_store("a PKCS#12 file (.p12, .pfx)"));
    }
    Ok(Pasted::Pkcs1(owned()))
}

fn key_store(what: &str) -> Error {
    not_a_key(
        &format!("this is {what}, not a private key"),
        "Use the .pem file that the app's settings page gave you.",
    )
}

fn of_pem(text: &str) -> Result<Pasted> {
    let labels = pem::labels(text);
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

fn body(text: &str, label: &str) -> Result<Der> {
    let section = pem::sections(text, label).next().unwrap_or(Err(Flaw::Empty));
    section.map_err(|flaw| flawed(&flaw, label))
}

fn flawed(flaw: &Flaw, label: &str) -> Error {
    match flaw {
        Flaw::CutOff { is_first_line_only: true } => {
            damaged("only the first line of the private key was given").advise(
                "In an env file, put the key on one line with its newlines written as \\n, or quote it.",
            )
        }
        Flaw::CutOff { is_first_line_only: false } => damaged(format!(
            "the private key is cut off: its last line, -----END {label}-----, is missing"
        )),
        Flaw::OldEncryption => {
            Error::new(ErrorKind::Key, "the private key is encrypted in the old PEM way")
                .because(Reason::UnsuitableKey)
                .advise("`openssl pkcs8 -topk8 -in old.pem -out new.pem` makes one that can be read.")
        }
        Flaw::Blanks => damaged("the private key's base64 is damaged: blanks stand in it, perhaps for its + signs")
            .advise("A form's decoding turns + into a blank: send each + as %2B, or the key in base64."),
        Flaw::Character(character) => {
            damaged(format!("the private key's base64 is damaged: it has a `{character}` in it"))
        }
        Flaw::Base64 => damaged("the private key's base64 is damaged"),
        Flaw::Empty => {
            damaged("the private key has its first and last line, but nothing between")
        }
    }
}

/// Text without a PEM header: base64 of a whole file, or of DER, or something that is no key.
fn of_bare_text(text: &str, wrappings: usize) -> Result<Pasted> {
    if text.starts_with(['{', '[']) {
        return of_json(text, wrappings);
    }
    if let Some(mistake) = mistaken_text(text) {
        return Err(mistake);
    }
    let decoded = pem::decode(text).filter(|bytes| bytes.len() > SHORTEST_KEY);
    match decoded {
        Some(bytes) if is_der(&bytes) => of_der(&bytes),
        Some(bytes) if wrappings > 0 && pasted::decoded(&bytes).is_some() => {
            read_within(&bytes, wrappings - 1)
        }
        _ => Err(not_a_key(
            "this is not a private key",
            "A key file begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----.",
        )),
    }
}

/// A JSON document, one of whose texts is the key.
fn of_json(text: &str, wrappings: usize) -> Result<Pasted> {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let json = json.ok_or_else(|| {
        not_a_key("this is JSON that cannot be read, not a private key", "Give the key alone.")
    })?;
    if json.get("kty").is_some() {
        return Err(not_a_key(
            "this is a key in JSON (JWK), not in PEM or DER",
            "Use the .pem file that the app's settings page gave you.",
        ));
    }
    let mut texts = Vec::new();
    collect_texts(&json, &mut texts);
    let read = |text: &&str| read_within(text.as_bytes(), wrappings.checked_sub(1)?).ok();
    let found = texts.iter().filter(|text| text.len() > SHORTEST_KEY).find_map(read);
    found.ok_or_else(|| {
        not_a_key("this is JSON, and no text in it is a private key", "Give the key alone.")
    })
}

fn collect_texts<'a>(json: &'a Value, texts: &mut Vec<&'a str>) {
    match json {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|item| collect_texts(item, texts)),
        _ => {}
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
    if text.contains("PRIVATE KEY") && text.contains("BEGIN") {
        return Some(damaged(
            "the five hyphens before and after BEGIN in the private key's first line were changed",
        ));
    }
    if let Some(written_by) = pasted::placeholder(text) {
        return Some(not_a_key(
            &format!("this is not a private key: {written_by}"),
            "Look at the place where the key should have been filled in.",
        ));
    }
    if pasted::is_reference(text) {
        return Some(not_a_key(
            "this is a reference to a private key, not the key",
            "Have the secret manager resolve it, and give the text that it returns.",
        ));
    }
    if pasted::is_path(text) {
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

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// The tag that every DER key begins with.
const DER_SEQUENCE: u8 = 0x30;
const SHORTEST_KEY: usize = 100;
const LONGEST_CLIENT_SECRET: usize = 128;
const LONGEST_PREFIX: usize = 64;
/// RFC 7292: a PKCS#12 file holds `data` of PKCS#7 (1.2.840.113549.1.7.1).
const PKCS7_DATA: [u8; 11] = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const JAVA_KEY_STORE: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
/// Base64 in JSON in base64 is more than anybody was seen to paste.
const MOST_WRAPPINGS: usize = 4;
