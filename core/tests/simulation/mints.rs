//! Which installation tokens each process has had minted, and whether it had to.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use appmint_core::{Deadline, simulation};

use crate::{process::TIMEOUT, world::lock};

/// The mintings of all processes.
pub(crate) struct Mints {
    by_key: Mutex<HashMap<Key, Log>>,
    /// Whether the processes know how long a token lives.
    clocks_are_right: bool,
    /// The life of a token when it is issued.
    pub(crate) token_life: Duration,
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
    pub(crate) fn new(clocks_are_right: bool, token_life: Duration) -> Self {
        Self { by_key: Mutex::default(), clocks_are_right, token_life }
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
        let complaint = if log.still_counts(fetch) {
            log.complaint(|life| self.needed_after(life))
        } else {
            None
        };
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

    /// When another token may be needed, at the earliest, after one came with this life. Callers ask for
    /// half of an issued token's life at most, and its renewal begins up to an eighth of its own life
    /// before that; an answer that was long on its way has used up a part.
    fn needed_after(&self, life: Duration) -> Duration {
        if !self.clocks_are_right {
            return Duration::ZERO;
        }
        life.mul_f64(0.87).saturating_sub(self.token_life / 2)
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
    fn complaint(&self, needed_after: impl Fn(Duration) -> Duration) -> Option<String> {
        if self.fetches.iter().any(|fetch| fetch.is_running && self.still_counts(*fetch)) {
            return Some("two mintings at once".to_owned());
        }
        let last = self.last.as_ref().filter(|last| self.still_counts(last.fetch))?;
        let age = simulation::time() - last.at;
        match last.life {
            Some(life) if age < needed_after(life) => {
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

/// A failure counts for everybody for at least as long: a second, by a clock that counts milliseconds.
const BACK_OFF: Duration = Duration::from_millis(999);
