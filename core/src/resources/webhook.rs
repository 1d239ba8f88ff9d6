//! A webhook event is believed once its signature was verified, and only as far as the signature
//! covers it.

mod mismatch;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use crate::{
    encoding::unhex,
    error::{Error, ErrorKind, Reason, Result},
    http::strict_json::{self, Fault},
    pasted::{self, Form},
    platform::{
        Platform,
        descriptor::{Pointer, RevocationRule, Signed, WebhookRules, WebhookSignature},
        members,
    },
    secret::Secret,
};

/// An event that a platform sent, whose signature was verified.
///
/// On most platforms the name and the delivery's id come from headers, which the signature does not
/// cover: decide by the payload.
///
/// Source: <https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The event's name, such as `push`. Most platforms send it in a header, which the signature
    /// does not cover.
    pub name: Option<String>,
    /// The delivery's id, by which one that comes twice is recognised. It comes from a header, too.
    pub delivery_id: Option<String>,
    /// The id of the installation that it is about, from the signed payload.
    ///
    /// `None` if it is about none.
    pub installation_id: Option<String>,
    /// The signed JSON: the body, the part of it that the platform signs, or the field of a body
    /// that is a form.
    ///
    /// Its text is unchanged but for a byte order mark, which is left out.
    pub payload: String,
}

impl WebhookEvent {
    /// Verifies a webhook's signature with any of the secrets (two while one replaces the other).
    ///
    /// `headers` are names in any case and values; `body` is the unchanged request body, JSON or a form:
    /// JSON that was parsed and written again has another signature.
    ///
    /// # Errors
    /// [`Unauthorized`](ErrorKind::Unauthorized) when the signature does not match any secret,
    /// [`Unsupported`](ErrorKind::Unsupported) where the platform does not sign webhooks.
    pub fn verify(
        platform: &Platform,
        headers: &[(&str, &str)],
        body: &[u8],
        secrets: &[Secret],
    ) -> Result<Self> {
        let rules = platform.descriptor().webhook.as_ref();
        let rules = rules.ok_or_else(|| platform.unsupported("signed webhooks"))?;
        if secrets.is_empty() || secrets.iter().any(Secret::is_empty) {
            return Err(Error::invalid("a webhook secret is missing or empty"));
        }
        let secrets: Vec<_> = secrets.iter().map(cleaned_secret).collect::<Result<_>>()?;
        let signature =
            rules.signatures.iter().find_map(|rule| Some((rule, header(headers, &rule.header)?)));
        let (rule, received) =
            signature.ok_or_else(|| mismatch::without_signature(platform, rules, headers))?;
        let is_signed = |body: &[u8]| {
            let signed = signed_part(rule, body)?;
            let is_right = |secret: &Secret| fits(rule, secret, signed.message(), received);
            if secrets.iter().any(is_right) {
                Ok(signed)
            } else {
                Err(mismatch::of_unknown_cause())
            }
        };
        let signed = is_signed(body).map_err(|error| {
            mismatch::of_changed(body, |other| is_signed(other).is_ok()).unwrap_or(error)
        })?;
        Self::read(rules, headers, &signed)
    }

    /// The id of the account whose user revoked the authorization of the app, if the event says that.
    ///
    /// The signed payload decides: the event's name alone would let anybody who has seen another event of
    /// this user end the user's sessions.
    pub(crate) fn revoked_account(&self, platform: &Platform) -> Option<String> {
        let rule = platform.descriptor().webhook.as_ref()?.revocation.as_ref()?;
        if self.name.as_ref() != Some(&rule.event) {
            return None;
        }
        let payload = json(&self.payload).ok()?;
        is_revocation(rule, &payload).then(|| members::text(&payload, &rule.account_id))?
    }

    fn read(rules: &WebhookRules, headers: &[(&str, &str)], signed: &SignedPart) -> Result<Self> {
        let text =
            String::from_utf8(signed.payload()?).map_err(|_| not_json("it is not UTF-8 text"))?;
        let text = form_field(rules, &text).unwrap_or(text);
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let payload = json(&text)?;
        let named = |name: &Option<String>| header(headers, name.as_deref()?).map(str::to_owned);
        Ok(Self {
            name: named(&rules.event_header).or_else(|| members::text(&payload, &rules.event)),
            delivery_id: named(&rules.delivery_header),
            installation_id: members::text(&payload, &rules.installation_id),
            payload: text,
        })
    }
}

/// A webhook's secret without what was pasted around it.
pub(crate) fn cleaned_secret(secret: &Secret) -> Result<Secret> {
    let text = pasted::clean("a webhook secret", secret.reveal(), Form::ChosenSecret)?;
    Ok(text.into())
}

fn is_revocation(rule: &RevocationRule, payload: &Value) -> bool {
    let holds = |(place, text): (&Pointer, &String)| {
        payload.pointer(place).and_then(Value::as_str) == Some(text)
    };
    rule.payload.iter().all(holds)
}

/// The part of a request that the signature covers.
enum SignedPart {
    Body(Vec<u8>),
    Base64Member(String),
}

impl SignedPart {
    fn message(&self) -> &[u8] {
        match self {
            Self::Body(bytes) => bytes,
            Self::Base64Member(text) => text.as_bytes(),
        }
    }

