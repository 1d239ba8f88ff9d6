//! What an app tells of itself.

use appmint_core::{Event, Stats};
use napi_derive::napi;

use crate::{clock::in_millis, outcome::ErrorRecord};

/// Something that happened.
#[napi(object, object_from_js = false, use_nullable = true)]
pub(crate) struct EventRecord {
    pub kind: &'static str,
    pub installation_id: Option<String>,
    pub duration_ms: Option<f64>,
    pub clock_offset_ms: Option<i64>,
    pub error: Option<ErrorRecord>,
    pub is_warning: bool,
    pub text: String,
}

impl EventRecord {
    pub(crate) fn of(event: Event) -> Self {
        Self {
            kind: event.kind.name(),
            duration_ms: event.duration.map(in_millis),
            clock_offset_ms: event.clock_offset_ms,
            error: event.error.as_ref().map(ErrorRecord::of),
            is_warning: event.kind.is_warning(),
            text: event.to_string(),
            installation_id: event.installation_id,
        }
    }
}

/// How often things happened.
#[napi(object, object_from_js = false)]
pub struct StatsRecord {
    pub minted: i64,
    pub renewed: i64,
    pub failed: i64,
    pub served_stale: i64,
    pub retried: i64,
    pub joined: i64,
    pub refused: i64,
    pub from_store: i64,
    pub store_failed: i64,
    pub sources: i64,
}

impl StatsRecord {
    pub(crate) fn of(stats: Stats) -> Self {
        Self {
            minted: count(stats.minted),
            renewed: count(stats.renewed),
            failed: count(stats.failed),
            served_stale: count(stats.served_stale),
            retried: count(stats.retried),
            joined: count(stats.joined),
            refused: count(stats.refused),
            from_store: count(stats.from_store),
            store_failed: count(stats.store_failed),
            sources: count(stats.sources),
        }
    }
}

fn count(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}
