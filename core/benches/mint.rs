//! What a token costs that has to be minted, beside a bare socket and reqwest's blocking client in the
//! same run: mints per second and CPU time of this process, for 1, 16 and 64 callers, http and https.
//!
//! The platform is another process that answers each request with the same bytes.
//!
//! `SCHEME`, `CALLERS` and `ONLY`, which is a contestant's whole name, choose a part; `ROUNDS` is their number.

use std::{
    env,
    io::{BufRead as _, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use appmint_core::{App, Task, Token};
use appmint_sandbox::Sandbox;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};

const CALLERS: [usize; 3] = [1, 16, 64];
const ROUNDS: usize = 7;
const BODY: &str = r#"{"token":"ghs_012345678901234567890123456789012345","expires_at":"2099-01-01T00:00:00Z","permissions":{"contents":"read","issues":"write","metadata":"read"},"repository_selection":"all"}"#;

/// A stream to the platform, plain or encrypted.
trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

fn main() {
    if env::args().nth(1).as_deref() == Some("--serve") {
        return serve();
    }
    let platform = Platform::start();
    let only = |name: &str, value: &str| env::var(name).map_or(true, |wanted| wanted == value);
    for scheme in ["https", "http"].into_iter().filter(|it| only("SCHEME", it)) {
        for callers in CALLERS.into_iter().filter(|it| only("CALLERS", &it.to_string())) {
            compare(&platform, scheme, callers);
        }
    }
}

/// Prints a line for each contestant; their rounds take turns.
fn compare(platform: &Platform, scheme: &str, callers: usize) {
    let contestants: [(&str, Box<dyn Mints>); 4] = [
        ("bare socket", Box::new(Socket::new(platform, scheme))),
        ("reqwest::blocking", Box::new(Reqwest::new(platform, scheme))),
        ("appmint", Box::new(Appmint::new(platform, scheme, |start| Task::block_on(start)))),
        (
            "appmint, by its threads",
            Box::new(Appmint::new(platform, scheme, |start| start().wait())),
        ),
    ];
    let wanted = env::var("ONLY").unwrap_or_default();
    let rounds = env::var("ROUNDS").map_or(ROUNDS, |number| number.parse().expect("a number"));
    let mut measured = vec![Vec::new(); contestants.len()];
    for round in 0..=rounds {
        for (index, (name, contestant)) in contestants.iter().enumerate() {
            if !(wanted.is_empty() || *name == wanted) {
                continue;
            }
            let sample = measure(&**contestant, callers);
            if round > 0 {
                measured[index].push(sample);
            }
        }
    }
    println!("{scheme}, {callers} callers");
    for ((name, _), samples) in
        contestants.iter().zip(&mut measured).filter(|(_, it)| !it.is_empty())
    {
        let (rate, cpu) = (median(samples, |it| it.rate), median(samples, |it| it.cpu_us));
        println!("  {name:24} {rate:9.0} mints/s {cpu:7.1} us CPU");
    }
}

#[derive(Clone, Copy)]
struct Sample {
    rate: f64,
    cpu_us: f64,
}

fn median(samples: &mut [Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    samples.sort_by(|a, b| of(a).total_cmp(&of(b)));
    of(&samples[samples.len() / 2])
}

/// Something that mints, from as many threads as there are callers.
trait Mints: Sync {
    /// A caller's own function that mints once.
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_>;
}

fn measure(contestant: &dyn Mints, callers: usize) -> Sample {
    let left = AtomicUsize::new(if callers == 1 { 1000 } else { 4000 });
    let total = left.load(Ordering::Relaxed);
    let begin = Barrier::new(callers + 1);
    thread::scope(|scope| {
        for number in 0..callers {
            let (left, begin) = (&left, &begin);
            scope.spawn(move || {
                let mut mint = contestant.caller(number);
                mint(); // the connection is there
                begin.wait();
                let take = || {
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                };
                while take().is_ok() {
                    mint();
                }
                begin.wait();
            });
        }
        begin.wait();
        let (begun, cpu) = (Instant::now(), cpu_time());
        begin.wait();
        let (took, cpu) = (begun.elapsed(), cpu_time() - cpu);
        Sample {
            rate: total as f64 / took.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / total as f64,
        }
    })
}

/// The processor time that this process has used.
fn cpu_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a timespec to be written to.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut now) };
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

// ---- the contestants

struct Socket<'a>(&'a Platform, &'a str);

impl<'a> Socket<'a> {
    fn new(platform: &'a Platform, scheme: &'a str) -> Self {
        Self(platform, scheme)
    }
}

