//! The table of routes: method, path, operation and handler.

use std::collections::HashSet;
use std::sync::LazyLock;

use self::Handler::{Changes, Reads, Shows};
use super::{Call, Edition, GitHub, device, encoding, refusals};
use crate::http::{Refusal, Reply, Request};
use crate::paths::path_parameters;

/// Finds the route of a request: one of the API if the edition has it, or else one of the pages.
pub(super) fn find<'r>(edition: Edition, request: &'r Request) -> Option<Found<'r>> {
    let segments = request.segments();
    let api = match (edition, segments.as_slice()) {
        (Edition::Cloud, all) => all,
        (Edition::Server, ["api", "v3", rest @ ..]) => rest,
        (Edition::Server, _) => &[],
    };
    let method = request.method.as_str();
    matching(API, Base::Api, method, api)
        .or_else(|| matching(WEB, Base::Web, method, &segments))
        .filter(|found| edition == Edition::Cloud || found.route.operation != BY_ENTERPRISE)
}

fn matching<'r>(
    table: &'static [Route],
    base: Base,
    method: &str,
    segments: &[&'r str],
) -> Option<Found<'r>> {
    table.iter().filter(|route| route.method == method).find_map(|route| {
        let parts = path_parameters(route.path, segments)?;
        Some(Found { route, base, parts })
    })
}

/// The route that matches a request.
pub(super) struct Found<'r> {
    pub(super) route: &'static Route,
    pub(super) base: Base,
    pub(super) parts: Vec<&'r str>,
}

impl Found<'_> {
    pub(super) fn nothing() -> Self {
        Self { route: &UNKNOWN_ROUTE, base: Base::Api, parts: Vec::new() }
    }

    /// The grants share one endpoint; `grant_type` tells them apart.
    pub(super) fn operation(&self, request: &Request) -> &'static str {
        if self.route.operation != EXCHANGE_CODE {
            return self.route.operation;
        }
        match encoding::Parameters::read(request).text("grant_type") {
            Some("refresh_token") => REFRESH,
            Some(device::GRANT_TYPE) => POLL_DEVICE,
            _ => EXCHANGE_CODE,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Api,
    Web,
}

pub(super) struct Route {
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    handler: Handler,
}

impl Route {
    pub(super) fn answer(&self, platform: &mut GitHub, call: &Call<'_>) -> Reply {
        let answer = match self.handler {
            Reads(handler) => handler(platform, call),
            Changes(handler) => handler(platform, call),
            Shows(handler) => Ok(handler(platform, call)),
        };
        answer.unwrap_or_else(Reply::from)
    }
}

