//! A process: an app, and threads that ask it for tokens and compare what they get with the truth.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use appmint_core::{
    App, AppBuilder, Error, ErrorKind, Result, Task, Token, TokenSource,
    auth::Signer,
    simulation::{self, Builder, Condvar, JoinHandle, Mutex},
    store::Store,
};

use crate::{
    network::Network,
    platform::descriptor,
    sessions::SessionLog,
    world::{CLOCK_RANGE, Machine, MachineClock, World, now},
};

/// The time for a call.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// The time for a call when nothing fails, with the call of another process before it.
const PROMPTLY: Duration = Duration::from_secs(5);
/// The time that a task has beyond its deadline to say why it failed.
const GRACE: Duration = Duration::from_millis(250);

/// One process with its app.
pub(crate) struct Process {
    pub(crate) group: usize,
    pub(crate) app: App,
    pub(crate) world: Arc<World>,
    has_store: bool,
    is_closed: AtomicBool,
}

/// A source of tokens, and whether its installation is looked up first.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) tokens: TokenSource,
    pub(crate) is_looked_up: bool,
}

impl Process {
    pub(crate) fn new(
        group: usize,
        machine: &Arc<Machine>,
        world: &Arc<World>,
        sessions: &Arc<SessionLog>,
        store: Option<Arc<dyn Store>>,
    ) -> Arc<Self> {
        let network = Network { world: Arc::clone(world), sessions: Arc::clone(sessions) };
        let builder = AppBuilder::from_descriptor(descriptor(&world.platform()))
            .app_id("75")
            .client_id("client")
            .client_secret("secret")
            .signer(Arc::new(NoSigner))
            .clock(MachineClock(Arc::clone(machine)))
            .transport(Arc::new(network))
            .retries(if group == RETRIES_NOTHING { 0 } else { 2 })
            .store_unencrypted(store.is_some());
        let has_store = store.is_some();
        let builder = store.into_iter().fold(builder, AppBuilder::own_store);
        let app = builder.build().expect("the settings are valid");
        let (world, is_closed) = (Arc::clone(world), AtomicBool::new(false));
        Arc::new(Self { group, app, world, has_store, is_closed })
    }

    /// Whether it sends requests again, and replaces a token that was refused.
    pub(crate) fn retries(&self) -> bool {
        self.group != RETRIES_NOTHING
    }

    /// Closes the app: calls that run complete, and new ones are refused.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        simulation::note(format!("process {} closes its app", self.group));
        self.app.close();
    }

    pub(crate) fn has_store(&self) -> bool {
        self.has_store
    }

    /// Whether it can be asked for tokens.
    pub(crate) fn is_open(&self) -> bool {
        !self.world.has_died(self.group) && !self.is_closed.load(Ordering::SeqCst)
    }

    /// A thread of this process.
    pub(crate) fn spawn<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let this = Arc::clone(self);
        let builder = Builder::new().name("caller".to_owned()).group(self.group);
        builder.spawn(move || work(&this)).expect("there are threads")
    }

    /// A token, waited for in one of several ways.
    pub(crate) fn ask(&self, source: &Source, stays_valid_for: Duration) -> Result<Token> {
        let asked = simulation::time();
        let task = source.tokens.token_valid_for(stays_valid_for);
        let is_called_back = simulation::below(4) == 0;
        let outcome = if is_called_back { called_back(task) } else { task.wait() };
        self.check_time(asked, if is_called_back { self.longest(source) } else { TIMEOUT });
        match &outcome {
            _ if self.world.is_over() => {}
            Ok(token) => self.check_life(token, asked),
            Err(error) => self.check_error(error),
        }
        outcome
    }

    /// The time in which a caller is called back. A callback has no deadline but that of the work: a
    /// lookup, somebody else's minting whose token lives for too short a time, and one of its own have one
    /// each, and a slow store comes on top.
    fn longest(&self, source: &Source) -> Duration {
        let works = if source.is_looked_up { 3 } else { 2 };
        (TIMEOUT + if self.has_store { SLOW_STORE } else { Duration::ZERO }) * works
    }

    /// Every caller is answered by its deadline, and long before if nothing fails.
    pub(crate) fn check_time(&self, asked: Duration, timeout: Duration) {
        let took = simulation::time() - asked;
        let timeout = if self.world.conditions.is_calm { PROMPTLY } else { timeout };
        let allowed = timeout + GRACE + simulation::stalled_since(self.group, asked);
        if took > allowed && !self.world.is_over() {
            simulation::fail(format!("a caller was answered after {took:?}, not {allowed:?}"));
        }
    }

    /// No caller gets a token that was dead for longer than the threads stood still.
    fn check_life(&self, token: &Token, asked: Duration) {
        let expires_at = self.world.platform().expires_at(token.reveal());
        let Some(expires_at) = expires_at else {
            simulation::fail(format!("the platform has not issued {}", token.reveal()));
        };
        let is_user = token.refresh_token().is_some();
        let from = if is_user { Duration::ZERO } else { asked };
        let mut allowed = simulation::stalled_since(self.group, from);
        if is_user {
            allowed += LONGEST_ANSWER;
        }
        if self.world.conditions.sets_clocks {
            // A record has the times of the wall clock, by which it is read, too.
            allowed += if self.has_store { CLOCK_RANGE } else { TOLERATED_DIFFERENCE };
        }
        let dead_for = expires_at.until(now());
        if dead_for > allowed {
            let token = token.reveal();
            simulation::fail(format!("{token} was dead for {dead_for:?}, more than {allowed:?}"));
        }
    }

    /// Errors are those of the network and the store, and there is none when nothing fails.
    fn check_error(&self, error: &Error) {
        let passes = matches!(
            error.kind(),
            ErrorKind::Transport
                | ErrorKind::Timeout
                | ErrorKind::Server
                | ErrorKind::RateLimited
                | ErrorKind::Store
                | ErrorKind::Reauthorize
                // A signer that is stopped is to blame, and not the platform.
                | ErrorKind::Callback
        );
        let is_refused = error.kind() == ErrorKind::InvalidArgument && !self.is_open();
        if !is_refused && (!passes || self.world.conditions.is_calm) {
            simulation::fail(format!("a caller got {:?}: {error}", error.kind()));
        }
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.group)
    }
}

/// Waits for a callback.
fn called_back<T: Clone + Send + 'static>(task: Task<T>) -> Result<T> {
    let place = Arc::new((Mutex::new(None), Condvar::new()));
    let target = Arc::clone(&place);
    task.on_complete(move |result| {
        *target.0.lock().expect("nobody panics") = Some(result);
        target.1.notify_all();
    });
    let guard = place.0.lock().expect("nobody panics");
    let waited = place.1.wait_timeout_while(guard, TIMEOUT * 9, |result| result.is_none());
    let (mut result, _) = waited.expect("nobody panics");
    let result = result.take();
    result.unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "a callback never came")))
}

/// Signs nothing: the simulated platform checks no signature.
#[derive(Debug)]
struct NoSigner;

impl Signer for NoSigner {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>> {
        Ok(vec![0; 256])
    }
}

/// A slow operation of the store that was begun before the deadline, and one to release a lock.
const SLOW_STORE: Duration = Duration::from_secs(8);
/// One process is set up so that it sends each request once.
const RETRIES_NOTHING: usize = 2;
/// A lifetime in seconds counts from when the answer is read, and the answer may take its time.
const LONGEST_ANSWER: Duration = Duration::from_secs(62);
/// A difference of the clocks that is tolerated, and a part of a second.
const TOLERATED_DIFFERENCE: Duration = Duration::from_secs(61);
