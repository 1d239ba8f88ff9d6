//! The resources that tokens give access to: repositories, for installations and for users.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::installations::Installation;
use super::paging::Page;
use super::refusals::not_found;
use super::repositories::{Lookup, Repository};
use super::tokens::{Holder, Issued};
use super::{Call, GitHub};
use crate::http::{Refusal, Reply};

impl GitHub {
    /// <https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-app-installation>
    pub(super) fn list_installation_repos(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (id, issued) = self.installation_token_of(call)?;
        let installation = self.installation(id).ok_or_else(not_found)?;
        let own: Vec<_> =
            self.repositories_of(installation).filter(|it| is_within(&issued, it)).collect();
        let selection =
            if issued.repositories.is_some() { "selected" } else { installation.selection.name() };
        Ok(self.counted(&own, selection, call))
    }

    /// <https://docs.github.com/rest/apps/installations#revoke-an-installation-access-token>
    pub(super) fn revoke_installation_token(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.installation_token_of(call)?;
        if let Some((_, token)) = call.request.authorization() {
            self.tokens.forget(token);
        }
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    /// <https://docs.github.com/rest/repos/repos#list-organization-repositories>
    pub(super) fn list_org_repos(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let issued = self.token_of(call)?;
        let org = call.part(0);
        let known = |it: &Installation| it.account.is_organization() && it.account.is_called(org);
        self.installations.iter().find(|it| known(it)).ok_or_else(not_found)?;
        let visible: Vec<_> = self
            .repositories
            .iter()
            .filter(|it| it.owner.eq_ignore_ascii_case(org) && self.may_see(&issued, it))
            .collect();
        Ok(self.listed(&visible, call))
    }

    /// <https://docs.github.com/rest/repos/repos#get-a-repository>
    pub(super) fn get_repo(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        match self.look_up(call.part(0), call.part(1)) {
            Lookup::Found(repository) => self.shown(repository, call),
            Lookup::Moved(repository) => {
                self.shown(repository, call)?;
                Ok(self.moved(call, &format!("/repositories/{}", repository.id)))
            }
            Lookup::Missing => Err(not_found()),
        }
    }

    pub(super) fn get_repo_by_id(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.shown(self.repository(call.part(0)).ok_or_else(not_found)?, call)
    }

    /// A private repository that the token cannot access is reported as missing.
    fn shown(&self, repository: &Repository, call: &Call<'_>) -> Result<Reply, Refusal> {
        let anonymous = call.request.authorization().is_none();
        let visible = if anonymous {
            !repository.private
        } else {
            self.may_see(&self.token_of(call)?, repository)
        };
        let shown = || Reply::json(StatusCode::OK, &self.repository_json(repository, call));
        visible.then(shown).ok_or_else(not_found)
    }

    pub(super) fn list_user_repos(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let issued = self.user_token_of(call)?;
        let visible: Vec<_> =
            self.repositories.iter().filter(|it| self.may_see(&issued, it)).collect();
        Ok(self.listed(&visible, call))
    }

    /// <https://docs.github.com/rest/apps/installations#list-repositories-accessible-to-the-user-access-token>
    pub(super) fn list_user_installation_repos(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let issued = self.user_token_of(call)?;
        let meant = |it: &&Installation| it.id.to_string() == call.part(0) && is_open(&issued, it);
        let installation = self.installations.iter().find(meant).ok_or_else(not_found)?;
        let own: Vec<_> =
            self.repositories_of(installation).filter(|it| is_within(&issued, it)).collect();
        Ok(self.counted(&own, installation.selection.name(), call))
    }

    /// A user token can access what both the user and the app can access; the sample user can access everything.
    fn may_see(&self, issued: &Issued, repository: &Repository) -> bool {
        let reachable = match issued.holder {
            Holder::Installation(id) => self.installation(id).is_some_and(|it| it.has(repository)),
            Holder::User { .. } => {
                self.installations.iter().any(|it| is_open(issued, it) && it.has(repository))
            }
        };
        !repository.private || (reachable && is_within(issued, repository))
    }

    fn listed(&self, all: &[&Repository], call: &Call<'_>) -> Reply {
        let (page, json) = self.page(all, call);
        page.linked(Reply::json(StatusCode::OK, &json), call, all.len())
    }

    fn counted(&self, all: &[&Repository], selection: &str, call: &Call<'_>) -> Reply {
        let (page, repositories) = self.page(all, call);
        let body = json!({
            "total_count": all.len(),
            "repository_selection": selection,
            "repositories": repositories
        });
        page.linked(Reply::json(StatusCode::OK, &body), call, all.len())
    }

    fn page(&self, all: &[&Repository], call: &Call<'_>) -> (Page, Vec<Value>) {
        let page = Page::requested(call.request);
        let json = page.of(all).iter().map(|it| self.repository_json(it, call)).collect();
        (page, json)
    }
}

/// Whether a user token works for this installation: it belongs to the same app and is not suspended.
pub(super) fn is_open(issued: &Issued, installation: &Installation) -> bool {
    installation.app == issued.app && installation.suspended_at.is_none()
}

fn is_within(issued: &Issued, repository: &Repository) -> bool {
    issued.repositories.as_ref().is_none_or(|ids| ids.contains(&repository.id))
}
