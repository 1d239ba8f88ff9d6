//! Start, stop and TLS of the Rust object and of the program.

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use appmint_sandbox::Sandbox;
use common::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

#[test]
fn a_dropped_sandbox_closes_its_port() {
    let sandbox = Sandbox::start().unwrap();
    let address = sandbox.address();
    assert!(TcpStream::connect(address).is_ok());
    drop(sandbox);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_address_that_is_not_loopback_is_refused_unless_allowed() {
    let everywhere = SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(Sandbox::builder().listen(everywhere).start().is_err());
    let allowed = Sandbox::builder().listen(everywhere).allow_remote().start().unwrap();
    assert!(allowed.url().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_given_key_replaces_the_generated_one() {
    let first = Sandbox::start().unwrap();
    let key = first.private_key_pem().unwrap();
    let second = Sandbox::builder()
        .key_pem(key)
        .clock(appmint_sandbox::Clock::frozen(NOW_MS))
        .start()
        .unwrap();
    assert!(second.private_key_pem().is_none());
    let jwt = signed(key, &json!({ "alg": "RS256" }), &good_claims());
    assert_eq!(list(&second, &jwt).status, 200);
    assert!(Sandbox::builder().key_pem("no key").start().is_err());
}

#[test]
fn https_is_trusted_with_the_sandboxs_own_ca_only() {
    let sandbox = Sandbox::builder().https().start().unwrap();
    assert!(sandbox.url().starts_with("https://127.0.0.1:"));
    for host in ["127.0.0.1", "localhost"] {
        let reply = over_tls(&sandbox, sandbox.ca_pem().unwrap(), host).unwrap();
        assert!(reply.starts_with("HTTP/1.1 401 Unauthorized"), "{reply}");
    }
    let other = Sandbox::builder().https().start().unwrap();
    assert!(over_tls(&sandbox, other.ca_pem().unwrap(), "localhost").is_err());
}

fn over_tls(sandbox: &Sandbox, ca_pem: &str, host: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(sandbox.address())?);
    let head =
        format!("GET /app/installations HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut reply = Vec::new();
    // The server may close the socket without a TLS close_notify; the reply is complete by then.
    let _ = stream.read_to_end(&mut reply);
    Ok(String::from_utf8(reply).unwrap())
}

#[test]
fn the_program_writes_its_files_and_stops_at_the_end_of_stdin() {
    let folder = folder("program");
    let [key, ready] = ["key.pem", "ready.json"].map(|name| folder.join(name));
    let mut program = start(&[
        "--key-out".as_ref(),
        &key,
        "--ready-file".as_ref(),
        &ready,
        "--until-stdin-closes".as_ref(),
    ]);
    let line = first_line(&mut program);
    let ready: Value = serde_json::from_slice(&fs::read(ready).unwrap()).unwrap();
    assert_eq!(line, format!("appmint-sandbox listening on {}\n", text(&ready, "url")));
    assert_eq!((&ready["app_id"], &ready["client_secret"]), (&json!("75"), &json!(CLIENT_SECRET)));
    let about = send("GET", &format!("{}/", text(&ready, "admin_url")), &[], "").unwrap();
    assert_eq!(about.status, 200);
    assert!(fs::read_to_string(text(&ready, "key_path")).unwrap().contains("PRIVATE KEY"));
    assert_private(&key);
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_program_simulates_the_platform_of_its_flag() {
    let folder = folder("platforms");
    let ready = folder.join("ready.json");
    for (name, app_id, api_path, web_path) in [
        ("atomgit", "75", "", ""),
        ("github", "1", "", ""),
        ("github-enterprise", "1", "/api/v3", ""),
        ("icr", "0b54d8a6-3c1f-4e0b-9c8e-6f1f0f6f7a10", "", ""),
        ("acme", "tool-5", "/rpc", "/people"),
        ("issuer", "robot", "", ""),
    ] {
        let flags = ["--platform", name, "--until-stdin-closes", "--ready-file"].map(Path::new);
        let mut program = start(&[&flags[..], &[&ready]].concat());
        first_line(&mut program);
        let ready: Value = serde_json::from_slice(&fs::read(&ready).unwrap()).unwrap();
        assert_eq!((&ready["platform"], &ready["app_id"]), (&json!(name), &json!(app_id)));
        let about = send("GET", &format!("{}/", text(&ready, "admin_url")), &[], "").unwrap();
        for (member, path) in [("api_url", api_path), ("web_url", web_path)] {
            let url = format!("{}{path}", text(&ready, "url"));
            assert_eq!((&ready[member], &about.json()[member]), (&json!(url), &json!(url)));
        }
        drop(program.stdin.take());
        assert!(program.wait().unwrap().success());
    }
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn the_program_stops_on_sigterm() {
    let mut program = start(&[]);
    first_line(&mut program);
    Command::new("kill").arg(program.id().to_string()).status().unwrap();
    assert!(program.wait().unwrap().success());
}

#[test]
fn invalid_flags_are_refused() {
    for flags in
        [&["--unknown"][..], &["--ca-out", "x"], &["--listen", "0.0.0.0:0"], &["--platform", "x"]]
    {
        let out = program().args(flags).output().unwrap();
        assert!(!out.status.success(), "{flags:?}");
        assert!(out.stderr.starts_with(b"appmint-sandbox: "));
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_appmint-sandbox"))
}

fn start(flags: &[&Path]) -> Child {
    program().args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn first_line(program: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(program.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line
}

fn folder(name: &str) -> PathBuf {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}
