//! The user of a user token, and the installations that the user can access.

use hyper::StatusCode;
use serde_json::json;

use super::paging::Page;
use super::resources::is_open;
use super::{Call, GitHub, seed};
use crate::http::{Refusal, Reply};

impl GitHub {
    /// <https://docs.github.com/rest/users/users#get-the-authenticated-user>
    pub(super) fn user_info(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.user_token_of(call)?;
        let mut user = seed::user().json(&call.api, call.web());
        user["name"] = json!("monalisa octocat");
        user["email"] = json!("octocat@github.com");
        user["company"] = json!("GitHub");
        user["created_at"] = json!("2008-01-14T04:33:35Z");
        user["updated_at"] = json!("2008-01-14T04:33:35Z");
        Ok(Reply::json(StatusCode::OK, &user))
    }

    /// <https://docs.github.com/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token>
    pub(super) fn list_user_installations(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let issued = self.user_token_of(call)?;
        let own: Vec<_> = self
            .installations
            .iter()
            .filter(|it| it.account.login().is_some() && is_open(&issued, it))
            .collect();
        let page = Page::requested(call.request);
        let json: Vec<_> =
            page.of(&own).iter().map(|it| self.installation_json(it, call)).collect();
        let body = json!({ "total_count": own.len(), "installations": json });
        Ok(page.linked(Reply::json(StatusCode::OK, &body), call, own.len()))
    }
}
