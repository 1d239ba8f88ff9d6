//! Certificates and their keys, in the forms in which people have them.

use std::{env, fs, path::Path};

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    pasted::{self, file, pem},
};

type Certificate = CertificateDer<'static>;

/// The certificates in a file's bytes: PEM, as base64 or UTF-16 too, or the DER of one. `setting` names
/// them in errors.
pub(crate) fn read(setting: &str, bytes: &[u8]) -> Result<Vec<Certificate>> {
    if bytes.first() == Some(&DER_SEQUENCE) {
        return of_der(setting, bytes).map(|certificate| vec![certificate]);
    }
    let text = pasted::decoded(bytes).ok_or_else(|| none(setting, "is neither text nor DER"))?;
    let text = pasted::unwrapped(&text);
    if !text.contains("-----BEGIN ") {
        return of_bare_text(setting, &text);
    }
    let sections = LABELS.iter().flat_map(|label| pem::sections(&text, label));
    let of_section = |section: std::result::Result<pem::Der, _>| match section {
        Ok(der) => of_der(setting, &der),
        Err(_) => Err(damaged(setting)),
    };
    let certificates: Vec<_> = sections.map(of_section).collect::<Result<_>>()?;
    if certificates.is_empty() {
        return Err(wrong_label(setting, &pem::labels(&text)));
    }
    Ok(certificates)
}

/// The certificates in the file that an environment variable names, or in all files of the folder.
pub(super) fn of_variable(variable: &str) -> Result<Vec<Certificate>> {
    let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = Path::new(&path);
    let unreadable = |error| {
        Error::invalid(format!("{variable} names a file that cannot be read: {error}"))
            .advise("Correct the variable, or remove it.")
    };
    if !path.is_dir() {
        return read(variable, &file::contents(path).map_err(unreadable)?);
    }
    let files = fs::read_dir(path)
        .map_err(unreadable)?
        .filter_map(|entry| file::contents(&entry.ok()?.path()).ok());
    let certificates: Vec<_> =
        files.filter_map(|file| read(variable, &file).ok()).flatten().collect();
    if certificates.is_empty() {
        Err(none(variable, "names a folder without a certificate"))
    } else {
        Ok(certificates)
    }
}

/// Refuses a variable that names no file: the system's roots would be missing without a word.
pub(super) fn check_variable(variable: &str) -> Result<()> {
    match env::var_os(variable).filter(|path| !path.is_empty()) {
        Some(path) if !Path::new(&path).is_file() => {
            Err(Error::invalid(format!("{variable} names a file that is not there"))
                .advise("Correct the variable, or remove it."))
        }
        _ => Ok(()),
    }
}

/// The private key that belongs to a certificate: RSA or ECDSA, in PEM or DER.
pub(super) fn read_key(setting: &str, bytes: &[u8]) -> Result<PrivateKeyDer<'static>> {
    let no_key = |what: &str| Error::invalid(format!("{setting} {what}"));
    if bytes.first() == Some(&DER_SEQUENCE) {
        let key = PrivateKeyDer::try_from(bytes.to_vec());
        return key.map_err(|_| no_key("is DER, but not of a private key"));
    }
    let text = pasted::decoded(bytes).ok_or_else(|| no_key("is neither text nor DER"))?;
    let text = pasted::unwrapped(&text);
    let labels = pem::labels(&text);
    if text.contains("Proc-Type:") || labels.contains(&"ENCRYPTED PRIVATE KEY") {
        return Err(no_key("is encrypted")
            .advise("`openssl pkey -in old.pem -out new.pem` makes one that is not; let nobody else read its file."));
    }
    let section = |label: &str| {
        let der = pem::sections(&text, label).next()?;
        Some(der.map_err(|_| no_key("is cut off or damaged: copy the whole file again")))
    };
    let vector = |der: Zeroizing<Vec<u8>>| der.to_vec();
    if let Some(der) = section("PRIVATE KEY") {
        return Ok(PrivatePkcs8KeyDer::from(vector(der?)).into());
    }
    if let Some(der) = section("RSA PRIVATE KEY") {
        return Ok(PrivatePkcs1KeyDer::from(vector(der?)).into());
    }
    if let Some(der) = section("EC PRIVATE KEY") {
        return Ok(PrivateSec1KeyDer::from(vector(der?)).into());
    }
    if pasted::is_path(&text) {
        return Err(no_key("is the path of a file").advise("Read the file and give its contents."));
    }
    Err(no_key("holds no private key")
        .advise("Give PEM text, from -----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----."))
}

fn of_der(setting: &str, der: &[u8]) -> Result<Certificate> {
    let certificate = CertificateDer::from(der.to_vec());
    if webpki::EndEntityCert::try_from(&certificate).is_ok() {
        return Ok(certificate);
    }
    let holds =
        |oid: &[u8]| der.windows(oid.len()).take(LONGEST_PREFIX).any(|window| window == oid);
    if holds(&PKCS7_SIGNED) {
        return Err(none(setting, "is a PKCS#7 bundle (.p7b)")
            .advise("`openssl pkcs7 -inform DER -print_certs -in bundle.p7b -out roots.pem` writes its certificates."));
    }
    if holds(&PKCS7_DATA) {
        return Err(none(setting, "is a PKCS#12 file (.p12, .pfx)").advise(
            "`openssl pkcs12 -nokeys -in bundle.p12 -out roots.pem` writes its certificates.",
        ));
    }
    Err(damaged(setting))
}

fn of_bare_text(setting: &str, text: &str) -> Result<Vec<Certificate>> {
    if pasted::is_path(text) {
        return Err(none(setting, "is the path of a file, not a certificate")
            .advise("Read the file and give its contents."));
    }
    match pem::decode(text).filter(|bytes| !bytes.is_empty()) {
        Some(bytes) if bytes.first() == Some(&DER_SEQUENCE) => {
            of_der(setting, &bytes).map(|it| vec![it])
        }
        Some(bytes) if bytes.starts_with(b"-----BEGIN ") => read(setting, &bytes),
        _ => Err(none(setting, "holds no certificate")),
    }
}

fn wrong_label(setting: &str, labels: &[&str]) -> Error {
    match labels.first().copied().unwrap_or_default() {
        "PKCS7" | "CMS" => none(setting, "is a PKCS#7 bundle").advise(
            "`openssl pkcs7 -print_certs -in bundle.pem -out roots.pem` writes its certificates.",
        ),
        "TRUSTED CERTIFICATE" => {
            none(setting, "holds a TRUSTED CERTIFICATE, a form that only OpenSSL reads")
                .advise("`openssl x509 -in old.pem -out new.pem` makes a CERTIFICATE of it.")
        }
        label => none(setting, &format!("holds no certificate, but a {label}")),
    }
}

fn damaged(setting: &str) -> Error {
    none(setting, "holds a certificate that is cut off or damaged")
        .advise("Copy the whole file again.")
}

fn none(setting: &str, what: &str) -> Error {
    Error::invalid(format!("{setting} {what}")).advise(
        "Give PEM text, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, or the bytes of DER.",
    )
}

const LABELS: [&str; 2] = ["CERTIFICATE", "X509 CERTIFICATE"];
const DER_SEQUENCE: u8 = 0x30;
const LONGEST_PREFIX: usize = 64;
/// PKCS#7 `data` (1.2.840.113549.1.7.1), which a PKCS#12 file holds, and `signedData`.
const PKCS7_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const PKCS7_SIGNED: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
