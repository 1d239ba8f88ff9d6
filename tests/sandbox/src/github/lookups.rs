//! Lookups of an installation by organization, user, repository or enterprise.
//!
//! <https://docs.github.com/rest/apps/apps>. A former name is redirected to the id with 301.

use hyper::StatusCode;
use hyper::header::LOCATION;
use serde_json::json;

use super::accounts::Account;
use super::installations::Installation;
use super::refusals::{REPO_INSTALLATION_PAGE, documented, not_found};
use super::repositories::{Lookup, Repository};
use super::{Call, GitHub, seed};
use crate::http::{Refusal, Reply};

impl GitHub {
    pub(super) fn org_installation(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.app_of(call)?;
        let login = call.part(0);
        if let Some(id) = seed::present_login(login).and_then(seed::account).map(|it| it.id()) {
            return Ok(self.moved(call, &format!("/organizations/{id}/installation")));
        }
        self.found(app, call, |account| account.is_organization() && account.is_called(login))
    }

    pub(super) fn org_installation_by_id(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (app, id) = (self.app_of(call)?, call.part(0));
        self.found(app, call, |account| account.is_organization() && account.id().to_string() == id)
    }

    /// Finds organizations, too.
    pub(super) fn user_installation(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (app, login) = (self.app_of(call)?, call.part(0));
        self.found(app, call, |account| account.is_called(login))
    }

    pub(super) fn enterprise_installation(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (app, wanted) = (self.app_of(call)?, call.part(0));
        self.found(
            app,
            call,
            |account| matches!(account, Account::Enterprise { slug, .. } if slug == wanted),
        )
    }

    pub(super) fn repo_installation(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.app_of(call)?;
        match self.look_up(call.part(0), call.part(1)) {
            Lookup::Found(repository) => self.found_for(app, repository, call),
            Lookup::Moved(repository) => {
                Ok(self.moved(call, &format!("/repositories/{}/installation", repository.id)))
            }
            Lookup::Missing => Err(no_repo_installation()),
        }
    }

    pub(super) fn repo_installation_by_id(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.app_of(call)?;
        let repository = self.repository(call.part(0)).ok_or_else(no_repo_installation)?;
        self.found_for(app, repository, call)
    }

    fn found_for(
        &self,
        app: u64,
        repository: &Repository,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        let own = |it: &&Installation| it.app == app && it.has(repository);
        let found = self.installations.iter().find(own).ok_or_else(no_repo_installation)?;
        Ok(Reply::json(StatusCode::OK, &self.installation_json(found, call)))
    }

    fn found(
        &self,
        app: u64,
        call: &Call<'_>,
        is_meant: impl Fn(&Account) -> bool,
    ) -> Result<Reply, Refusal> {
        let own = |it: &&Installation| it.app == app && is_meant(&it.account);
        let found = self.installations.iter().find(own).ok_or_else(not_found)?;
        Ok(Reply::json(StatusCode::OK, &self.installation_json(found, call)))
    }

    pub(super) fn moved(&self, call: &Call<'_>, path: &str) -> Reply {
        let location = match &self.deviations.redirect_origin {
            Some(origin) => format!("{origin}{path}"),
            None => format!("{}{path}", call.api),
        };
        let body = json!({
            "message": "Moved Permanently",
            "url": location,
            "documentation_url": "https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects"
        });
        Reply::json(StatusCode::MOVED_PERMANENTLY, &body).with(LOCATION, &location)
    }
}

fn no_repo_installation() -> Refusal {
    documented(StatusCode::NOT_FOUND, "Not Found", REPO_INSTALLATION_PAGE)
}
