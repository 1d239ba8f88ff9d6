//! Git's configuration: the helper for the platform's host, and nothing else.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

use appmint_core::{Error, ErrorKind, Result};
use serde_json::json;

use crate::{
    arguments::{SettingArguments, SetupArguments},
    report::Report,
    settings::Settings,
};

/// Configures git for the host of the settings' platform.
pub(crate) fn setup(
    settings: &Settings,
    given: &SettingArguments,
    arguments: &SetupArguments,
) -> Result<Report> {
    let url = host_url(settings)?;
    let scope = if arguments.local { "--local" } else { "--global" };
    let entries =
        if arguments.remove { Vec::new() } else { entries(&url, &helper(given, arguments)) };
    if !arguments.dry_run {
        forget(scope, &url)?;
        for (name, value) in &entries {
            git(&["config", scope, "--add", name, value])?;
        }
    }
    let line =
        |(name, value): &(String, String)| format!("git config {scope} --add {name} '{value}'\n");
    let text = match (arguments.remove, &entries[..]) {
        (true, _) => format!("removed credential.{url} from git's configuration\n"),
        (false, entries) => entries.iter().map(line).collect(),
    };
    let members = entries.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    let value = json!({
        "scope": scope.trim_start_matches('-'), "url": url, "written": !arguments.dry_run,
        "entries": members.collect::<Vec<_>>(),
    });
    Ok(Report::new(text, value))
}

/// The variables that configure git for one command and its children, by
/// <https://git-scm.com/docs/git#Documentation/git.txt-codeGITCONFIGCOUNTcode>. Those that are set already go on.
pub(crate) fn variables(settings: &Settings, helper: &str) -> Result<Vec<(String, String)>> {
    let count = env::var("GIT_CONFIG_COUNT").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let entries = entries(&host_url(settings)?, helper);
    let mut variables = vec![("GIT_CONFIG_COUNT".to_owned(), (count + entries.len()).to_string())];
    for (at, (name, value)) in entries.into_iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{}", count + at), name));
        variables.push((format!("GIT_CONFIG_VALUE_{}", count + at), value));
    }
    Ok(variables)
}

/// The empty helper ends the list of those that are configured for all hosts: they are not asked for this
/// one, and do not get its tokens to keep.
fn entries(url: &str, helper: &str) -> Vec<(String, String)> {
    let name = |member: &str| format!("credential.{url}.{member}");
    vec![
        (name("helper"), String::new()),
        (name("helper"), helper.to_owned()),
        (name("useHttpPath"), "true".to_owned()),
    ]
}

fn host_url(settings: &Settings) -> Result<String> {
    let url = settings.git_url()?.ok_or_else(|| {
        Error::invalid("the platform's host is not known").advise("Give --host or --web-url.")
    })?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The helper as git starts it, with those settings that name a profile and no others: what else is given
/// here may be gone when git asks.
fn helper(given: &SettingArguments, arguments: &SetupArguments) -> String {
    let mut helper = program();
    if let Some(config) = &given.config {
        helper.push_str(&format!(" --config {}", quoted(&absolute(config))));
    }
    if let Some(profile) = &given.profile {
        helper.push_str(&format!(" --profile {}", quoted(profile)));
    }
    if arguments.narrow {
        helper.push_str(" --narrow");
    }
    helper
}

/// `appmint` if git finds git-credential-appmint by itself, else its path.
fn program() -> String {
    let folders = env::var_os("PATH").unwrap_or_default();
    let is_in_path = env::split_paths(&folders).any(|folder| folder.join(HELPER).is_file());
    let beside = env::current_exe().ok().map(|path| path.with_file_name(HELPER));
    match beside.filter(|path| path.is_file() && !is_in_path) {
        Some(path) => quoted(&path.to_string_lossy()),
        None => "appmint".to_owned(),
    }
}

fn absolute(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}

/// A word for a shell: git runs a helper by one.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Removes what an earlier setup wrote for this host.
fn forget(scope: &str, url: &str) -> Result<()> {
    for member in ["helper", "useHttpPath"] {
        let name = format!("credential.{url}.{member}");
        let done = command(&["config", scope, "--unset-all", &name]).status();
        let status = done.map_err(|error| absent(&error))?;
        // 5: there is none.
        if !status.success() && status.code() != Some(5) {
            return Err(refused(&name));
        }
    }
    Ok(())
}

fn git(arguments: &[&str]) -> Result<()> {
    let status = command(arguments).status().map_err(|error| absent(&error))?;
    if status.success() { Ok(()) } else { Err(refused(arguments.get(3).unwrap_or(&""))) }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(arguments).stdin(Stdio::null());
    command
}

fn absent(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Unsupported, format!("git cannot be started: {error}"))
}

fn refused(name: &str) -> Error {
    Error::invalid(format!("git did not change {name}"))
        .advise("Git has said why above; --local needs a repository.")
}

const HELPER: &str =
    if cfg!(windows) { "git-credential-appmint.exe" } else { "git-credential-appmint" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_for_a_shell_if_it_must_be() {
        assert_eq!(quoted("/usr/bin/x-1"), "/usr/bin/x-1");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
