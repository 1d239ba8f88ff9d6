//! The table of routes: method, path, operation and handler.

use std::collections::HashSet;
use std::sync::LazyLock;

use self::Handler::{Changes, Reads, Shows};
use super::{Acme, Call, device, refusals};
use crate::forms::field;
use crate::http::{Refusal, Reply, Request};
use crate::paths::path_parameters;

/// The route that matches a request.
pub(super) struct Found<'r> {
    pub(super) route: &'static Route,
    pub(super) base: Base,
    pub(super) parts: Vec<&'r str>,
}

impl<'r> Found<'r> {
    pub(super) fn of(request: &'r Request) -> Self {
        let (method, segments) = (request.method.as_str(), request.segments());
        let api = match segments.as_slice() {
            ["rpc", rest @ ..] => rest,
            _ => &[],
        };
        matching(API, Base::Api, method, api)
            .or_else(|| matching(WEB, Base::Web, method, &segments))
            .unwrap_or(Self { route: &UNKNOWN_ROUTE, base: Base::Api, parts: Vec::new() })
    }

    /// The grants share one endpoint; `grant_type` tells them apart.
    pub(super) fn operation(&self, request: &Request) -> &'static str {
        if self.route.operation != EXCHANGE {
            return self.route.operation;
        }
        match field(request, "grant_type").as_deref() {
            Some("refresh_token") => REFRESH,
            Some(device::GRANT_TYPE) => POLL_DEVICE,
            _ => EXCHANGE,
        }
    }
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
    pub(super) fn answer(&self, platform: &mut Acme, call: &Call<'_>) -> Reply {
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
    Reads(fn(&Acme, &Call<'_>) -> Result<Reply, Refusal>),
    Changes(fn(&mut Acme, &Call<'_>) -> Result<Reply, Refusal>),
    /// A page, which shows its errors itself.
    Shows(fn(&mut Acme, &Call<'_>) -> Reply),
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

/// Below `/rpc`.
const API: &[Route] = &[
    route("GET", "/v9/tool", "get_app", Reads(Acme::get_tool)),
    route("POST", "/v9/tool/grant", "mint_app_token", Changes(Acme::mint_for_tool)),
    route("GET", "/v9/seats", "list_installations", Reads(Acme::list_seats)),
    route("GET", "/v9/seats/{}", "get_installation", Reads(Acme::get_seat)),
    route("GET", "/v9/guilds/{}/seat", "get_org_installation", Reads(Acme::guild_seat)),
    route("GET", "/v9/smiths/{}/seat", "get_user_installation", Reads(Acme::smith_seat)),
    route("GET", "/v9/works/{}/of/{}/seat", "get_repo_installation", Reads(Acme::work_seat)),
    route("GET", "/v9/cartels/{}/seat", "get_enterprise_installation", Reads(Acme::cartel_seat)),
    route("POST", "/v9/seats/{}/grant", "mint_installation_token", Changes(Acme::mint)),
    route("POST", "/v9/seats/{}/freeze", "suspend_installation", Changes(Acme::freeze_seat)),
    route("POST", "/v9/seats/{}/thaw", "unsuspend_installation", Changes(Acme::thaw_seat)),
    route("POST", "/v9/seats/{}/leave", "delete_installation", Changes(Acme::leave_seat)),
    route("GET", "/v9/bell", "get_hook_config", Reads(Acme::get_bell)),
    route("PUT", "/v9/bell", "update_hook_config", Changes(Acme::update_bell)),
    route("GET", "/v9/rings", "list_hook_deliveries", Reads(Acme::list_rings)),
    route("GET", "/v9/rings/{}", "get_hook_delivery", Reads(Acme::get_ring)),
    route("PUT", "/v9/rings/{}/again", "redeliver_hook", Changes(Acme::ring_again)),
    route("PUT", "/v9/blueprints/{}/build", "convert_manifest", Changes(Acme::build)),
    route("GET", "/v9/grant/works", "list_installation_repos", Reads(Acme::works_of_grant)),
    route("POST", "/v9/grant/return", "revoke_installation_token", Changes(Acme::return_grant)),
    route("GET", "/v9/guilds/{}/works", "list_org_repos", Reads(Acme::works_of_guild)),
    route("GET", "/v9/me/works", "list_user_repos", Reads(Acme::works_of_smith)),
    route("PUT", "/v9/shops/{}/slips", "check_token", Reads(Acme::look_at_slip)),
    route("POST", "/v9/shops/{}/slips", "reset_token", Changes(Acme::renew_slip)),
    route("POST", "/v9/shops/{}/slips/cut", "scope_token", Changes(Acme::cut_slip)),
    route("POST", "/v9/shops/{}/slips/burn", "delete_token", Changes(Acme::burn_slip)),
    route("POST", "/v9/shops/{}/trust/end", "delete_grant", Changes(Acme::end_trust)),
    route("PUT", "/v9/lost", "revoke_credentials", Changes(Acme::lost)),
];

const WEB: &[Route] = &[
    route("GET", "/rpc/connect/ask", "authorize_page", Shows(Acme::authorize_page)),
    route("POST", "/rpc/connect/ask", "authorize_decision", Shows(Acme::authorize_decision)),
    route("POST", "/people/connect/swap", EXCHANGE, Changes(Acme::swap)),
    route("POST", "/rpc/connect/elsewhere", "device_code", Changes(Acme::device_code)),
    route("GET", "/people/elsewhere", "device_page", Shows(Acme::device_page)),
    route("POST", "/people/elsewhere", "device_decision", Shows(Acme::device_decision)),
    route("GET", "/people/elsewhere/let-in", "device_page", Shows(|_, _| device::let_in())),
    route("GET", "/people/elsewhere/sent-away", "device_page", Shows(|_, _| device::sent_away())),
    route("GET", "/people/shelf/{}/take", "install_page", Shows(Acme::shelf_page)),
    route("POST", "/people/shelf/take", "install_decision", Shows(Acme::shelf_decision)),
    route("POST", "/people/blueprints/draw", "manifest_page", Shows(Acme::blueprint_page)),
    route("POST", "/people/blueprints", "manifest_decision", Shows(Acme::blueprint_decision)),
];

const UNKNOWN_ROUTE: Route = route("", "", UNKNOWN, Reads(|_, _| Err(refusals::nowhere())));

const EXCHANGE: &str = "exchange_code";
const REFRESH: &str = "refresh_user_token";
const POLL_DEVICE: &str = "poll_device_token";
const UNKNOWN: &str = "unknown";
