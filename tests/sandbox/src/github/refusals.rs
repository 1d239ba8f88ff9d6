//! Error replies of the API: `message`, `documentation_url`, and the status as a string.
//!
//! The messages are taken from public bug reports; GitHub does not promise them.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::{Call, Edition, GitHub};
use crate::http::{Refusal, Reply, Request};

pub(super) fn refusal(status: StatusCode, message: &str) -> Refusal {
    documented(status, message, "https://docs.github.com/rest")
}

/// An error reply with a page of the documentation.
pub(super) fn documented(status: StatusCode, message: &str, page: &str) -> Refusal {
    let body = json!({
        "message": message,
        "documentation_url": page,
        "status": status.as_str()
    });
    Refusal::new(status, body)
}

pub(super) fn not_found() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "Not Found")
}

pub(super) fn unauthorized(message: &str) -> Refusal {
    refusal(StatusCode::UNAUTHORIZED, message)
}

pub(super) fn forbidden(message: &str) -> Refusal {
    refusal(StatusCode::FORBIDDEN, message)
}

pub(super) fn suspended() -> Refusal {
    documented(StatusCode::FORBIDDEN, "This installation has been suspended", MINT_PAGE)
}

pub(super) fn unprocessable(message: &str) -> Refusal {
    documented(StatusCode::UNPROCESSABLE_ENTITY, message, MINT_PAGE)
}

/// The body as a JSON object; an empty body counts as an empty object.
pub(super) fn object(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    if call.request.body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    call.request
        .json()
        .ok_or_else(|| documented(StatusCode::BAD_REQUEST, "Problems parsing JSON", MINT_PAGE))
}

/// <https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent>
pub(super) fn has_user_agent(request: &Request) -> bool {
    request.header("user-agent").is_some_and(|agent| !agent.trim().is_empty())
}

pub(super) fn without_user_agent() -> Reply {
    Reply::text(StatusCode::FORBIDDEN, "text/html; charset=utf-8", WITHOUT_USER_AGENT)
}

impl GitHub {
    /// <https://docs.github.com/rest/about-the-rest-api/api-versions>
    pub(super) fn check_version(&self, request: &Request) -> Result<(), Refusal> {
        let Some(requested) = request.headers.get("x-github-api-version") else { return Ok(()) };
        let supported = self.versions().iter().any(|version| requested == version);
        supported.then_some(()).ok_or_else(|| {
            let message = format!(
                "The API version {} is not supported.",
                String::from_utf8_lossy(requested.as_bytes())
            );
            refusal(self.deviations.unsupported_version_status(), &message)
        })
    }

    pub(super) fn list_versions(&self, _: &Call<'_>) -> Result<Reply, Refusal> {
        Ok(Reply::json(StatusCode::OK, &self.versions()))
    }

    fn versions(&self) -> &'static [&'static str] {
        match self.edition {
            Edition::Cloud => &["2022-11-28", "2026-03-10"],
            Edition::Server => &["2022-11-28"],
        }
    }
}

const MINT_PAGE: &str =
    "https://docs.github.com/rest/reference/apps#create-an-installation-access-token-for-an-app";
pub(super) const REPO_INSTALLATION_PAGE: &str = "https://docs.github.com/rest/reference/apps#get-a-repository-installation-for-the-authenticated-app";
const WITHOUT_USER_AGENT: &str = "\r\nRequest forbidden by administrative rules. \
    Please make sure your request has a User-Agent header \
    (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). \
    Check https://developer.github.com for other possible causes.\r\n";
