//! PKCE: proof that an authorization code is exchanged by the client that requested it.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secrets;

/// Whether the S256 challenge was computed from this verifier
/// ([RFC 7636, section 4.6](https://www.rfc-editor.org/rfc/rfc7636#section-4.6)).
pub(crate) fn matches(verifier: &str, challenge: &str) -> bool {
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    secrets::equal(&URL_SAFE_NO_PAD.encode(hash), challenge)
}

/// Whether this has the form of an S256 challenge: 32 bytes in base64url.
pub(crate) fn is_challenge(challenge: &str, method: Option<&str>) -> bool {
    method == Some("S256") && challenge.len() == 43
}
