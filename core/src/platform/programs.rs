//! The platform as other programs know it: git over HTTPS, and tokens in environment variables.

use serde::Deserialize;

use super::{Platform, descriptor::Descriptor, validate::wrong};
use crate::error::Result;

/// Git over HTTPS, which authenticates with HTTP Basic.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Git {
    /// The user name whose password is a token of an installation or a user.
    pub(crate) username: String,
}

impl Platform {
    /// The base URL of the API; `None` before a host was given to a platform that needs one.
    #[must_use]
    pub fn api_url(&self) -> Option<&str> {
        self.api.as_ref().map(url::Url::as_str)
    }

    /// The base URL of the web pages, of OAuth and of git over HTTPS; `None` as for
    /// [`api_url`](Self::api_url).
    #[must_use]
    pub fn web_url(&self) -> Option<&str> {
        self.web.as_ref().map(url::Url::as_str)
    }

    /// The user name for git over HTTPS, with a token as the password; `None` if the platform's
    /// documentation names none.
    #[must_use]
    pub fn git_username(&self) -> Option<&str> {
        self.descriptor.git.as_ref().map(|git| git.username.as_str())
    }

    /// The names of the environment variables in which the platform's programs look for a token, the usual
    /// one first; empty if there are none.
    #[must_use]
    pub fn token_variables(&self) -> &[String] {
        &self.descriptor.token_variables
    }
}

pub(super) fn check(descriptor: &Descriptor) -> Result<()> {
    let is_name = |c: char| c.is_ascii_graphic() && c != ':';
    let username = descriptor.git.as_ref().map(|git| &git.username);
    if username.is_some_and(|name| name.is_empty() || !name.chars().all(is_name)) {
        return Err(wrong("git.username", "HTTP Basic knows no such user name (RFC 7617)"));
    }
    let is_variable = |name: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(plain)
    };
    match descriptor.token_variables.iter().find(|name| !is_variable(name)) {
        Some(_) => Err(wrong("token_variables", "this is not the name of a variable")),
        None => Ok(()),
    }
}
