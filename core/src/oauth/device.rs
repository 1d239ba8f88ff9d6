//! The device authorization response (RFC 8628 §3.2), and the request for it.

use std::time::Duration;

use crate::{
    auth::OAuthClient,
    error::{Reason, Result},
    http::message::Request,
    platform::{Platform, expiry, members, oauth::join_scopes, reply::Reply},
    secret::Secret,
    time::Expiry,
};

/// The platform's answer to a request for a device code.
#[derive(Clone)]
pub(crate) struct DeviceAuthorization {
    pub(crate) device_code: Secret,
    pub(crate) user_code: String,
    pub(crate) verification_uri: String,
    pub(crate) verification_uri_complete: Option<String>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) interval: Duration,
}

/// The request that begins a login on another device (RFC 8628 §3.1).
pub(crate) fn request(
    platform: &Platform,
    client: &OAuthClient,
    scopes: &[String],
) -> Result<Request> {
    let device = platform.device()?;
    let url = platform.endpoint(device.base, &device.path, &[])?;
    let separator = device.scope_separator.as_deref();
    let separator = separator.or_else(|| platform.authorization().ok()?.scope_separator.as_deref());
    let scope = join_scopes(platform, separator, scopes)?;
    let fields: Vec<_> = scope.as_deref().map(|scope| ("scope", scope)).into_iter().collect();
    Ok(client.request(url, device.encoding, &fields))
}

impl DeviceAuthorization {
    pub(crate) fn read(reply: &Reply<'_>) -> Result<Self> {
        let rules = &reply.platform.device()?.reply;
        let json = reply.json_or_form()?;
        let required = |at, what: &str| {
            members::text(&json, at).ok_or_else(|| {
                reply.protocol_error(Reason::MissingMember, &format!("the answer holds no {what}"))
            })
        };
        if members::text(&json, &reply.platform.descriptor().errors.code).is_some() {
            return Err(reply.refusal());
        }
        let device_code = Secret::new(required(&rules.device_code, "device code")?);
        let user_code = required(&rules.user_code, "user code")?;
        let verification_uri = required(&rules.verification_uri, "verification URI")?;
        let complete = members::text(&json, &rules.verification_uri_complete);
        let is_page = |uri: &String| uri.starts_with("https://") || uri.starts_with("http://");
        if !is_page(&verification_uri) || !complete.iter().all(is_page) {
            let what = "the answer's verification URI is not an http or https URL";
            return Err(reply.protocol_error(Reason::MissingMember, what));
        }
        let interval =
            members::text(&json, &rules.interval).and_then(|text| members::seconds(&text));
        Ok(Self {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete: complete,
            expiry: expiry::read(reply, &json, &rules.expires).ok().flatten(),
            interval: interval.unwrap_or(DEFAULT_INTERVAL).clamp(MIN_INTERVAL, MAX_INTERVAL),
        })
    }
}

/// The interval where the platform names none (RFC 8628 §3.2).
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
const MIN_INTERVAL: Duration = Duration::from_millis(100);
pub(crate) const MAX_INTERVAL: Duration = Duration::from_secs(120);
