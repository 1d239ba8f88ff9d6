//! The arguments of the commands that send something of the caller's.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::LookupArguments;

#[derive(Debug, Args)]
pub(crate) struct ApiArguments {
    /// The HTTP method.
    pub(crate) method: String,
    /// The path below the API's base URL, such as /app, or a URL of the platform.
    pub(crate) path: String,
    /// The credential; default the installation or session that is named, else the app.
    #[arg(long = "as", value_enum, value_name = "CREDENTIAL")]
    pub(crate) credential: Option<As>,
    #[command(flatten)]
    pub(crate) lookup: LookupArguments,
    /// The session whose token is used.
    #[arg(long, value_name = "NAME", conflicts_with = "LookupArguments")]
    pub(crate) session: Option<String>,
    /// A text member of the JSON body, or a parameter of a GET.
    #[arg(short = 'f', long = "field", value_name = "NAME=TEXT")]
    pub(crate) fields: Vec<String>,
    /// A member of the JSON body whose value is JSON: a number, true, an array.
    #[arg(short = 'F', long = "json-field", value_name = "NAME=JSON")]
    pub(crate) json_fields: Vec<String>,
    /// A file with the body, or - for standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["fields", "json_fields"])]
    pub(crate) input: Option<PathBuf>,
    /// A request header.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// Fetch the further pages as well, and print one array.
    #[arg(long)]
    pub(crate) paginate: bool,
    /// Print the status and the headers first.
    #[arg(short, long)]
    pub(crate) include: bool,
}

/// The credential of an API call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum As {
    /// The app's JWT.
    App,
    /// A token of the installation that is named.
    Installation,
    /// A token of the session that is named.
    Session,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArguments {
    /// The file with the token; default standard input.
    #[arg(value_hint = ValueHint::FilePath, default_value = "-")]
    pub(crate) file: PathBuf,
    /// The token is a user's, and not an installation's.
    #[arg(long)]
    pub(crate) user_token: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WebhookArguments {
    /// The file with the body as it came, or - for standard input.
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) body: PathBuf,
    /// A header of the request; give all of them.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,
    /// A file with the webhook's secret; default the variable APPMINT_WEBHOOK_SECRET.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) secret_file: Option<PathBuf>,
}
