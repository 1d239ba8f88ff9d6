//! The arguments of the commands about users.

use std::time::Duration;

use clap::Args;

use super::duration;

#[derive(Debug, Args)]
pub(crate) struct LoginArguments {
    /// Log in on another device, with a code.
    #[arg(long)]
    pub(crate) device: bool,
    /// The name of the session.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) session: String,
    /// The scopes to ask for.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) scopes: Vec<String>,
    /// Print the URL, and open no browser. Without a terminal none is opened anyway.
    #[arg(long, conflicts_with = "device")]
    pub(crate) no_browser: bool,
    /// A port on this machine that the browser may return to, if the app's callback URLs name it.
    #[arg(long, value_name = "NUMBER", conflicts_with = "device")]
    pub(crate) port: Vec<u16>,
    /// The time that the person has; default 5m in the browser, and the code's life on a device.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct SessionsArguments {
    /// Ask the platform whether each session still works, which may refresh its token.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogoutArguments {
    /// The name of the session.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) session: String,
}
