//! The commands and their arguments.
//!
//! No argument takes a secret: those come out of files, environment variables or standard input, because
//! everybody on the machine reads the arguments of a process.

mod calls;
mod logins;
mod lookups;
mod programs;
mod settings;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;

pub(crate) use self::{
    calls::{ApiArguments, As, RevokeArguments, WebhookArguments},
    logins::{LoginArguments, LogoutArguments, SessionsArguments},
    lookups::{Format, LookupArguments, ScopeArguments, TokenArguments, duration},
    programs::{
        CredentialArguments, GitArguments, GitCommand, RunArguments, SandboxArguments,
        SetupArguments,
    },
    settings::SettingArguments,
};

/// Authenticate as a platform app: a GitHub App, or its kin on AtomGit, GitCode, GitHub Enterprise Server,
/// ICR and others.
///
/// Only `token` and `jwt` print a credential, because that is their purpose. No command takes a secret as an
/// argument: give the path of a file, an environment variable, or `-` for standard input.
#[derive(Debug, Parser)]
#[command(name = "appmint", version, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) settings: SettingArguments,
    /// Print JSON: the result on standard output, an error on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look at private keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print the app's JWT, which is a credential, for a few minutes.
    ///
    /// With --json the claims are printed beside it.
    Jwt,
    /// List the installations of the app.
    Installations,
    /// Show one installation.
    Installation(LookupArguments),
    /// Print a token, which is a credential.
    ///
    /// The token comes from the store while it lives long enough, and is minted otherwise.
    Token(TokenArguments),
    /// Call the platform's API.
    ///
    /// A status of 400 or more is printed as any other answer, and ends with exit code 1.
    Api(ApiArguments),
    /// Revoke a token, which is read from standard input or a file.
    Revoke(RevokeArguments),
    /// Webhooks.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Print a platform's descriptor, made of what an authorization server says of itself (RFC 8414).
    Discover {
        /// The URL of the authorization server.
        issuer: String,
    },
    /// List the built-in platforms.
    Platforms,
    /// Platforms that a descriptor describes.
    #[command(subcommand)]
    Platform(PlatformCommand),
    /// Where settings come from.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Git over HTTPS as the app.
    #[command(subcommand)]
    Git(GitSubcommand),
    /// Log in as a user, in this machine's browser or on another device.
    Login(LoginArguments),
    /// List the sessions that were started here.
    Sessions(SessionsArguments),
    /// End a session, and revoke its token where the platform offers that.
    Logout(LogoutArguments),
    /// Run a command with a token that is revoked when the command ends.
    ///
    /// The command gets the token in the platform's usual environment variable, and git that uses it. Its
    /// exit code is passed on; appmint's own failures end with 125.
    Run(RunArguments),
    /// Check the settings, the key, the clock, the network and the permissions.
    Doctor(LookupArguments),
    /// Start the sandbox: a local server that behaves as a platform's documentation says.
    ///
    /// Runs `appmint-sandbox`, which must be in the PATH or beside this program.
    Sandbox(SandboxArguments),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write the man pages.
    Man {
        /// The folder that they are written to.
        #[arg(value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Check that a file holds a key that an app can sign with.
    ///
    /// Reads the forms that people paste: PEM, DER, base64, escaped newlines, JSON. The passphrase of an
    /// encrypted key comes from --private-key-passphrase-file or APPMINT_PRIVATE_KEY_PASSPHRASE.
    Check {
        /// The file with the key, or - for standard input.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Verify the signature of a webhook.
    Verify(WebhookArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlatformCommand {
    /// Check a descriptor, and say what the platform offers by it.
    Check {
        /// The file with the descriptor, or - for standard input.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show each setting, and where it comes from: a flag, a variable, a profile, or the default.
    ///
    /// Secrets are shown as `set` only.
    Explain,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GitSubcommand {
    /// Configure git to get its credentials from appmint, and show what was written.
    Setup(SetupArguments),
    /// Answer git's credential protocol on standard input and output, as git-credential-appmint does.
    Credential(CredentialArguments),
}

/// The exit codes, which `docs/cli.md` lists as well.
const EXIT_CODES: &str = "\
Exit codes:
  0   success
  1   the platform answered an `api` call with a status of 400 or more, or `doctor` found a problem
  2   the arguments or settings are wrong (invalid_argument)
  12  unsupported           13  key                   14  transport
  15  timeout               16  cancelled             17  unauthorized
  18  forbidden             19  not_found             20  rate_limited
  21  rejected              22  reauthorize           23  denied
  24  pending               25  server                26  protocol
  27  store                 28  callback              29  internal
  30  resource_exhausted
  `appmint run` passes the command's code on, and ends with 125 if appmint fails, 126 if the command
  cannot be run, 127 if there is none of this name, and 128 + n if signal n ended it.";
