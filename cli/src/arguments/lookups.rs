//! The arguments that name an installation, and what its token may do.

use std::{result::Result as Outcome, time::Duration};

use appmint_core::{Error, InstallationRequest, Lookup, Result, Scope};
use clap::{Args, ValueEnum};
use jiff::SignedDuration;

/// The installation, by exactly one of these.
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct LookupArguments {
    /// The installation of this organization.
    #[arg(long, value_name = "NAME")]
    pub(crate) org: Option<String>,
    /// The installation of this user.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// The installation of this account, whatever kind it is.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// The installation that this repository belongs to.
    #[arg(long, value_name = "OWNER/NAME")]
    pub(crate) repo: Option<String>,
    /// The installation of this enterprise.
    #[arg(long, value_name = "NAME")]
    pub(crate) enterprise: Option<String>,
    /// The installation with this id.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
}

impl LookupArguments {
    /// The lookup; `None` if no installation was named.
    pub(crate) fn lookup(&self) -> Option<Lookup> {
        let of = |text: &Option<String>, make: fn(String) -> Lookup| text.clone().map(make);
        of(&self.org, Lookup::Organization)
            .or_else(|| of(&self.user, Lookup::User))
            .or_else(|| of(&self.account, Lookup::Account))
            .or_else(|| of(&self.repo, Lookup::Repository))
            .or_else(|| of(&self.enterprise, Lookup::Enterprise))
            .or_else(|| of(&self.id, Lookup::Id))
    }

    /// The lookup that a command cannot do without.
    pub(crate) fn required(&self) -> Result<Lookup> {
        self.lookup().ok_or_else(|| {
            Error::invalid("no installation was named")
                .advise("Give one of --org, --user, --account, --repo, --enterprise and --id.")
        })
    }
}

/// The part of an installation's rights that a token gets.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ScopeArguments {
    /// Narrow the token to repositories, named without their owner.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) repositories: Vec<String>,
    /// Narrow the token to permissions, such as contents=read.
    #[arg(long, value_name = "NAME=LEVEL", value_delimiter = ',', value_parser = permission)]
    pub(crate) permissions: Vec<(String, String)>,
}

impl ScopeArguments {
    pub(crate) fn scope(&self) -> Scope {
        let mut scope = Scope::all();
        if !self.repositories.is_empty() {
            scope = scope.repositories(self.repositories.iter().cloned());
        }
        if !self.permissions.is_empty() {
            scope = scope.permissions(self.permissions.iter().cloned());
        }
        scope
    }

    pub(crate) fn of(&self, lookup: Lookup) -> InstallationRequest {
        lookup.narrowed(self.scope())
    }
}

#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    #[command(flatten)]
    pub(crate) lookup: LookupArguments,
    /// The token of this session, which `appmint login` started.
    #[arg(long, value_name = "NAME", conflicts_with = "LookupArguments")]
    pub(crate) session: Option<String>,
    /// The app's own token, on a platform that has one beside the JWT.
    #[arg(long, conflicts_with_all = ["LookupArguments", "session"])]
    pub(crate) app: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    /// The time for which the token must still be valid, such as 30m; default one minute.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) min_valid: Option<Duration>,
    /// The form of the output.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

/// The form in which a token is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The token alone.
    Text,
    /// An object with the token, its expiry and its rights.
    Json,
    /// Lines for a shell, which export the platform's usual variables.
    Env,
    /// An HTTP header line.
    Header,
}

fn permission(text: &str) -> Outcome<(String, String), String> {
    match text.split_once('=') {
        Some((name, level)) if !name.is_empty() && !level.is_empty() => {
            Ok((name.to_owned(), level.to_owned()))
        }
        _ => Err("write a permission as name=level, such as contents=read".to_owned()),
    }
}

/// A duration with its unit.
pub(crate) fn duration(text: &str) -> Outcome<Duration, String> {
    let parsed = text.trim().parse::<SignedDuration>().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "write a number with its unit: 500ms, 30s, 9m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_has_a_name_and_a_level() {
        assert_eq!(permission("contents=read"), Ok(("contents".into(), "read".into())));
        assert!(
            ["contents", "=read", "contents=", ""].iter().all(|text| permission(text).is_err())
        );
    }

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(duration("30m"), Ok(Duration::from_secs(1800)));
        assert!(["30", "-1s", "soon", ""].iter().all(|text| duration(text).is_err()));
    }
}
