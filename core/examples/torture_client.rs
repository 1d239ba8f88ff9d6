//! The client of a torture (`tests/sandbox/TORTURE.md`) that refreshes by appmint: several processes share the users'
//! sessions in a SQLite store.
//!
//! `torture_client READY_FILE --platform DESCRIPTOR --store DIRECTORY [--workers N] [--threads N]`

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use appmint_core::{App, AppBuilder, Call, Error, ErrorKind, Response, TokenSource};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments = Arguments::read()?;
    let client = Arc::new(Client::new(&arguments)?);
    if arguments.is_worker {
        return client.work(arguments.threads);
    }
    for user in client.users()? {
        client.log_in(&user)?;
    }
    drop(client); // only the workers use the sessions
    let worker =
        || Command::new(env::current_exe()?).args(env::args().skip(1)).arg("--worker").spawn();
    let workers = (0..arguments.workers).map(|_| worker()).collect::<Result<Vec<_>, _>>()?;
    for mut worker in workers {
        if !worker.wait()?.success() {
            return Err("a worker failed".into());
        }
    }
    Ok(())
}

struct Arguments {
    ready: PathBuf,
    platform: PathBuf,
    store: PathBuf,
    workers: usize,
    /// Threads for each user in each worker.
    threads: usize,
    is_worker: bool,
}

impl Arguments {
    fn read() -> Result<Self, Failure> {
        let given: Vec<_> = env::args().skip(1).collect();
        let value = |name: &str| {
            let place = given.iter().position(|argument| argument == name)?;
            given.get(place + 1).cloned()
        };
        let required = |name: &str| value(name).ok_or_else(|| format!("{name} is missing"));
        let number = |name| value(name).map_or(Ok(1), |text| text.parse::<usize>());
        Ok(Self {
            ready: given.first().ok_or("the ready file is missing")?.into(),
            platform: required("--platform")?.into(),
            store: required("--store")?.into(),
            workers: number("--workers")?,
            threads: number("--threads")?,
            is_worker: given.iter().any(|argument| argument == "--worker"),
        })
    }
}

/// An app, and everything that its threads share.
struct Client {
    app: App,
    ready: Value,
    store: PathBuf,
}

/// How a call went.
enum Step {
    Accepted,
    /// The API refused this token.
    Refused(String),
    Over,
}

impl Client {
    fn new(arguments: &Arguments) -> Result<Self, Failure> {
        let ready: Value = serde_json::from_slice(&fs::read(&arguments.ready)?)?;
        let text = |member: &str| ready[member].as_str().unwrap_or_default().to_owned();
        let app = AppBuilder::from_descriptor(descriptor(&arguments.platform, &ready)?)
            .api_url(text("api_url"))
            .web_url(text("web_url"))
            .client_id(text("client_id"))
            .client_secret(text("client_secret"))
            .store(format!("sqlite:{}", arguments.store.join("sessions.db").display()))
            .store_unencrypted(true)
            // The platform is on this machine: a connection comes at once or not at all.
            .connect_timeout(Duration::from_secs(1))
            .build()?;
        Ok(Self { app, ready, store: arguments.store.clone() })
    }

    fn users(&self) -> Result<Vec<String>, Failure> {
        Ok(serde_json::from_value(self.ready["users"].clone())?)
    }

    /// Calls the API for all users until the round is over.
    fn work(self: &Arc<Self>, threads: usize) -> Result<(), Failure> {
        let mut running = Vec::new();
        for user in self.users()? {
            for _ in 0..threads {
                let (this, user) = (Arc::clone(self), user.clone());
                running.push(thread::spawn(move || this.work_for(&user)));
            }
        }
        for thread in running {
            thread.join().map_err(|_| "a thread panicked")??;
        }
        Ok(())
    }

