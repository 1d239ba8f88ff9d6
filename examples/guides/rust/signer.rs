//! An app whose private key this program never sees: something else signs.

use std::{
    io::{self, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use appmint_core::{AppBuilder, Error, ErrorKind, Lookup, Result, auth::Signer};

use crate::variable;

// --8<-- [start:main]
#[derive(Debug)]
struct Keeper {
    key: String,
}

impl Signer for Keeper {
    /// Has the key's keeper make the RS256 signature. Called on appmint's threads, on several at once.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.openssl(message).map_err(|error| {
            Error::new(ErrorKind::Callback, "the key's keeper did not sign").caused_by(error)
        })
    }
}

impl Keeper {
    fn openssl(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut openssl = Command::new("openssl")
            .args(["dgst", "-sha256", "-sign", &self.key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = openssl.stdin.take() {
            input.write_all(message)?;
        }
        Ok(openssl.wait_with_output()?.stdout)
    }
}

pub(crate) fn run() -> Result<()> {
    let keeper = Keeper { key: variable("KMS_KEY") };
    let app = AppBuilder::from_environment().signer(Arc::new(keeper)).build()?;
    let source = app.installation(Lookup::Organization("octo-org".into()))?;
    println!("{:?}", source.token().wait()?);
    Ok(())
}
// --8<-- [end:main]
