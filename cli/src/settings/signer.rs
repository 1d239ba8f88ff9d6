//! A signer outside: a command that gets the bytes on standard input, and writes the RS256 signature to
//! standard output.
//!
//! A profile names it: `signer = "command: pkcs11-sign --slot 2"`. So any KMS, HSM or agent that has a
//! command can keep the key. A PKCS #11 module needs none ([`pkcs11`]).

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};

use appmint_core::{Error, ErrorKind, Result, auth::Signer};

use super::pkcs11;

/// The signer of a setting.
pub(crate) fn of(setting: &str) -> Result<Arc<dyn Signer>> {
    match setting.split_once(':') {
        Some(("command", command)) if !command.trim().is_empty() => {
            Ok(Arc::new(CommandSigner(command.trim().to_owned())))
        }
        Some((pkcs11::SCHEME, rest)) => Ok(Arc::new(pkcs11::Pkcs11Signer::of(rest)?)),
        _ => Err(Error::invalid(
            "the signer is neither `command: PROGRAM ARGUMENTS` nor a URI `pkcs11:…`",
        )),
    }
}

/// A command for `/bin/sh`.
#[derive(Debug)]
struct CommandSigner(String);

impl Signer for CommandSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", &self.0])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&format!("cannot be started: {error}")))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads nothing closes the pipe, and its status says more.
            let _ = stdin.write_all(message);
        }
        let done = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
        match (done.status.success(), done.stdout) {
            (true, signature) if !signature.is_empty() => Ok(signature),
            (true, _) => Err(failed("wrote no signature")),
            (false, _) => Err(failed(&format!("ended with {}", done.status))),
        }
    }
}

fn failed(what: &str) -> Error {
    Error::new(ErrorKind::Callback, format!("the signer's command {what}"))
        .advise("It reads the bytes from standard input, and writes the signature's bytes to standard output.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_signs_what_it_reads() {
        assert_eq!(of("command: tr a-z A-Z").unwrap().sign(b"abc").unwrap(), b"ABC");
        let error = of("command: exit 3").unwrap().sign(b"abc").unwrap_err();
        assert_eq!((error.kind(), error.message().contains('3')), (ErrorKind::Callback, true));
        assert!(of("command:").is_err() && of("hsm").is_err());
    }
}
