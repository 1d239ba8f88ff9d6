//! The resources that tokens give access to: repositories and the user.

use hyper::StatusCode;
use serde_json::Value;

use super::app::suspended;
use super::seed::{self, Installation};
use super::tokens::Holder;
use super::{AtomGit, not_found, unauthorized};
use crate::http::{Refusal, Reply, Request};
use crate::platform::Context;

impl AtomGit {
    /// <https://docs.atomgit.com/en/app/demo> uses an `ats_` token for exactly this.
    pub(super) fn list_org_repos(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        let holder = self.holder_of(request, context)?;
        let org = self.organization(request).ok_or_else(not_found)?;
        match holder {
            Holder::User => Ok(listed(org)),
            Holder::Installation(id) if id != org.id => Err(not_found()),
            Holder::Installation(_) if org.suspended => Err(suspended()),
            Holder::Installation(_) => Ok(listed(org)),
        }
    }

    fn organization(&self, request: &Request) -> Option<&Installation> {
        let segments = request.segments();
        let wanted = segments.get(1)?;
        self.installations.iter().find(|it| it.account.path == *wanted)
    }

    /// <https://docs.atomgit.com/en/openAPI/api_versioned/get-the-authenticated-user>
    pub(super) fn user_info(&self, request: &Request, context: &Context) -> Result<Reply, Refusal> {
        self.for_user(request, context, &seed::user())
    }

    pub(super) fn list_user_repos(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Reply, Refusal> {
        self.for_user(request, context, &seed::user_repos())
    }

    fn for_user(
        &self,
        request: &Request,
        context: &Context,
        answer: &Value,
    ) -> Result<Reply, Refusal> {
        match self.holder_of(request, context)? {
            Holder::User => Ok(Reply::json(StatusCode::OK, answer)),
            Holder::Installation(_) => Err(unauthorized("Bad credentials")),
        }
    }
}

fn listed(org: &Installation) -> Reply {
    Reply::json(StatusCode::OK, &seed::org_repos(&org.account.path))
}
