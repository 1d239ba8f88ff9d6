//! RSA keys: the private key with which a program signs, the public key that the platform keeps.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use pem::{EncodeConfig, LineEnding, Pem};

/// A public key registered for an app; verifies RS256.
pub(crate) struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// Reads a public key (`PUBLIC KEY`, `RSA PUBLIC KEY`), or takes the public half of a private one.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, UnusableKey> {
        let section = pem::parse(pem).map_err(|_| UnusableKey("it is not PEM"))?;
        match section.tag() {
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Self::from_der(section.contents()),
            "PRIVATE KEY" => Self::of(KeyPair::from_pkcs8(section.contents())),
            "RSA PRIVATE KEY" => Self::of(KeyPair::from_der(section.contents())),
            _ => Err(UnusableKey("it is neither a public key nor a private key")),
        }
    }

    fn of<E>(pair: Result<KeyPair, E>) -> Result<Self, UnusableKey> {
        let pair = pair.map_err(|_| UnusableKey("it is not an RSA private key"))?;
        Self::from_der(pair.public_key().as_ref())
    }

    fn from_der(der: &[u8]) -> Result<Self, UnusableKey> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der)
            .map(Self)
            .map_err(|_| UnusableKey("it is not an RSA public key of at least 2048 bits"))
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// A new RSA-2048 private key as PKCS#8 PEM.
pub(crate) fn generate_private_key() -> String {
    pem_of("PRIVATE KEY", &generate_pkcs8())
}

/// A new RSA-2048 private key as PKCS#1 PEM, the form that GitHub uses.
pub(crate) fn generate_pkcs1_private_key() -> String {
    pem_of("RSA PRIVATE KEY", &generate_pkcs8()[PKCS8_PREFIX_BYTES..])
}

fn generate_pkcs8() -> Vec<u8> {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("2048-bit RSA keys can be generated");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("a generated key has a PKCS#8 form");
    der.as_ref().to_vec()
}

fn pem_of(tag: &str, der: &[u8]) -> String {
    let unix = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(tag, der), unix)
}

/// The length of the PKCS#8 header before a 2048-bit RSA key in PKCS#1: a sequence, version 0, the algorithm, an octet string.
const PKCS8_PREFIX_BYTES: usize = 4 + 3 + 15 + 4;

/// Why a key cannot be used.
#[derive(Debug)]
pub(crate) struct UnusableKey(&'static str);

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key cannot be used: {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_key_yields_its_public_half() {
        let private = generate_private_key();
        assert!(PublicKey::from_pem(&private).is_ok());
        assert!(PublicKey::from_pem(&generate_pkcs1_private_key()).is_ok());
    }

    #[test]
    fn a_text_without_a_key_is_refused() {
        assert!(PublicKey::from_pem("hello").is_err());
        let certificate = pem::encode(&Pem::new("CERTIFICATE", [1, 2, 3]));
        assert!(PublicKey::from_pem(&certificate).is_err());
    }
}
