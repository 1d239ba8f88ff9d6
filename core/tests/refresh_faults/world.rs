//! The parts of which these tests make their scenes.

use std::{
    net::{TcpListener, TcpStream},
    os::fd::AsRawFd as _,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use appmint_core::{
    App, Clock, Deadline, Error, ErrorKind, ManualClock, Reason, Result, Timestamp,
    binding::Settings,
    http::{HttpTransport, Network, Request, Response, Transport},
    oauth::{Authorization, AuthorizationRequest},
    store::{MemoryStore, Store},
};
use serde_json::json;

use crate::common::scripted::{Answer, Asked, Log, Server, app, descriptor, settings, tokens};

pub(crate) const HOUR: i64 = 3600;
pub(crate) const STRICT: &str = "{}";
pub(crate) const GRACE: &str = r#"{ "grace_s": 600 }"#;
pub(crate) const PROVABLE: &str = r#"{ "ends_old_token": true }"#;
pub(crate) const INTERRUPTED: (ErrorKind, Option<Reason>) =
    (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));

/// A platform under a script, a store, and a clock that stands still.
pub(crate) struct Scene {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: ManualClock,
}

impl Scene {
    pub(crate) fn new(url: &str, refresh: &str) -> Self {
        Self::with_store(url, refresh, Arc::new(MemoryStore::default()))
    }

    pub(crate) fn with_store(url: &str, refresh: &str, store: Arc<dyn Store>) -> Self {
        let clock = ManualClock::new(Timestamp::from(std::time::SystemTime::now()));
        let descriptor = descriptor(url, &serde_json::from_str(refresh).unwrap());
        let settings = Settings {
            retry_wait: Some(Duration::from_millis(1)),
            ..settings(descriptor, clock.clone())
        };
        Self { settings, store, clock }
    }

    pub(crate) fn app(&self) -> App {
        app(&self.settings, &self.store)
    }

    /// An app on a machine whose clock means nothing to another's.
    pub(crate) fn app_on(&self, machine: &'static str) -> App {
        let clock = Some(Arc::new(Machine(machine, self.clock.clone())) as _);
        app(&Settings { clock, ..self.settings.clone() }, &self.store)
    }

    /// A user logs in, and the access token expires.
    pub(crate) fn begin(&self, app: &App) {
        let token = app.exchange_code("code").wait().unwrap();
        app.start_session("alice", token, None).wait().unwrap();
        self.clock.advance(Duration::from_secs(7200));
    }
}

pub(crate) fn token(app: &App) -> Result<String> {
    Ok(app.session("alice")?.token().wait()?.reveal().to_owned())
}

/// Asks until the failure that still counts has passed.
pub(crate) fn token_after_back_off(scene: &Scene, app: &App) -> Result<String> {
    scene.clock.advance(Duration::from_secs(2));
    token(app)
}

/// Asks a new process again and again; `None` if it never gets a token.
pub(crate) fn token_at_last(scene: &Scene) -> Option<String> {
    let app = scene.app();
    (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        token_after_back_off(scene, &app).ok()
    })
}

pub(crate) fn of(error: &Error) -> (ErrorKind, Option<Reason>) {
    (error.kind(), error.reason())
}

/// A server that answers a code with the first tokens, and each refresh token once with the next.
pub(crate) fn honest(log: &Log) -> impl Fn(&Asked) -> Answer + Send + Sync + 'static {
    let log = log.clone();
    move |asked| match asked.refresh_token() {
        None if asked.path.starts_with("/check") => Answer::Json(200, json!({ "token": "A1" })),
        None => tokens(1, HOUR),
        Some(token) if log.lines().iter().any(|before| before == token) => {
            log.add(format!("{token} again"));
            Answer::Json(400, json!({ "error": "invalid_grant" }))
        }
        Some(token) => {
            log.add(token);
            tokens(token[1..].parse::<usize>().unwrap() + 1, HOUR)
        }
    }
}

/// The same, which holds the first refresh at the gate.
pub(crate) fn holding(log: &Log, gate: &Gate) -> Server {
    let (answer, gate) = (honest(log), gate.clone());
    Server::start(move |asked| {
        if asked.refresh_token() == Some("R1") {
            gate.pass();
        }
        answer(asked)
    })
}

/// A port that takes no more connections: whoever connects waits.
pub(crate) struct Hole {
    listener: TcpListener,
    queued: Vec<TcpStream>,
}

