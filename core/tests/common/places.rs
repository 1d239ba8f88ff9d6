//! Where a test's tokens lie: a folder and a Redis that go with it.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use appmint_core::store::{RedisStore, Store as _};

/// A folder that goes with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("appmint-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("tokens.db")
    }

    /// An SQLite store in it.
    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Debian's Redis on a free port of this machine.
pub(crate) struct Redis {
    server: Child,
    port: u16,
    arguments: Vec<String>,
    folder: Folder,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn launch(port: u16, folder: &Folder, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--requirepass", "hunter2", "--dir", &folder.path().display().to_string()])
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server, which `make test` installs")
}

impl Redis {
    /// A Redis that forgets everything when it ends.
    pub(crate) fn start() -> Self {
        Self::with(&["--save", ""])
    }

    /// A Redis that has written down what it acknowledges.
    pub(crate) fn durable() -> Self {
        Self::with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"])
    }

    /// A Redis with a replica, which must have been told before: `url` is the replica's master.
    pub(crate) fn replica_of(master: &Self) -> Self {
        let port = master.port.to_string();
        Self::with(&["--save", "", "--replicaof", "127.0.0.1", &port, "--masterauth", "hunter2"])
    }

    /// A Redis that has a user, and speaks TLS on a second port. Returns that port, too.
    pub(crate) fn over_tls(certificate: &str, key: &str, clients: Option<&str>) -> (Self, u16) {
        let folder = Folder::new();
        let place = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (certificate, key) = (place("server.pem", certificate), place("server.key", key));
        let authority = place("clients.pem", clients.unwrap_or_default());
        let authority = if clients.is_some() { &authority } else { &certificate };
        let wanted = if clients.is_some() { "yes" } else { "no" };
        let port = free_port();
        let user = ["--save", "", "--user", "app", "on", ">hunter3", "~*", "+@all"];
        let tls = ["--tls-port", &port.to_string(), "--tls-auth-clients", wanted];
        let files = [
            "--tls-cert-file",
            &certificate,
            "--tls-key-file",
            &key,
            "--tls-ca-cert-file",
            authority,
        ];
        (Self::with(&[&user[..], &tls, &files].concat()), port)
    }

    fn with(arguments: &[&str]) -> Self {
        let port = free_port();
        let folder = Folder::new();
        let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
        let server = launch(port, &folder, &arguments);
        let redis = Self { server, port, arguments, folder };
        redis.wait_until_it_answers();
        redis
    }

    fn wait_until_it_answers(&self) {
        let give_up = Instant::now() + Duration::from_secs(20);
        while RedisStore::new(&self.url()).unwrap().get("x").is_err() {
            assert!(Instant::now() < give_up, "Redis does not answer");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Lets it answer nothing for so long.
    pub(crate) fn stall(&self, time: Duration) {
        let id = libc::pid_t::try_from(self.server.id()).unwrap();
        // SAFETY: signals to a child that we made and have not waited for.
        unsafe { libc::kill(id, libc::SIGSTOP) };
        thread::sleep(time);
        // SAFETY: as above.
        unsafe { libc::kill(id, libc::SIGCONT) };
    }

    /// Kills it, and starts it again with what it had written.
    pub(crate) fn restart(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        self.server = launch(self.port, &self.folder, &self.arguments);
        self.wait_until_it_answers();
    }

    /// How many connections it has had so far, this one among them.
    pub(crate) fn connections(&self) -> usize {
        let place = format!("redis://:hunter2@127.0.0.1:{}", self.port);
        let mut asking = redis::Client::open(place).unwrap().get_connection().unwrap();
        let statistics: String = redis::cmd("INFO").arg("stats").query(&mut asking).unwrap();
        let count =
            statistics.lines().find_map(|it| it.strip_prefix("total_connections_received:"));
        count.unwrap().trim().parse().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://:hunter2@127.0.0.1:{}/0?prefix=test:", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
