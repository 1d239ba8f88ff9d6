//! The arguments of the commands that work with other programs.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand};

use super::{LookupArguments, ScopeArguments, SettingArguments};

/// Answer git: a credential helper for HTTPS, with the tokens of a platform app.
///
/// Git runs it when `credential.helper` is `appmint`; `appmint git setup` configures that.
#[derive(Debug, Parser)]
#[command(name = "git-credential-appmint", version, max_term_width = 100)]
pub(crate) struct GitArguments {
    #[command(flatten)]
    pub(crate) settings: SettingArguments,
    #[command(flatten)]
    pub(crate) credential: CredentialArguments,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct CredentialArguments {
    /// Narrow each token to the repository that git asks for.
    #[arg(long)]
    pub(crate) narrow: bool,
    /// Narrow each token to permissions, such as contents=read.
    #[arg(long, value_name = "NAME=LEVEL", value_delimiter = ',')]
    pub(crate) permissions: Vec<String>,
    /// The user name for git, where the platform's documentation names none.
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// The operation that git asks for.
    #[command(subcommand)]
    pub(crate) command: GitCommand,
}

/// The actions of git's credential protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum GitCommand {
    /// Answer with a user name and a token.
    Get,
    /// Do nothing: tokens are in the store already.
    Store,
    /// Forget the token that was refused, and no other.
    Erase,
    /// Say which capabilities of the protocol are known.
    Capability,
}

#[derive(Debug, Args)]
pub(crate) struct SetupArguments {
    /// Configure this repository only; default the user's configuration.
    #[arg(long)]
    pub(crate) local: bool,
    /// Narrow each token to the repository that git asks for.
    #[arg(long)]
    pub(crate) narrow: bool,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Remove what was configured for the host.
    #[arg(long)]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) lookup: LookupArguments,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    /// The variable for the token, instead of the platform's usual ones.
    #[arg(long, value_name = "NAME")]
    pub(crate) variable: Vec<String>,
    /// Leave git as it is configured.
    #[arg(long)]
    pub(crate) no_git: bool,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArguments {
    /// The arguments of appmint-sandbox, such as --platform github; --help lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<OsString>,
}