impl Hole {
    pub(crate) fn open() -> Self {
        // SAFETY: plain calls on a socket of this test's own.
        let listener = unsafe {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            libc::listen(listener.as_raw_fd(), 0);
            listener
        };
        let address = listener.local_addr().unwrap();
        let connect = |_| TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let queued = (0..8).map_while(connect).collect();
        Self { listener, queued }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.listener.local_addr().unwrap())
    }

    /// From now on a server answers at this port.
    pub(crate) fn fill(self, log: &Log) -> Server {
        drop(self.queued);
        // SAFETY: as above.
        unsafe { libc::listen(self.listener.as_raw_fd(), 128) };
        Server::on(self.listener, honest(log))
    }
}

/// A store in memory whose acknowledgements can be lost, and whose locks may have two holders.
#[derive(Debug, Default)]
pub(crate) struct Lying {
    inner: Arc<MemoryStore>,
    /// So many of the next writes happen, and are reported as failed.
    pub(crate) lose: AtomicUsize,
    /// So many of the next writes are sound, before others fail.
    sound: AtomicUsize,
    /// So many writes after those do not happen.
    pub(crate) fail: AtomicUsize,
    pub(crate) lets_everybody_in: AtomicBool,
    writes: AtomicUsize,
}

impl Lying {
    /// Another process's way to the same records, with failures of its own.
    pub(crate) fn of_another_process(&self) -> Arc<Self> {
        Arc::new(Self { inner: Arc::clone(&self.inner), ..Self::default() })
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    pub(crate) fn wait_for_write_after(&self, writes: usize) {
        let until = Deadline::after(LIMIT);
        while self.writes() == writes {
            assert!(!until.remaining().is_zero(), "nothing was written");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// From now on all writes fail but the first ones.
    pub(crate) fn fail_after(&self, sound: usize) {
        self.sound.store(sound, Ordering::SeqCst);
        self.fail.store(usize::MAX, Ordering::SeqCst);
    }
}

pub(crate) fn takes(count: &AtomicUsize) -> bool {
    let take = |left: usize| left.checked_sub(1);
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
}

pub(crate) fn failed() -> Error {
    Error::new(ErrorKind::Store, "the answer was lost")
}

impl Store for Lying {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.inner.get(name)
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        if !takes(&self.sound) && takes(&self.fail) {
            return Err(failed());
        }
        let is_put = self.inner.put(name, value, expected, keep_until)?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        if takes(&self.lose) { Err(failed()) } else { Ok(is_put) }
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        self.inner.remove(name, expected)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        if self.lets_everybody_in.load(Ordering::SeqCst) {
            return Ok(true);
        }
        self.inner.lock(name, owner, lease)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        self.inner.unlock(name, owner)
    }
}

/// Holds a request until it is released.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<(bool, bool)>, Condvar)>);

impl Gate {
    pub(crate) fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.0 = true;
        changed.notify_all();
        let is_shut = |(_, is_open): &mut (bool, bool)| !*is_open;
        drop(changed.wait_timeout_while(state, LIMIT, is_shut).unwrap());
    }

    pub(crate) fn wait_for_somebody(&self) {
        let (state, changed) = &*self.0;
        let is_missing = |(came, _): &mut (bool, bool)| !*came;
        let waited = changed.wait_timeout_while(state.lock().unwrap(), LIMIT, is_missing).unwrap();
        assert!(!waited.1.timed_out(), "no request came");
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().1 = true;
        self.0.1.notify_all();
    }
}

/// The clock of one machine, which means nothing to another.
#[derive(Debug)]
struct Machine(&'static str, ManualClock);

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        self.1.now()
    }

    fn monotonic(&self) -> Duration {
        self.1.monotonic()
    }

    fn origin(&self) -> Option<&str> {
        Some(self.0)
    }
}

pub(crate) fn begin_authorization(app: &App) -> (Authorization, String) {
    let request = AuthorizationRequest {
        redirect_uri: Some("https://example.com/callback".to_owned()),
        ..AuthorizationRequest::default()
    };
    let authorization = app.authorize(&request).unwrap();
    let callback = format!("https://example.com/callback?code=c&state={}", authorization.state());
    (authorization, callback)
}

/// Nothing in these tests takes so long.
const LIMIT: Duration = Duration::from_secs(60);

/// Sends to a port of this machine where nothing listens.
#[derive(Debug)]
pub(crate) struct Misled {
    pub(crate) port: u16,
}

impl Transport for Misled {
    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let mut request = request.clone();
        request.url.set_port(Some(self.port)).unwrap();
        HttpTransport::new(&Network::default())?.send(&request, deadline)
    }
}
