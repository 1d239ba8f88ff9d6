//! The resources that an installation token gives access to: its organization and the organization's projects.
//!
//! The paths of project data are versioned (`/v0/…`); their shapes here are samples.

use hyper::StatusCode;
use serde_json::json;

use super::Icr;
use super::app::suspended;
use super::refusals::{forbidden, unauthorized};
use super::seed::Installation;
use super::tokens::Holder;
use crate::http::{Refusal, Reply, Request};
use crate::platform::Context;

impl Icr {
    pub(super) fn get_organization(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let installation = self.accessible_installation(request, context, "organization_info")?;
        Ok(Reply::json(StatusCode::OK, &installation.organization.json()))
    }

    pub(super) fn list_projects(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let installation =
            self.accessible_installation(request, context, "organization_projects")?;
        let project = |number: u32| {
            json!({
                "id": number,
                "fullName": format!("Project {number} of {}", installation.organization.full_name)
            })
        };
        Ok(Reply::json(StatusCode::OK, &json!([project(1), project(2)])))
    }

    /// The installation on the organization in the path, if the token belongs to it and has the permission.
    fn accessible_installation(
        &self,
        request: &Request,
        context: &Context,
        permission: &str,
    ) -> Result<&Installation, Refusal> {
        let token = request.bearer().ok_or_else(unauthorized)?;
        let holder = self.tokens.holder(token, context.now_ms).ok_or_else(unauthorized)?;
        let segments = request.segments();
        let own = |it: &&Installation| {
            *holder == Holder::Installation(it.id.clone()) && it.organization.id == segments[2]
        };
        let found = self.installations.iter().find(own);
        let installation = found.ok_or_else(|| forbidden("This organization is not yours"))?;
        if installation.suspended {
            return Err(suspended());
        }
        let allowed = installation.permissions.contains_key(permission);
        let refusal = || forbidden(&format!("The permission {permission} is missing"));
        allowed.then_some(installation).ok_or_else(refusal)
    }
}
