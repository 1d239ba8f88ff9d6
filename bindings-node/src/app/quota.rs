//! The quota of requests.

use appmint_core::{Quota, Timestamp};
use napi_derive::napi;

/// The quota of requests.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct QuotaRecord {
    pub limit: Option<i64>,
    pub remaining: i64,
    pub reset_at: Option<i64>,
    pub resource: Option<String>,
}

impl From<Quota> for QuotaRecord {
    fn from(quota: Quota) -> Self {
        Self {
            limit: quota.limit.map(number),
            remaining: number(quota.remaining),
            reset_at: quota.reset_at.map(Timestamp::as_millis),
            resource: quota.resource,
        }
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
