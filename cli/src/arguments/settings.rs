//! The arguments that are settings of the app. They take precedence over variables and profiles.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Settings.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingArguments {
    /// The profile of the configuration file; default the one that `default_profile` names.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "APPMINT_PROFILE",
        hide_env_values = true
    )]
    pub(crate) profile: Option<String>,
    /// The configuration file; default $XDG_CONFIG_HOME/appmint/config.toml.
    #[arg(long, global = true, value_name = "FILE", env = "APPMINT_CONFIG",
        hide_env_values = true, value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// The name of a built-in platform.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "platform_descriptor_file")]
    pub(crate) platform: Option<String>,
    /// A file with a platform's descriptor.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) platform_descriptor_file: Option<PathBuf>,
    /// The platform's host, where it can be at several.
    #[arg(long, global = true, value_name = "HOST")]
    pub(crate) host: Option<String>,
    /// The base URL of the API, instead of the platform's own.
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) api_url: Option<String>,
    /// The base URL of the web pages, instead of the platform's own.
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) web_url: Option<String>,
    /// The app's id.
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) app_id: Option<String>,
    /// The OAuth client id.
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// A file with the OAuth client secret.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// A file with the app's private key, or - for standard input.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) private_key_file: Option<PathBuf>,
    /// A file with the passphrase of the private key.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) private_key_passphrase_file: Option<PathBuf>,
    /// A file with the URL of the store, which may hold a password.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) store_file: Option<PathBuf>,
    /// A file with the key that seals the store's records.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) store_key_file: Option<PathBuf>,
    /// Keep no token: do not read or write a store.
    #[arg(long, global = true, conflicts_with_all = ["store_file", "store_key_file"])]
    pub(crate) no_store: bool,
    /// A file with root certificates to trust beside the system's.
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) root_certificates_file: Option<PathBuf>,
    /// The time for a whole call, such as 30s or 2m; default 30s.
    #[arg(long, global = true, value_name = "DURATION")]
    pub(crate) timeout: Option<String>,
    /// Allow plain http to hosts other than this machine.
    #[arg(long, global = true)]
    pub(crate) allow_plain_http: bool,
}
