//! Operations of an app: list its installations, mint tokens, create an organization.
//!
//! ICR's "Authenticate as an installation" and its list of endpoints for apps.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Icr;
use super::refusals::{bad_request, forbidden, not_found, unauthorized};
use super::seed::{Installation, PERMISSIONS, Permissions};
use super::tokens::Holder;
use crate::http::{Refusal, Reply, Request};
use crate::platform::Context;
use crate::secrets;

impl Icr {
    /// Pages are counted from 0.
    pub(super) fn list_installations(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let app = self.app_of(request, context)?;
        let limit = number(request, "limit", 10)?.clamp(1, MAX_PAGE_SIZE);
        let page = number(request, "page", 0)?;
        let own: Vec<_> = self.installations.iter().filter(|it| it.app == app).collect();
        let shown = own.iter().skip(page.saturating_mul(limit)).take(limit);
        let body = json!({
            "pagination": { "page": page, "limit": limit, "total": own.len() },
            "installations": shown.map(|it| it.json()).collect::<Vec<_>>()
        });
        Ok(Reply::json(StatusCode::OK, &body))
    }

    pub(super) fn get_installation(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        Ok(Reply::json(StatusCode::OK, &self.own_installation(request, context)?.json()))
    }

    pub(super) fn organization_installation(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let (app, segments) = (self.app_of(request, context)?, request.segments());
        let own = |it: &&Installation| it.app == app && it.organization.id == segments[2];
        let found = self.installations.iter().find(own);
        let found = found.ok_or_else(|| not_found("Installation not found"))?;
        Ok(Reply::json(StatusCode::OK, &found.json()))
    }

    pub(super) fn mint_app_token(
        &mut self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let app = self.app_of(request, context)?;
        refuse_members(request)?;
        let permissions = Permissions::from(PERMISSIONS);
        let minted = self.minted(Holder::App(app.clone()), &app, &permissions, context);
        Ok(Reply::json(self.deviations.mint_status(), &minted))
    }

    pub(super) fn mint(&mut self, request: &Request, context: &Context) -> Result<Reply, Refusal> {
        let installation = self.own_installation(request, context)?;
        if installation.suspended {
            return Err(suspended());
        }
        refuse_members(request)?;
        let (id, app) = (installation.id.clone(), installation.app.clone());
        let organization = installation.organization.id.clone();
        let permissions = installation.permissions.clone();
        let holder = Holder::Installation(id.clone());
        let mut minted = self.minted(holder, &app, &permissions, context);
        minted["installationId"] = json!(id);
        minted["organizationId"] = json!(organization);
        Ok(Reply::json(self.deviations.mint_status(), &minted))
    }

    /// The documented token object.
    fn minted(
        &mut self,
        holder: Holder,
        app: &str,
        permissions: &Permissions,
        context: &Context,
    ) -> Value {
        let expires_ms = context.now_ms.saturating_add(self.deviations.token_life_ms);
        let valid_from_ms = context.now_ms.saturating_add(context.token_lag_ms);
        let now = rfc3339(context.now_ms);
        json!({
            "id": uuid(),
            "createdAt": now,
            "updatedAt": now,
            "token": self.tokens.issue(holder, valid_from_ms, expires_ms),
            "expiresAt": rfc3339(expires_ms),
            "isActive": true,
            "permissions": permissions,
            "appId": app
        })
    }

    /// Revokes the token of the request.
    pub(super) fn revoke(
        &mut self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let token = request.bearer().ok_or_else(unauthorized)?;
        self.tokens.holder(token, context.now_ms).ok_or_else(unauthorized)?;
        self.tokens.forget(token);
        Ok(Reply::json(StatusCode::OK, &json!({})))
    }

    /// Creates a user and an organization with an installation of the app.
    pub(super) fn create_organization(
        &mut self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let app = self.app_of(request, context)?;
        let body = Value::Object(request.json().unwrap_or_default());
        let missing: Vec<_> = REQUIRED
            .into_iter()
            .filter(|pointer| body.pointer(pointer).and_then(Value::as_str).is_none())
            .map(|pointer| format!("{} must be a string", pointer[1..].replace('/', ".")))
            .collect();
        if !missing.is_empty() {
            return Err(bad_request(&missing));
        }
        let name = body["organization"]["fullName"].as_str().unwrap_or_default();
        let installation = Installation { app, ..Installation::new(&uuid(), &uuid(), name) };
        let reply = json!({ "installation": { "id": installation.id } });
        self.installations.push(installation);
        Ok(Reply::json(StatusCode::CREATED, &reply))
    }

    /// The installation in the path, if it is one of the calling app's.
    fn own_installation(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<&Installation, Refusal> {
        let (app, segments) = (self.app_of(request, context)?, request.segments());
        let own = |it: &&Installation| it.app == app && it.id == segments[2];
        let found = self.installations.iter().find(own);
        found.ok_or_else(|| not_found("Installation not found"))
    }
}

pub(super) fn suspended() -> Refusal {
    forbidden("This installation has been suspended")
}

/// Refuses a body with members: tokens cannot be narrowed.
fn refuse_members(request: &Request) -> Result<(), Refusal> {
    if request.body.trim_ascii().is_empty() {
        return Ok(());
    }
    let members =
        request.json().ok_or_else(|| bad_request(&["the body must be an object".to_owned()]))?;
    let problems: Vec<_> =
        members.keys().map(|name| format!("property {name} should not exist")).collect();
    if problems.is_empty() { Ok(()) } else { Err(bad_request(&problems)) }
}

fn number(request: &Request, name: &str, default: usize) -> Result<usize, Refusal> {
    match request.query.one(name) {
        Ok(None) => Some(default),
        Ok(Some(text)) => text.parse().ok(),
        Err(_) => None,
    }
    .ok_or_else(|| bad_request(&[format!("{name} must be a number")]))
}

fn rfc3339(ms: i64) -> String {
    let time = jiff::Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(jiff::Timestamp::MAX);
    time.to_string()
}

/// A random UUID, version 4.
fn uuid() -> String {
    let hex = secrets::hexadecimal("", 32);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

const REQUIRED: [&str; 3] = ["/user/email", "/organization/fullName", "/organization/type"];
const MAX_PAGE_SIZE: usize = 100;