/// A handler, by its access to the platform and its kind of failure.
enum Handler {
    Reads(fn(&GitHub, &Call<'_>) -> Result<Reply, Refusal>),
    Changes(fn(&mut GitHub, &Call<'_>) -> Result<Reply, Refusal>),
    /// A page or an OAuth endpoint, which reports its errors itself.
    Shows(fn(&mut GitHub, &Call<'_>) -> Reply),
}

const fn route(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    handler: Handler,
) -> Route {
    Route { method, path, operation, handler }
}

/// The names of all operations, without duplicates.
pub(super) fn operations() -> &'static [&'static str] {
    &OPERATIONS
}

static OPERATIONS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<_> = API.iter().chain(WEB).map(|route| route.operation).collect();
    names.extend([REFRESH, POLL_DEVICE, UNKNOWN]);
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
});

/// <https://docs.github.com/rest/apps>
const API: &[Route] = &[
    route("GET", "/app", "get_app", Reads(GitHub::get_app)),
    route("GET", "/app/installations", "list_installations", Reads(GitHub::list_installations)),
    route("GET", "/app/installations/{}", "get_installation", Reads(GitHub::get_installation)),
    route(
        "DELETE",
        "/app/installations/{}",
        "delete_installation",
        Changes(GitHub::delete_installation),
    ),
    route(
        "PUT",
        "/app/installations/{}/suspended",
        "suspend_installation",
        Changes(GitHub::suspend_installation),
    ),
    route(
        "DELETE",
        "/app/installations/{}/suspended",
        "unsuspend_installation",
        Changes(GitHub::unsuspend_installation),
    ),
    route(
        "POST",
        "/app/installations/{}/access_tokens",
        "mint_installation_token",
        Changes(GitHub::mint),
    ),
    route(
        "GET",
        "/app/installation-requests",
        "list_installation_requests",
        Reads(GitHub::list_installation_requests),
    ),
    route("GET", "/orgs/{}/installation", "get_org_installation", Reads(GitHub::org_installation)),
    route(
        "GET",
        "/organizations/{}/installation",
        "get_org_installation",
        Reads(GitHub::org_installation_by_id),
    ),
    route(
        "GET",
        "/users/{}/installation",
        "get_user_installation",
        Reads(GitHub::user_installation),
    ),
    route(
        "GET",
        "/repos/{}/{}/installation",
        "get_repo_installation",
        Reads(GitHub::repo_installation),
    ),
    route(
        "GET",
        "/repositories/{}/installation",
        "get_repo_installation",
        Reads(GitHub::repo_installation_by_id),
    ),
    route(
        "GET",
        "/enterprises/{}/installation",
        BY_ENTERPRISE,
        Reads(GitHub::enterprise_installation),
    ),
    route("GET", "/apps/{}", "get_public_app", Reads(GitHub::public_app)),
    route(
        "GET",
        "/installation/repositories",
        "list_installation_repos",
        Reads(GitHub::list_installation_repos),
    ),
    route(
        "DELETE",
        "/installation/token",
        "revoke_installation_token",
        Changes(GitHub::revoke_installation_token),
    ),
    route("GET", "/app/hook/config", "get_hook_config", Reads(GitHub::hook_config)),
    route("PATCH", "/app/hook/config", "update_hook_config", Changes(GitHub::update_hook_config)),
    route(
        "GET",
        "/app/hook/deliveries",
        "list_hook_deliveries",
        Reads(GitHub::list_hook_deliveries),
    ),
    route("GET", "/app/hook/deliveries/{}", "get_hook_delivery", Reads(GitHub::hook_delivery)),
    route(
        "POST",
        "/app/hook/deliveries/{}/attempts",
        "redeliver_hook",
        Changes(GitHub::redeliver_hook),
    ),
    route(
        "POST",
        "/app-manifests/{}/conversions",
        "convert_manifest",
        Changes(GitHub::convert_manifest),
    ),
    route("POST", "/applications/{}/token", "check_token", Reads(GitHub::check_token)),
    route("PATCH", "/applications/{}/token", "reset_token", Changes(GitHub::reset_token)),
    route("DELETE", "/applications/{}/token", "delete_token", Changes(GitHub::delete_token)),
    route("DELETE", "/applications/{}/grant", "delete_grant", Changes(GitHub::delete_grant)),
    route("POST", "/applications/{}/token/scoped", "scope_token", Changes(GitHub::scope_token)),
    route("POST", "/credentials/revoke", "revoke_credentials", Changes(GitHub::revoke_credentials)),
    route("GET", "/orgs/{}/repos", "list_org_repos", Reads(GitHub::list_org_repos)),
    route("GET", "/repos/{}/{}", "get_repo", Reads(GitHub::get_repo)),
    route("GET", "/repositories/{}", "get_repo", Reads(GitHub::get_repo_by_id)),
    route("GET", "/user", "user_info", Reads(GitHub::user_info)),
    route("GET", "/user/repos", "list_user_repos", Reads(GitHub::list_user_repos)),
    route(
        "GET",
        "/user/installations",
        "list_user_installations",
        Reads(GitHub::list_user_installations),
    ),
    route(
        "GET",
        "/user/installations/{}/repositories",
        "list_user_installation_repos",
        Reads(GitHub::list_user_installation_repos),
    ),
    route("GET", "/versions", "list_versions", Reads(GitHub::list_versions)),
];

/// <https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app>
const WEB: &[Route] = &[
    route("GET", "/login/oauth/authorize", "authorize_page", Shows(GitHub::authorize_page)),
    route(
        "POST",
        "/login/oauth/authorize",
        "authorize_decision",
        Shows(GitHub::authorize_decision),
    ),
    route("POST", "/login/oauth/access_token", EXCHANGE_CODE, Shows(GitHub::access_token)),
    route("POST", "/login/device/code", "device_code", Shows(GitHub::device_code)),
    route("GET", "/login/device", "device_page", Shows(GitHub::device_page)),
    route("POST", "/login/device", "device_decision", Shows(GitHub::device_decision)),
    route("GET", "/login/device/success", "device_page", Shows(|_, _| device::success())),
    route("GET", "/login/device/failure", "device_page", Shows(|_, _| device::failure())),
    route("POST", "/settings/apps/new", "manifest_page", Shows(GitHub::manifest_page)),
    route(
        "POST",
        "/organizations/{}/settings/apps/new",
        "manifest_page",
        Shows(GitHub::manifest_page),
    ),
    route("POST", "/settings/apps/manifest", "manifest_decision", Shows(GitHub::manifest_decision)),
];

static UNKNOWN_ROUTE: Route = route("", "", UNKNOWN, Reads(|_, _| Err(refusals::not_found())));

pub(super) const UNKNOWN: &str = "unknown";
const EXCHANGE_CODE: &str = "exchange_code";
const REFRESH: &str = "refresh_user_token";
const POLL_DEVICE: &str = "poll_device_token";
const BY_ENTERPRISE: &str = "get_enterprise_installation";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_one_name() {
        let names = operations();
        assert!(names.contains(&"mint_installation_token") && names.contains(&UNKNOWN));
        assert_eq!(names.iter().filter(|it| **it == "get_repo").count(), 1);
    }
}
