//! What a program may want to see of an app at work: events, as they happen, and counts.
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

use crate::error::Error;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventKind {
    /// A token was minted because somebody waited for one.
    Minted,
    /// A token was minted ahead of its predecessor's end.
    Renewed,
    /// No token came; whoever waited for one got the error, or the live one that was there.
    MintFailed,
    /// A live token was handed out beyond its margin because no new one came.
    ServedStale,
    /// A request is sent again, after a wait.
    Retried,
    /// The platform's clock was found to be another than ours.
    SkewFound,
    /// The platform refused a token before its time; another one is minted.
    Refused,
    /// A token that another process had minted was taken from the store.
    TakenFromStore,
    /// The store did not do what it should; installation tokens go on without it.
    StoreFailed,
}

impl EventKind {
    /// All of them.
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

    /// Whether somebody should look at it.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        !matches!(self, Self::Minted | Self::Renewed | Self::Retried | Self::TakenFromStore)
    }
}

/// Something that happened, told on the thread that did it: a callback must be quick.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The installation that it is about.
    pub installation_id: Option<String>,
    /// How long the call took, or the wait until it is sent again.
    pub duration: Option<Duration>,
    /// How far the platform's clock is ahead, in milliseconds.
    pub clock_offset_ms: Option<i64>,
    /// Why.
    pub error: Option<Error>,
}

impl Event {
    pub(crate) fn new(kind: EventKind) -> Self {
        Self { kind, installation_id: None, duration: None, clock_offset_ms: None, error: None }
    }

    pub(crate) fn skew(clock_offset_ms: i64) -> Self {
        Self { clock_offset_ms: Some(clock_offset_ms), ..Self::new(EventKind::SkewFound) }
    }

    pub(crate) fn of(mut self, installation_id: Option<&str>) -> Self {
        self.installation_id = installation_id.map(str::to_owned);
        self
    }

    pub(crate) fn lasting(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    pub(crate) fn because(mut self, error: Option<&Error>) -> Self {
        self.error = error.cloned();
        self
    }
}

/// Says it in a line, as a log wants it.
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
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

/// Who is told.
pub type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// How often things happened since the app was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Tokens minted because somebody waited.
    pub minted: u64,
    /// Tokens minted ahead of time.
    pub renewed: u64,
    /// Mintings that failed.
    pub failed: u64,
    /// Live tokens handed out beyond their margin because no new one came.
    pub served_stale: u64,
    /// Requests sent again.
    pub retried: u64,
    /// Callers who joined a minting that was on its way.
    pub joined: u64,
    /// Tokens that the platform refused before their time.
    pub refused: u64,
    /// Tokens taken from the store.
    pub from_store: u64,
    /// What the store did not do.
    pub store_failed: u64,
    /// Keys (an installation and a scope) that have a place in memory.
    pub sources: u64,
}

/// Tells events and counts them.
pub(crate) struct Teller {
    listener: Option<Listener>,
    counts: [AtomicU64; EventKind::ALL.len()],
    joined: AtomicU64,
}

impl Teller {
    pub(crate) fn new(listener: Option<Listener>) -> Self {
        Self { listener, counts: Default::default(), joined: AtomicU64::new(0) }
    }

    pub(crate) fn tell(&self, event: &Event) {
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

    /// Calls back into the host program; a panic there must not end a worker's other work.
    pub(crate) fn call(&self, callback: impl FnOnce()) {
        let _ = catch_unwind(AssertUnwindSafe(callback));
    }

    pub(crate) fn joined(&self) {
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
