//! The command-line flags.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use appmint_sandbox::PlatformName;
use lexopt::prelude::*;

/// What the program is asked to do.
pub(crate) enum Command {
    Help,
    Version,
    Serve(Flags),
}

pub(crate) struct Flags {
    pub(crate) platform: PlatformName,
    pub(crate) listen: SocketAddr,
    pub(crate) allow_remote: bool,
    pub(crate) https: bool,
    pub(crate) key: Option<PathBuf>,
    pub(crate) key_out: Option<PathBuf>,
    pub(crate) ca_out: Option<PathBuf>,
    pub(crate) ready_file: Option<PathBuf>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) clock_ms: Option<i64>,
    pub(crate) until_stdin_closes: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            platform: PlatformName::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_remote: false,
            https: false,
            key: None,
            key_out: None,
            ca_out: None,
            ready_file: None,
            redirect_uris: Vec::new(),
            clock_ms: None,
            until_stdin_closes: false,
        }
    }
}

/// Reads the command line of this process.
pub(crate) fn read() -> Result<Command, lexopt::Error> {
    parse(lexopt::Parser::from_env())
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut flags = Flags::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("platform") => flags.platform = arguments.value()?.parse()?,
            Long("listen") => flags.listen = arguments.value()?.parse()?,
            Long("allow-remote") => flags.allow_remote = true,
            Long("https") => flags.https = true,
            Long("key") => flags.key = path(arguments.value()?),
            Long("key-out") => flags.key_out = path(arguments.value()?),
            Long("ca-out") => flags.ca_out = path(arguments.value()?),
            Long("ready-file") => flags.ready_file = path(arguments.value()?),
            Long("redirect-uri") => flags.redirect_uris.push(arguments.value()?.string()?),
            Long("clock-ms") => flags.clock_ms = Some(arguments.value()?.parse()?),
            Long("until-stdin-closes") => flags.until_stdin_closes = true,
            unexpected => return Err(unexpected.unexpected()),
        }
    }
    check(&flags)?;
    Ok(Command::Serve(flags))
}

fn check(flags: &Flags) -> Result<(), lexopt::Error> {
    if flags.key.is_some() && flags.key_out.is_some() {
        return Err("--key brings a key, so there is none for --key-out".into());
    }
    if flags.ca_out.is_some() && !flags.https {
        return Err("--ca-out needs --https".into());
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "every path is optional where it is kept")]
fn path(value: OsString) -> Option<PathBuf> {
    Some(PathBuf::from(value))
}

pub(crate) const HELP: &str = "\
A local server that behaves as the platforms' documentation says.

Usage: appmint-sandbox [FLAGS]

  --platform NAME        the platform to be: atomgit (default), github, github-enterprise, icr, acme
                         or issuer
  --listen ADDRESS:PORT  where to listen (default 127.0.0.1:0, a free port)
  --allow-remote         allow an address that is not loopback
  --https                speak TLS with a certificate of its own authority
  --ca-out FILE          write that authority's certificate
  --key FILE             the app's key (PEM, public or private) instead of a new one
  --key-out FILE         write the app's new private key (only the owner may read it)
  --redirect-uri URI     register one more redirect URI (may be repeated)
  --clock-ms MS          start with a clock frozen at this time (milliseconds since 1970)
  --ready-file FILE      write a JSON file with everything a client needs, once it listens
  --until-stdin-closes   stop when standard input ends
  -h, --help             this text
  -V, --version          the version

It stops on SIGTERM and SIGINT.";