    fn payload(&self) -> Result<Vec<u8>> {
        match self {
            Self::Body(bytes) => Ok(bytes.clone()),
            Self::Base64Member(text) => STANDARD.decode(text).map_err(|_| {
                Error::protocol(Reason::NotJson, "the webhook's signed data is not base64")
            }),
        }
    }
}

fn signed_part(rule: &WebhookSignature, body: &[u8]) -> Result<SignedPart> {
    let Signed::Base64Member { member } = &rule.signed else {
        return Ok(SignedPart::Body(body.to_vec()));
    };
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let text = json.as_ref().and_then(|json| json.pointer(member)?.as_str());
    text.map(|text| SignedPart::Base64Member(text.to_owned()))
        .ok_or_else(|| unverified("the webhook's body lacks the signed part"))
}

fn fits(rule: &WebhookSignature, secret: &Secret, message: &[u8], received: &str) -> bool {
    if let Signed::Nothing = rule.signed {
        return secret == &Secret::from(received);
    }
    let Some(signature) = received.trim().strip_prefix(rule.prefix.as_str()).and_then(unhex) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    hmac::verify(&key, message, &signature).is_ok()
}

fn header<'a>(headers: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(present, _)| present.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}

/// The payload of a body that is a form, as GitHub sends it unless another content type is set. A JSON
/// text cannot begin like that.
fn form_field(rules: &WebhookRules, body: &str) -> Option<String> {
    let name = rules.form_field.as_deref()?;
    body.starts_with(&format!("{name}=")).then_some(())?;
    let mut fields = form_urlencoded::parse(body.as_bytes());
    fields.next().map(|(_, value)| value.into_owned())
}

fn json(text: &str) -> Result<Value> {
    strict_json::read_cut(text).map_err(|fault| match fault {
        // serde_json's words are the fault and its place, and no part of the text.
        Fault::NotJson => match serde_json::from_str::<Value>(text) {
            Err(error) => not_json(&error.to_string()),
            Ok(_) => not_json("it cannot be read"),
        },
        fault => Error::protocol(Reason::NotJson, fault.sentence("the webhook's payload")),
    })
}

fn not_json(fault: &str) -> Error {
    Error::protocol(Reason::NotJson, format!("the webhook's signed payload is not JSON: {fault}"))
        .advise("Set the webhook's content type to application/json on the platform.")
}

fn unverified(message: &str) -> Error {
    Error::new(ErrorKind::Unauthorized, message).because(Reason::InvalidSignature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"foo":"bar"}"#;
    /// From the test suite of GitHub's own webhook library.
    const SIGNATURE: &str =
        "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3";

    fn github(headers: &[(&str, &str)], body: &[u8], secrets: &[&str]) -> Result<WebhookEvent> {
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        WebhookEvent::verify(&Platform::named("github").unwrap(), headers, body, &secrets)
    }

    #[test]
    fn a_signature_is_verified_with_any_of_the_secrets() {
        let headers = [("x-hub-signature-256", SIGNATURE), ("X-GitHub-Event", "push")];
        let webhook = github(&headers, BODY, &["new", "mysecret"]).unwrap();
        assert_eq!(webhook.name.as_deref(), Some("push"));
        assert_eq!(webhook.payload.as_bytes(), BODY);
    }

    #[test]
    fn a_changed_body_signature_or_secret_is_refused() {
        let headers = [("X-Hub-Signature-256", SIGNATURE)];
        let off = [("X-Hub-Signature-256", &SIGNATURE[..70])];
        let bare = [("X-Hub-Signature-256", &SIGNATURE[7..])];
        for attempt in [
            github(&headers, br#"{"foo":"baz"}"#, &["mysecret"]),
            github(&headers, BODY, &["other"]),
            github(&off, BODY, &["mysecret"]),
            github(&bare, BODY, &["mysecret"]),
            github(&[], BODY, &["mysecret"]),
        ] {
            assert_eq!(attempt.unwrap_err().reason(), Some(Reason::InvalidSignature));
        }
        assert_eq!(github(&headers, BODY, &[]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_secret_with_a_nul_is_refused_although_hmac_would_take_it() {
        let headers = [("X-Hub-Signature-256", SIGNATURE)];
        for secrets in [&["mysecret\0"][..], &["mysecret", "my\0secret"], &["mysecret\0other"]] {
            let error = github(&headers, BODY, secrets).unwrap_err();
            assert_eq!(error.message(), "a webhook secret contains a NUL");
        }
    }

    #[test]
    fn only_the_signed_part_is_believed() {
        let icr = Platform::named("icr").unwrap();
        let signed = STANDARD.encode(r#"{"event":"installed","installation":{"id":"123"}}"#);
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"s");
        let tag = hmac::sign(&key, signed.as_bytes());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let body = format!(
            r#"{{"event":"uninstalled","installation":{{"id":"9"}},"signedData":"{signed}"}}"#
        );
        let headers = [("x-icr-signature-256", &*format!("sha256={hex}"))];
        let webhook = WebhookEvent::verify(&icr, &headers, body.as_bytes(), &["s".into()]).unwrap();
        assert_eq!(webhook.installation_id.as_deref(), Some("123"));
        assert_eq!(webhook.name.as_deref(), Some("installed"));
    }
}