    fn work_for(&self, user: &str) -> Result<(), Failure> {
        let source = self.app.session(user)?;
        let (mut refused, mut failing_since) = (None, None);
        loop {
            let logins = self.logins(user);
            match self.call(&source) {
                Ok(Step::Over) => return Ok(()),
                Ok(Step::Accepted) => (refused, failing_since) = (None, None),
                Ok(Step::Refused(token)) => {
                    // The API refuses a good token once.
                    if refused.as_ref() == Some(&token) {
                        source.invalidate();
                    }
                    (refused, failing_since) = (Some(token), None);
                }
                Err(error) => {
                    let since = *failing_since.get_or_insert_with(Instant::now);
                    let is_ended = error.kind() == ErrorKind::Reauthorize;
                    if self.is_over()? {
                        return Ok(());
                    }
                    if is_ended || since.elapsed() > GIVE_UP {
                        eprintln!("{user} logs in again: {error}");
                        self.log_in_again(user, &source, logins)?;
                        failing_since = None;
                    }
                }
            }
            thread::sleep(PACE);
        }
    }

    fn call(&self, source: &TokenSource) -> Result<Step, Error> {
        let token = source.token().wait()?.reveal().to_owned();
        let response = self.app.request(Call::get("/user").token(token.as_str())).wait()?;
        Ok(match response.status {
            410 => Step::Over,
            401 => Step::Refused(token),
            _ => Step::Accepted,
        })
    }

    fn is_over(&self) -> Result<bool, Error> {
        let response = self.app.request(Call::get("/user").token("none")).wait()?;
        Ok(response.status == 410)
    }

    /// Starts a new session, unless another thread or process has done it since there were so many `logins`.
    fn log_in_again(&self, user: &str, source: &TokenSource, logins: u64) -> Result<(), Failure> {
        // `create_dir` fails if the directory exists, so it is a lock for threads and processes alike.
        let lock = self.store.join(format!("{user}.lock"));
        while fs::create_dir(&lock).is_err() {
            thread::sleep(PACE);
        }
        let is_mine = self.logins(user) == logins && is_lost(source);
        let outcome = if is_mine { self.log_in(user) } else { Ok(()) };
        fs::remove_dir(&lock)?;
        outcome
    }

    /// The number of this user's logins: the length of a file that each of them makes longer by a byte.
    fn logins(&self, user: &str) -> u64 {
        fs::metadata(self.logins_file(user)).map_or(0, |file| file.len())
    }

    fn logins_file(&self, user: &str) -> PathBuf {
        self.store.join(format!("{user}.logins"))
    }

    fn log_in(&self, user: &str) -> Result<(), Failure> {
        loop {
            let path = format!("/_sandbox/torture/users/{user}/code");
            let answer = self.app.request(Call::new("POST", path).token("none")).wait()?;
            if answer.status == 410 {
                return Ok(());
            }
            // The token endpoint may be out of order: then there is another code.
            if let Ok(token) = self.app.exchange_code(code(&answer)?).wait() {
                self.app.start_session(user, token, None).wait()?;
                let mut file =
                    File::options().create(true).append(true).open(self.logins_file(user))?;
                return Ok(file.write_all(b".")?);
            }
            thread::sleep(PACE);
        }
    }
}

/// Whether the session is lost even if nothing is remembered of an earlier failure.
fn is_lost(source: &TokenSource) -> bool {
    source.invalidate();
    source.token().wait().is_err_and(|error| error.kind() == ErrorKind::Reauthorize)
}

fn code(answer: &Response) -> Result<String, Failure> {
    let json: Value = serde_json::from_slice(&answer.body)?;
    Ok(json["code"].as_str().ok_or("the sandbox gave no code")?.to_owned())
}

/// The descriptor with the rules of this round's policy.
fn descriptor(path: &Path, ready: &Value) -> Result<String, Failure> {
    let mut descriptor: Value = serde_json::from_slice(&fs::read(path)?)?;
    let grace_s = ready["grace_ms"].as_i64().unwrap_or_default() / 1000;
    descriptor["oauth"]["refresh"] = match ready["policy"].as_str() {
        Some("static") => json!({ "rotates": false }),
        Some("grace") => json!({ "rotates": true, "ends_old_token": true, "grace_s": grace_s }),
        _ => json!({ "rotates": true, "ends_old_token": true }),
    };
    Ok(descriptor.to_string())
}

const PACE: Duration = Duration::from_secs(1);
/// The time after which a program that fails all the time sends its user through login.
const GIVE_UP: Duration = Duration::from_secs(30);
