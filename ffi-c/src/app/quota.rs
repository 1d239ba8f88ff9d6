//! The quota of requests.

use std::ffi::c_char;

use appmint_core::Quota;

use crate::{
    access::{free, read, text_of},
    app::appmint_app,
    convert::time_ms,
    text::OnceText,
};

/// The quota of requests, as the platform's last answer told it.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
pub struct appmint_quota {
    core: Quota,
    resource: OnceText,
}

impl From<Quota> for appmint_quota {
    fn from(core: Quota) -> Self {
        Self { core, resource: OnceText::default() }
    }
}

/// Returns the quota of the requests that the app makes with its JWT or tokens of its own. It is as
/// the platform told it in its last answer to one of them. NULL if there was no such answer yet, or
/// the platform does not tell it. No network I/O.
///
/// Free it with appmint_quota_free.
///
/// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_quota(app: Option<&appmint_app>) -> Option<Box<appmint_quota>> {
    read(app, None, |app| app.core.quota().map(|quota| Box::new(quota.into())))
}

/// The number of requests that are allowed in one period. 0 if the platform does not report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_quota_limit(quota: Option<&appmint_quota>) -> i64 {
    read(quota, None, |quota| quota.core.limit).map_or(0, number)
}

/// The number of requests that are left.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_quota_remaining(quota: Option<&appmint_quota>) -> i64 {
    read(quota, 0, |quota| number(quota.core.remaining))
}

/// When the quota is full again, by the platform's clock. APPMINT_NO_TIME if the platform does not
/// report it.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_quota_reset_at_ms(quota: Option<&appmint_quota>) -> i64 {
    time_ms(read(quota, None, |quota| quota.core.reset_at))
}

/// The kind of requests that it is for, such as "core", on a platform that has several quotas. NULL
/// if the platform has one quota.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_quota_resource(quota: Option<&appmint_quota>) -> *const c_char {
    text_of(quota, |quota| quota.resource.optional(|| quota.core.resource.as_deref()))
}

/// Frees a quota.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_quota_free(quota: Option<Box<appmint_quota>>) {
    free(quota);
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