impl Mints for Socket<'_> {
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_> {
        let mut stream = self.0.connect(self.1);
        let jwt = "j".repeat(400);
        let request = format!(
            "POST /app/installations/{number}/access_tokens HTTP/1.1\r\nhost: localhost\r\n\
             authorization: Bearer {jwt}\r\naccept: application/vnd.github+json\r\n\
             user-agent: bench\r\ncontent-length: 0\r\n\r\n"
        );
        let mut buffer = vec![0; 4096];
        Box::new(move || {
            stream.write_all(request.as_bytes()).unwrap();
            let mut len = 0;
            while !buffer[..len].ends_with(b"\"all\"}") {
                len += stream.read(&mut buffer[len..]).unwrap();
            }
        })
    }
}

struct Reqwest {
    client: reqwest::blocking::Client,
    url: String,
}

impl Reqwest {
    fn new(platform: &Platform, scheme: &str) -> Self {
        let root = reqwest::Certificate::from_pem(platform.certificate.as_bytes()).unwrap();
        let builder = reqwest::blocking::Client::builder().no_proxy().tls_certs_merge([root]);
        Self { client: builder.build().unwrap(), url: platform.url(scheme) }
    }
}

impl Mints for Reqwest {
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_> {
        let url = format!("{}/app/installations/{number}/access_tokens", self.url);
        let jwt = format!("Bearer {}", "j".repeat(400));
        Box::new(move || {
            let request = self.client.post(&url).header("authorization", &jwt);
            let reply = request.header("accept", "application/vnd.github+json").send().unwrap();
            assert_eq!(reply.bytes().unwrap().len(), BODY.len());
        })
    }
}

/// An app, and the way in which its callers wait.
struct Appmint(App, fn(&mut dyn FnMut() -> Task<Token>) -> appmint_core::Result<Token>);

impl Appmint {
    fn new(
        platform: &Platform,
        scheme: &str,
        wait: fn(&mut dyn FnMut() -> Task<Token>) -> appmint_core::Result<Token>,
    ) -> Self {
        let pem = Sandbox::start().unwrap().private_key_pem().unwrap().to_owned();
        let app = App::builder("github").app_id("75").private_key(pem).proxy("");
        let app = app.root_certificates(platform.certificate.clone());
        let app = app.api_url(platform.url(scheme)).timeout(Duration::from_secs(600));
        Self(app.build().unwrap(), wait)
    }
}

impl Mints for Appmint {
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_> {
        let source = self.0.installation((number + 1).to_string()).unwrap();
        Box::new(move || {
            source.invalidate();
            (self.1)(&mut || source.token()).unwrap();
        })
    }
}

// ---- the platform

struct Platform {
    process: Child,
    certificate: String,
    https: String,
    http: String,
}

impl Platform {
    fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let (https, http) = (line(), line());
        let certificate = line().replace('|', "\n");
        Self { process, certificate, https, http }
    }

    fn port(&self, scheme: &str) -> &str {
        if scheme == "https" { &self.https } else { &self.http }
    }

    fn url(&self, scheme: &str) -> String {
        let host = if scheme == "https" { "localhost" } else { "127.0.0.1" };
        format!("{scheme}://{host}:{}", self.port(scheme))
    }

    fn connect(&self, scheme: &str) -> Box<dyn Stream> {
        let socket = TcpStream::connect(format!("127.0.0.1:{}", self.port(scheme))).unwrap();
        socket.set_nodelay(true).unwrap();
        if scheme == "http" {
            return Box::new(socket);
        }
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let tls = ClientConnection::new(Arc::new(config), name).unwrap();
        Box::new(StreamOwned::new(tls, socket))
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn serve() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![own.cert.der().clone()], key).unwrap());
    listen(move |socket| {
        Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), socket))
    });
    listen(|socket| Box::new(socket));
    println!("{}", own.cert.pem().replace('\n', "|"));
    let mut end = Vec::new();
    std::io::stdin().read_to_end(&mut end).unwrap(); // until the parent is gone
}

/// Serves each connection on a thread of its own, and prints the port.
fn listen(wrap: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            socket.set_nodelay(true).unwrap();
            let stream = wrap(socket);
            thread::spawn(move || answer(stream));
        }
    });
}

fn answer(mut stream: impl Stream) {
    let length = BODY.len();
    let reply = format!(
        "HTTP/1.1 201 Created\r\ncontent-type: application/json; charset=utf-8\r\n\
         content-length: {length}\r\n\r\n{BODY}"
    );
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..read]);
        if request.ends_with(b"\r\n\r\n") || request.ends_with(b"}") {
            request.clear();
            if stream.write_all(reply.as_bytes()).is_err() {
                return;
            }
        }
    }
}
