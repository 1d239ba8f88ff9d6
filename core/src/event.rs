//! Events, as they happen, and their counts.
//!
//! Neither ever holds a secret.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{error::Error, http::Quota};

/// The kind of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A token was minted while a caller waited for it.
    Minted,
    /// A token was minted before its predecessor expired.
    Renewed,
    /// Minting failed. Callers got the error, or the token in memory if it was still valid.
    MintFailed,
    /// A token was returned that lives for less than was asked for: no new one could be minted, or
    /// new ones live no longer.
    ServedStale,
    /// A request will be sent again, after a wait.
    Retried,
    /// The platform's clock differs from this machine's.
    SkewFound,
    /// The platform refused a token before it expired. Another one is minted.
    Refused,
    /// A token that another process had minted was read from the store.
    TakenFromStore,
    /// The store failed. Installation tokens are minted without it.
    StoreFailed,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Minted,
        Self::Renewed,
        Self::MintFailed,
        Self::ServedStale,
        Self::Retried,
        Self::SkewFound,
        Self::Refused,
        Self::TakenFromStore,
        Self::StoreFailed,
    ];

    /// The stable name that every surface shows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minted => "minted",
            Self::Renewed => "renewed",
            Self::MintFailed => "mint_failed",
            Self::ServedStale => "served_stale",
            Self::Retried => "retried",
            Self::SkewFound => "skew_found",
            Self::Refused => "refused",
            Self::TakenFromStore => "taken_from_store",
            Self::StoreFailed => "store_failed",
        }
    }

    /// Whether an operator should look into it.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        !matches!(self, Self::Minted | Self::Renewed | Self::Retried | Self::TakenFromStore)
    }
}

/// An event in an app's work. It never holds a secret.
///
/// The listener is called on the thread where it happened and must be quick.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// The kind of the event.
    pub kind: EventKind,
    /// The id of the installation that the event is about.
    ///
    /// `None` if it is about none.
    pub installation_id: Option<String>,
    /// How long the call took, or the wait until the request is sent again.
    ///
    /// `None` if the event has none.
    pub duration: Option<Duration>,
    /// How far the platform's clock is ahead of this machine's.
    ///
    /// `None` if the event is not about clocks.
    ///
    /// In milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// The quota of requests as it was last told: the app's after minting, and that of a request
    /// that is sent again.
    ///
    /// `None` if the platform told none.
    pub quota: Option<Quota>,
    /// The error that caused the event.
    ///
    /// `None` if no error did.
    pub error: Option<Error>,
}

impl Event {
    pub(crate) fn new(kind: EventKind) -> Self {
        Self {
            kind,
            installation_id: None,
            duration: None,
            clock_offset_ms: None,
            quota: None,
            error: None,
        }
    }

    pub(crate) fn clock_skew(clock_offset_ms: i64) -> Self {
        Self { clock_offset_ms: Some(clock_offset_ms), ..Self::new(EventKind::SkewFound) }
    }

    pub(crate) fn with_installation(mut self, installation_id: Option<&str>) -> Self {
        self.installation_id = installation_id.map(str::to_owned);
        self
    }

    pub(crate) fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    pub(crate) fn with_quota(mut self, quota: Option<Quota>) -> Self {
        self.quota = quota;
        self
    }

    pub(crate) fn with_error(mut self, error: Option<&Error>) -> Self {
        self.error = error.cloned();
        self
    }
}

/// One line, as for a log.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if let Some(id) = &self.installation_id {
            write!(f, " installation {id}")?;
        }
        if let Some(duration) = self.duration {
            write!(f, ", {} ms", duration.as_millis())?;
        }
        if let Some(offset) = self.clock_offset_ms {
            write!(f, ", {offset} ms ahead")?;
        }
        if let Some(quota) = &self.quota {
            write!(f, ", {quota}")?;
        }
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

/// A callback that receives each event.
pub type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Counters of an app since it was made: a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// Tokens that were minted while a caller waited.
    pub minted: u64,
    /// Tokens that were minted before their predecessor expired.
    pub renewed: u64,
    /// Attempts to mint a token that failed.
    pub failed: u64,
    /// Tokens that were returned although they live for less than was asked for: no new one could
    /// be minted, or new ones live no longer.
    pub served_stale: u64,
    /// Requests that were sent again.
    pub retried: u64,
    /// Callers that waited for a token that was being minted already.
    pub joined: u64,
    /// Tokens that the platform refused before they expired.
    pub refused: u64,
    /// Tokens that were read from the store.
    pub from_store: u64,
    /// Calls of the store that failed.
    pub store_failed: u64,
    /// Installations with a scope, and sessions, that have a place in memory.
    pub sources: u64,
}

/// Sends events to the listener and the log, and counts them.
pub(crate) struct EventSink {
    listener: Option<Listener>,
    counts: [AtomicU64; EventKind::ALL.len()],
    joined: AtomicU64,
}

impl EventSink {
    pub(crate) fn new(listener: Option<Listener>) -> Self {
        Self { listener, counts: Default::default(), joined: AtomicU64::new(0) }
    }

    pub(crate) fn emit(&self, event: &Event) {
        self.counts[event.kind as usize].fetch_add(1, Ordering::Relaxed);
        if event.kind.is_warning() {
            tracing::warn!(target: "appmint", "{event}");
        } else {
            tracing::debug!(target: "appmint", "{event}");
        }
        if let Some(listener) = &self.listener {
            self.call(|| listener(event));
        }
    }

    /// Calls back into the host program. A panic there must not end the thread's other work.
    pub(crate) fn call(&self, callback: impl FnOnce()) {
        let _ = catch_unwind(AssertUnwindSafe(callback));
    }

    pub(crate) fn count_shared(&self) {
        self.joined.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self, sources: usize) -> Stats {
        let count = |kind: EventKind| self.counts[kind as usize].load(Ordering::Relaxed);
        Stats {
            minted: count(EventKind::Minted),
            renewed: count(EventKind::Renewed),
            failed: count(EventKind::MintFailed),
            served_stale: count(EventKind::ServedStale),
            retried: count(EventKind::Retried),
            joined: self.joined.load(Ordering::Relaxed),
            refused: count(EventKind::Refused),
            from_store: count(EventKind::TakenFromStore),
            store_failed: count(EventKind::StoreFailed),
            sources: u64::try_from(sources).unwrap_or(u64::MAX),
        }
    }
}
