//! Which installation tokens each process has had minted, and whether it had to.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use appmint_core::{Deadline, simulation};

use crate::{process::TIMEOUT, world::lock};

/// The mintings of all processes.
pub(crate) struct Mints {
    by_key: Mutex<HashMap<Key, Log>>,
    /// Whether the processes know how long a token lives.
    clocks_are_right: bool,
}

/// A process and an installation.
type Key = (usize, String);

#[derive(Default)]
struct Log {
    fetches: Vec<Fetch>,
    last: Option<Ended>,
    /// When the last invalidation came to an end; `None` while one is running.
    invalidated: Invalidated,
    count: u64,
    /// When the fetch of each token began.
    tokens: HashMap<String, Duration>,
}

/// A fetch of the cache: all its requests have one deadline.
#[derive(Clone, Copy)]
struct Fetch {
    deadline: Deadline,
    begun: Duration,
    is_running: bool,
}

struct Ended {
    fetch: Fetch,
    at: Duration,
    /// The life of the token that came; `None` after a failure.
    life: Option<Duration>,
}

#[derive(Clone, Copy, Default)]
enum Invalidated {
    #[default]
    Never,
    Running,
    At(Duration),
}

impl Mints {
    pub(crate) fn new(clocks_are_right: bool) -> Self {
        Self { by_key: Mutex::default(), clocks_are_right }
    }

    /// A request for a token begins.
    pub(crate) fn begin(&self, key: &Key, deadline: Deadline) {
        let mut all = lock(&self.by_key);
        let log = all.entry(key.clone()).or_default();
        log.count += 1;
        let is_same = |fetch: &&mut Fetch| fetch.deadline == deadline && !fetch.is_running;
        if let Some(fetch) = log.fetches.iter_mut().find(is_same) {
            fetch.is_running = true; // it is sent again
            return;
        }
        let fetch = Fetch { deadline, begun: begun(deadline), is_running: true };
        // A fetch that was forgotten by an invalidation goes on beside the next one.
        let complaint =
            if log.still_counts(fetch) { log.complaint(self.clocks_are_right) } else { None };
        log.fetches.push(fetch);
        drop(all);
        if let Some(complaint) = complaint {
            simulation::fail(format!("process {}, installation {}: {complaint}", key.0, key.1));
        }
    }

    /// A request has ended, with a token and its life or with a failure.
    pub(crate) fn end(&self, key: &Key, deadline: Deadline, came: Option<(String, Duration)>) {
        let mut all = lock(&self.by_key);
        let log = all.entry(key.clone()).or_default();
        let life = came.as_ref().map(|(_, life)| *life);
        log.tokens.extend(came.map(|(token, _)| (token, begun(deadline))));
        if let Some(fetch) = log.fetches.iter_mut().find(|fetch| fetch.deadline == deadline) {
            fetch.is_running = false;
            log.last = Some(Ended { fetch: *fetch, at: simulation::time(), life });
        }
    }

    pub(crate) fn invalidation_begins(&self, key: &Key) {
        lock(&self.by_key).entry(key.clone()).or_default().invalidated = Invalidated::Running;
    }

    pub(crate) fn invalidation_ends(&self, key: &Key) {
        let at = Invalidated::At(simulation::time());
        lock(&self.by_key).entry(key.clone()).or_default().invalidated = at;
    }

    /// Whether the fetch that brought a token began before this moment.
    pub(crate) fn began_before(&self, key: &Key, token: &str, moment: Duration) -> bool {
        let all = lock(&self.by_key);
        let begun = all.get(key).and_then(|log| log.tokens.get(token));
        begun.is_some_and(|begun| *begun < moment)
    }

    /// The requests of all processes so far.
    pub(crate) fn count(&self) -> u64 {
        lock(&self.by_key).values().map(|log| log.count).sum()
    }
}

/// When a fetch with this deadline began; zero if its deadline is over, so that it cannot be told.
fn begun(deadline: Deadline) -> Duration {
    match deadline.remaining() {
        Duration::ZERO => Duration::ZERO,
        left => (simulation::time() + left).saturating_sub(TIMEOUT),
    }
}

impl Log {
    /// The reason why no new fetch may begin now, if there is one.
    fn complaint(&self, clocks_are_right: bool) -> Option<String> {
        if self.fetches.iter().any(|fetch| fetch.is_running && self.still_counts(*fetch)) {
            return Some("two mintings at once".to_owned());
        }
        let last = self.last.as_ref().filter(|last| self.still_counts(last.fetch))?;
        let age = simulation::time() - last.at;
        match last.life {
            Some(life) if clocks_are_right && age < life.mul_f64(NEEDED_LATEST) => {
                Some(format!("a token came {age:?} ago, lives {life:?}, and another is minted"))
            }
            None if age < BACK_OFF => Some(format!("minted again {age:?} after a failure")),
            _ => None,
        }
    }

    /// Whether nothing was invalidated since this fetch began.
    fn still_counts(&self, fetch: Fetch) -> bool {
        match self.invalidated {
            Invalidated::Never => true,
            Invalidated::Running => false,
            Invalidated::At(at) => at < fetch.begun,
        }
    }
}

/// A renewal begins at the earliest when five eighths of a token's life are left: half of it is the
/// most that a caller can ask for.
const NEEDED_LATEST: f64 = 0.37;
/// A failure counts for everybody for at least as long.
const BACK_OFF: Duration = Duration::from_secs(1);
