//! The command-line flags.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use appmint_sandbox::{Length, PlatformName, TortureOptions};
use lexopt::prelude::*;

/// What the program is asked to do.
pub(crate) enum Command {
    Help,
    Version,
    Serve(Flags),
    Torture(Flags, TortureOptions),
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
    pub(crate) score_file: Option<PathBuf>,
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
            score_file: None,
        }
    }
}

/// Reads the command line of this process.
pub(crate) fn read() -> Result<Command, lexopt::Error> {
    parse(lexopt::Parser::from_env())
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut flags = Flags::default();
    let mut torture = None;
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
            Long("torture") => torture = Some(torture_of(&arguments.value()?.string()?)?),
            Long("score-file") => flags.score_file = path(arguments.value()?),
            Long(name) => {
                let (name, value) = (name.to_owned(), &mut arguments);
                set_torture(torture.as_mut(), &name, value)?;
            }
            unexpected => return Err(unexpected.unexpected()),
        }
    }
    check(&flags)?;
    match torture {
        Some(options) => check_torture(&flags).map(|()| Command::Torture(flags, options)),
        None if flags.score_file.is_some() => Err("--score-file needs --torture".into()),
        None => Ok(Command::Serve(flags)),
    }
}

fn torture_of(what: &str) -> Result<TortureOptions, lexopt::Error> {
    let known = (what == "refresh").then(TortureOptions::default);
    known.ok_or_else(|| format!("there is no torture {what}; it is refresh").into())
}

/// Sets an option of the torture.
fn set_torture(
    options: Option<&mut TortureOptions>,
    name: &str,
    arguments: &mut lexopt::Parser,
) -> Result<(), lexopt::Error> {
    if !TORTURE_FLAGS.contains(&name) {
        return Err(lexopt::Error::UnexpectedOption(format!("--{name}")));
    }
    let options = options.ok_or_else(|| format!("--{name} comes after --torture refresh"))?;
    let value = arguments.value()?;
    match name {
        "seed" => options.seed = value.parse()?,
        "users" => options.users = value.parse()?,
        "rounds" => options.length = Length::Rounds(value.parse()?),
        "seconds" => {
            options.length = Length::Milliseconds(value.parse::<i64>()?.saturating_mul(1000));
        }
        "policy" => options.policy = value.parse()?,
        "life-ms" => options.life_ms = value.parse()?,
        "grace-ms" => options.grace_ms = value.parse()?,
        "slow-ms" => options.slow_ms = value.parse()?,
        "outage-every" => options.outage_every = value.parse()?,
        "without" => options.without.push(value.string()?),
        _ => options.outage_ms = value.parse()?,
    }
    Ok(())
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

/// A flag that a round of torture would ignore is an error.
fn check_torture(flags: &Flags) -> Result<(), lexopt::Error> {
    let default = Flags::default();
    let ignored = [
        ("--platform", flags.platform != default.platform),
        ("--listen", flags.listen != default.listen),
        ("--allow-remote", flags.allow_remote),
        ("--https", flags.https),
        ("--key", flags.key.is_some()),
        ("--key-out", flags.key_out.is_some()),
        ("--redirect-uri", !flags.redirect_uris.is_empty()),
        ("--clock-ms", flags.clock_ms.is_some()),
    ];
    match ignored.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(format!("--torture does not take {name}").into()),
        None => Ok(()),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every path is optional where it is kept")]
fn path(value: OsString) -> Option<PathBuf> {
    Some(PathBuf::from(value))
}

const TORTURE_FLAGS: [&str; 11] = [
    "seed",
    "users",
    "rounds",
    "seconds",
    "policy",
    "life-ms",
    "grace-ms",
    "slow-ms",
    "outage-every",
    "outage-ms",
    "without",
];

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

  --torture refresh      be a hostile platform instead and score a client that refreshes tokens; TORTURE.md
                         describes it. Takes --ready-file, --until-stdin-closes, --score-file FILE, and
                         after --torture: --seed N, --users N, --rounds N or --seconds N,
                         --policy strict|grace|static, --life-ms MS, --grace-ms MS, --slow-ms MS,
                         --outage-every N, --outage-ms MS, --without FAULT (may be repeated)

  -h, --help             this text
  -V, --version          the version

It stops on SIGTERM and SIGINT.";
