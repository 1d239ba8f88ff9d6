//! The credential that a path of the API requires.

use percent_encoding::percent_decode_str;

use super::descriptor::Routes;
use crate::error::{Error, Result};

/// The credential that a path of the API requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The app's JWT.
    App,
    /// The OAuth client's id and secret.
    Client,
    /// The caller's own.
    Caller,
}

impl Route {
    /// The credential of a path below the API's base.
    pub(super) fn of(routes: &Routes, path: &str) -> Self {
        let is_listed = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, path));
        if is_listed(&routes.as_app) {
            Self::App
        } else if is_listed(&routes.as_client) {
            Self::Client
        } else {
            Self::Caller
        }
    }
}

/// Whether a path matches a pattern in which `{…}` stands for one segment.
fn matches(pattern: &str, path: &str) -> bool {
    let is_variable = |part: &str| part.starts_with('{') && part.ends_with('}');
    let (parts, segments) = (pattern.split('/'), path.trim_end_matches('/').split('/'));
    parts.clone().count() == segments.clone().count()
        && parts.zip(segments).all(|(part, segment)| {
            part.eq_ignore_ascii_case(segment) || (is_variable(part) && !segment.is_empty())
        })
}

/// Refuses a path that says one place and means another: `/repos/acme/../../app` is the app's own, and
/// a name from outside may hold the dots, encoded or not.
pub(super) fn refuse_dot_segments(path: &str) -> Result<()> {
    let end = path.find(['?', '#']).unwrap_or(path.len());
    let is_dots = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        decoded.split(['/', '\\']).any(|part| matches!(part, "." | ".."))
    };
    if path[..end].split('/').any(is_dots) {
        return Err(Error::invalid("the path has a segment of dots, which leads elsewhere")
            .advise(
                "Percent-encode a name before it becomes part of a path; `.` and `..` are none.",
            ));
    }
    Ok(())
}
