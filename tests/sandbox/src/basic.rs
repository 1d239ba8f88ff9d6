//! Client id and secret in HTTP Basic authentication.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

/// Decodes client id and secret, which are form-encoded one by one
/// ([RFC 6749, section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
pub(crate) fn client(credential: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(credential).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some((form_decoded(&decoded[..colon])?, form_decoded(&decoded[colon + 1..])?))
}

fn form_decoded(encoded: &[u8]) -> Option<String> {
    if encoded.iter().any(|byte| matches!(byte, b'&' | b'=')) {
        return None;
    }
    form_urlencoded::parse(encoded).next().map(|(decoded, _)| decoded.into_owned())
}
