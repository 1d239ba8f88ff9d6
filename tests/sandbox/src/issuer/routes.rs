//! The table of routes: method, path, operation and handler.

use std::collections::HashSet;
use std::sync::LazyLock;

use hyper::header::{CACHE_CONTROL, PRAGMA};

use self::Handler::{Answers, Shows};
use super::refusals::{self, OAuthError};
use super::{Call, Issuer, Realm, accounts, device};
use crate::forms::field;
use crate::http::{Reply, Request};
use crate::paths::path_parameters;

/// The route that matches a request.
pub(super) struct Found {
    pub(super) route: &'static Route,
    pub(super) realm: Realm,
}

impl Found {
    pub(super) fn of(request: &Request) -> Self {
        let (method, segments) = (request.method.as_str(), request.segments());
        let fitting = ROUTES.iter().filter(|route| route.method == method).find_map(|route| {
            let parts = path_parameters(route.path, &segments)?;
            let realm = parts.first().map_or(Some(Realm::Main), |name| Realm::named(name))?;
            Some(Self { route, realm })
        });
        fitting.unwrap_or(Self { route: &UNKNOWN_ROUTE, realm: Realm::Main })
    }

    /// The grants share one endpoint; `grant_type` tells them apart.
    pub(super) fn operation(&self, request: &Request) -> &'static str {
        if self.route.operation != EXCHANGE {
            return self.route.operation;
        }
        match field(request, "grant_type").as_deref() {
            Some("refresh_token") => REFRESH,
            Some(device::GRANT_TYPE) => POLL_DEVICE,
            Some(accounts::GRANT_TYPE) => EXCHANGE_ASSERTION,
            _ => EXCHANGE,
        }
    }
}

pub(super) struct Route {
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    handler: Handler,
}

impl Route {
    pub(super) fn answer(&self, platform: &mut Issuer, call: &Call<'_>) -> Reply {
        match self.handler {
            Answers(handler) => handler(platform, call)
                .unwrap_or_else(Reply::from)
                .with(CACHE_CONTROL, "no-store")
                .with(PRAGMA, "no-cache"),
            Shows(handler) => handler(platform, call),
        }
    }
}

enum Handler {
    /// An endpoint whose replies must not be cached.
    Answers(fn(&mut Issuer, &Call<'_>) -> Result<Reply, OAuthError>),
    /// A page or a document, which shows its errors itself.
    Shows(fn(&mut Issuer, &Call<'_>) -> Reply),
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
    let mut names: Vec<_> = ROUTES.iter().map(|route| route.operation).collect();
    names.extend([REFRESH, POLL_DEVICE, EXCHANGE_ASSERTION, UNKNOWN]);
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(*name));
    names
});

/// `{}` is the realm.
const ROUTES: &[Route] = &[
    route(
        "GET",
        "/.well-known/oauth-authorization-server/realms/{}",
        METADATA,
        Shows(Issuer::inserted_metadata),
    ),
    route(
        "GET",
        "/realms/{}/.well-known/openid-configuration",
        METADATA,
        Shows(Issuer::appended_metadata),
    ),
    route("GET", "/realms/{}/authorize", "authorize_page", Shows(Issuer::authorize_page)),
    route("POST", "/realms/{}/authorize", "authorize_decision", Shows(Issuer::authorize_decision)),
    route("POST", "/realms/{}/token", EXCHANGE, Answers(Issuer::token)),
    route("POST", "/realms/{}/device_authorization", "device_code", Answers(Issuer::device_code)),
    route("GET", "/realms/{}/device", DEVICE_PAGE, Shows(Issuer::device_page)),
    route("POST", "/realms/{}/device", "device_decision", Shows(Issuer::device_decision)),
    route("GET", "/realms/{}/device/approved", DEVICE_PAGE, Shows(|_, _| device::approved())),
    route("GET", "/realms/{}/device/denied", DEVICE_PAGE, Shows(|_, _| device::denied())),
    route("POST", "/realms/{}/revoke", "revoke", Answers(Issuer::revoke)),
    route("POST", "/realms/{}/introspect", "introspect", Answers(Issuer::introspect)),
    route("GET", "/me", "me", Answers(Issuer::me)),
];

const UNKNOWN_ROUTE: Route = route("", "", UNKNOWN, Shows(|_, _| refusals::not_found()));

const METADATA: &str = "metadata";
const DEVICE_PAGE: &str = "device_page";
const EXCHANGE: &str = "exchange_code";
const REFRESH: &str = "refresh_user_token";
const POLL_DEVICE: &str = "poll_device_token";
const EXCHANGE_ASSERTION: &str = "exchange_assertion";
const UNKNOWN: &str = "unknown";
