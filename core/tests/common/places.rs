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
    _folder: Folder,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
            .args(["--requirepass", "hunter2", "--dir", &folder.path().display().to_string()])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server, which `make test` installs");
        let redis = Self { server, port, _folder: folder };
        let give_up = Instant::now() + Duration::from_secs(20);
        while RedisStore::new(&redis.url()).unwrap().get("x").is_err() {
            assert!(Instant::now() < give_up, "Redis does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        redis
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
