//! The files that the program writes for its clients: the app's key, the CA certificate and the ready file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use appmint_sandbox::{Registration, Sandbox};
use serde::Serialize;

use crate::flags::Flags;

/// Writes the files that the flags name. The ready file is written last, and atomically.
pub(crate) fn write(sandbox: &Sandbox, flags: &Flags) -> io::Result<()> {
    if let (Some(path), Some(pem)) = (&flags.key_out, sandbox.private_key_pem()) {
        write_private(path, pem.as_bytes())?;
    }
    if let (Some(path), Some(pem)) = (&flags.ca_out, sandbox.ca_pem()) {
        fs::write(path, pem)?;
    }
    flags.ready_file.as_deref().map_or(Ok(()), |path| write_ready_file(path, sandbox, flags))
}

#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    api_url: String,
    web_url: String,
    admin_url: String,
    #[serde(flatten)]
    registration: Registration,
    key_path: Option<PathBuf>,
    ca_path: Option<PathBuf>,
    pid: u32,
}

fn write_ready_file(path: &Path, sandbox: &Sandbox, flags: &Flags) -> io::Result<()> {
    let key_path = flags.key_out.as_deref().map(fs::canonicalize).transpose()?;
    let ca_path = flags.ca_out.as_deref().map(fs::canonicalize).transpose()?;
    let ready = Ready {
        url: sandbox.url(),
        api_url: sandbox.api_url(),
        web_url: sandbox.web_url(),
        admin_url: sandbox.admin_url(),
        registration: sandbox.registration(),
        key_path,
        ca_path,
        pid: std::process::id(),
    };
    write_json(path, &ready)
}

/// Writes a JSON file with mode 0600, atomically.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.tmp", std::process::id()));
    write_private(Path::new(&unfinished), &serde_json::to_vec_pretty(value)?)?;
    fs::rename(&unfinished, path)
}

/// Writes a new file with mode 0600. An existing file is removed first, since writing to it would keep its mode.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    create_private(path)?.write_all(content)
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
