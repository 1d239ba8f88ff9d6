//! Values that need no app: keys, descriptors, times, webhooks.

use std::sync::LazyLock;

use appmint_core::{
    Secret, TimeFormat, Timestamp, auth::PrivateKey, platform::Platform, resources::WebhookEvent,
};
use aws_lc_rs::hmac;

use super::apps::check;

/// A key of any form, encrypted or not.
pub(super) fn keys(data: &[u8]) {
    if let Some(key) = check(PrivateKey::parse(data, Some(&Secret::from(PASSPHRASE)))) {
        assert!(key.fingerprint().starts_with("SHA256:"));
    }
}

/// A descriptor that is accepted is accepted again as it was written down.
pub(super) fn descriptors(data: &[u8]) {
    let Some(platform) = check(Platform::from_json(&String::from_utf8_lossy(data))) else { return };
    let again = Platform::from_json(platform.as_json()).expect("its own text is a descriptor");
    assert_eq!(again.as_json(), platform.as_json());
}

/// A time in each notation, as text and as whatever JSON it is.
pub(super) fn times(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let values = [Some(text.as_ref().into()), serde_json::from_slice(data).ok()];
    let formats = [
        TimeFormat::Rfc3339,
        TimeFormat::Seconds,
        TimeFormat::EpochSeconds,
        TimeFormat::EpochMilliseconds,
    ];
    for value in values.iter().flatten() {
        for time in formats.iter().filter_map(|format| format.read(value, NOON)) {
            assert!(!time.to_string().is_empty());
            let _ = (time.until(NOON), NOON.until(time), time.as_secs());
        }
    }
}

/// A webhook: a line with the signature, and the body. It is believed only with its own signature.
pub(super) fn webhooks(data: &[u8]) {
    let line = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let received = String::from_utf8_lossy(&data[..line]);
    let body = data.get(line + 1..).unwrap_or_default();
    for (platform, header) in
        [("github", "x-hub-signature-256"), ("gitcode", "x-gitcode-signature-256")]
    {
        let own = format!("sha256={}", signature(body));
        assert!(
            verified(platform, header, &received, body).is_none() || own == received.to_lowercase()
        );
        verified(platform, header, &own, body);
    }
    verified("icr", "x-icr-signature-256", &received, body);
    let is_believed = verified("gitcode", "x-gitcode-token", &received, body).is_some();
    assert!(!is_believed || received == WEBHOOK_SECRET);
}

fn verified(platform: &str, header: &str, value: &str, body: &[u8]) -> Option<WebhookEvent> {
    static PLATFORMS: LazyLock<Vec<Platform>> = LazyLock::new(|| {
        let named = |name| Platform::named(name).expect("it is built in");
        ["github", "gitcode", "icr"].map(named).into()
    });
    let platform = PLATFORMS.iter().find(|it| it.name() == platform).expect("it is in the list");
    let headers = [(header, value), ("x-github-event", "push")];
    check(WebhookEvent::verify(platform, &headers, body, &[WEBHOOK_SECRET.into()]))
}

fn signature(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

const NOON: Timestamp = Timestamp::from_secs(1_700_000_000);
const PASSPHRASE: &str = "correct horse battery staple";
const WEBHOOK_SECRET: &str = "mysecret";
