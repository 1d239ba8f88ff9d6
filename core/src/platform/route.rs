//! Which credential a path of the API wants, whoever asks.

use super::descriptor::Routes;

/// The credential that a path of the API wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The app's JWT.
    App,
    /// The OAuth client's id and secret.
    Client,
    /// Whatever the caller is.
    Caller,
}

impl Route {
    /// What a path below the API's base wants.
    pub(super) fn of(routes: &Routes, path: &str) -> Self {
        let wants = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, path));
        if wants(&routes.as_app) {
            Self::App
        } else if wants(&routes.as_client) {
            Self::Client
        } else {
            Self::Caller
        }
    }
}

/// Whether a path fits a pattern in which `{…}` stands for one segment.
fn fits(pattern: &str, path: &str) -> bool {
    let is_variable = |part: &str| part.starts_with('{') && part.ends_with('}');
    let (parts, segments) = (pattern.split('/'), path.trim_end_matches('/').split('/'));
    parts.clone().count() == segments.clone().count()
        && parts.zip(segments).all(|(part, segment)| {
            part.eq_ignore_ascii_case(segment) || (is_variable(part) && !segment.is_empty())
        })
}
