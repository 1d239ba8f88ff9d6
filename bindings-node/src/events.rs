//! Events: what happens to an app's tokens.

pub(crate) mod clock;

use std::sync::Arc;

use appmint_core::{Event, EventKind, Listener};
use napi_derive::napi;

use crate::{
    app::quota::QuotaRecord, completions::Completions, durations::to_millis, errors::ErrorRecord,
};

/// A listener that queues each event.
pub(crate) fn listener(events: &Completions) -> Listener {
    let notify = events.notifier(EventRecord::from);
    Arc::new(move |event| notify(event.clone()))
}

/// An event.
#[napi(object, object_from_js = false, use_nullable = true)]
pub(crate) struct EventRecord {
    pub kind: &'static str,
    pub installation_id: Option<String>,
    pub duration_ms: Option<f64>,
    pub clock_offset_ms: Option<i64>,
    pub quota: Option<QuotaRecord>,
    pub error: Option<ErrorRecord>,
    pub is_warning: bool,
    pub text: String,
}

impl From<Event> for EventRecord {
    fn from(event: Event) -> Self {
        Self {
            kind: event.kind.name(),
            duration_ms: event.duration.map(to_millis),
            clock_offset_ms: event.clock_offset_ms,
            quota: event.quota.clone().map(QuotaRecord::from),
            error: event.error.as_ref().map(ErrorRecord::from),
            is_warning: event.kind.is_warning(),
            text: event.to_string(),
            installation_id: event.installation_id,
        }
    }
}

/// The names of the kinds of events, in the order of their numbers.
#[napi(catch_unwind)]
#[must_use]
pub fn event_kinds() -> Vec<&'static str> {
    EventKind::ALL.iter().map(|kind| kind.name()).collect()
}
