//! Operations of an app on itself and on its installations.
//!
//! <https://docs.github.com/rest/apps/apps>

use hyper::StatusCode;
use serde_json::{Value, json};

use super::installations::Installation;
use super::paging::Page;
use super::refusals::not_found;
use super::{Call, GitHub, seed};
use crate::http::{Refusal, Reply};

impl GitHub {
    pub(super) fn get_app(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.app_of(call)?;
        self.app_reply(id, call)
    }

    /// <https://docs.github.com/rest/apps/apps#get-an-app>
    pub(super) fn public_app(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.apps.by_slug(call.part(0)).ok_or_else(not_found)?;
        self.app_reply(app.id, call)
    }

    fn app_reply(&self, id: u64, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.apps.by_id(id).ok_or_else(not_found)?;
        let installations = self.installations.iter().filter(|it| it.app == id).count();
        Ok(Reply::json(StatusCode::OK, &app.json(&call.api, call.web(), installations)))
    }

    pub(super) fn list_installations(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.app_of(call)?;
        let own: Vec<_> = self.installations.iter().filter(|it| it.app == app).collect();
        let page = Page::requested(call.request);
        let json: Vec<_> =
            page.of(&own).iter().map(|it| self.installation_json(it, call)).collect();
        Ok(page.linked(Reply::json(StatusCode::OK, &json), call, own.len()))
    }

    pub(super) fn get_installation(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let installation = self.own_installation(call)?;
        Ok(Reply::json(StatusCode::OK, &self.installation_json(installation, call)))
    }

    pub(super) fn delete_installation(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.own_installation(call)?.id;
        self.remove_installation(id);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn suspend_installation(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.set_suspended(call, Some(rfc3339(call.now_ms())))
    }

    pub(super) fn unsuspend_installation(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.set_suspended(call, None)
    }

    fn set_suspended(&mut self, call: &Call<'_>, at: Option<String>) -> Result<Reply, Refusal> {
        let id = self.own_installation(call)?.id;
        if let Some(installation) = self.installations.iter_mut().find(|it| it.id == id) {
            installation.suspended_at = at;
        }
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    /// The installation in the path, if it is one of the calling app's.
    pub(super) fn own_installation(&self, call: &Call<'_>) -> Result<&Installation, Refusal> {
        let app = self.app_of(call)?;
        let wanted = call.part(0);
        let own = self.installations.iter().filter(|it| it.app == app);
        own.into_iter().find(|it| it.id.to_string() == wanted).ok_or_else(not_found)
    }

    /// <https://docs.github.com/rest/apps/apps#list-installation-requests-for-the-authenticated-app>
    pub(super) fn list_installation_requests(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let app = self.app_of(call)?;
        let all = if app == seed::APP_ID { vec![installation_request(call)] } else { Vec::new() };
        let page = Page::requested(call.request);
        let reply = Reply::json(StatusCode::OK, &page.of(&all));
        Ok(page.linked(reply, call, all.len()))
    }
}

fn installation_request(call: &Call<'_>) -> Value {
    let waiting = super::accounts::Account::organization("waiting-org", 7_007);
    json!({
        "id": 25_381,
        "node_id": super::accounts::node_id("IntegrationInstallationRequest", 25_381),
        "account": waiting.json(&call.api, call.web()),
        "requester": seed::user().json(&call.api, call.web()),
        "created_at": "2022-07-08T16:18:44-04:00"
    })
}

/// Whole seconds with `Z`, as in the documented samples.
pub(super) fn rfc3339(ms: i64) -> String {
    let time = jiff::Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(jiff::Timestamp::MAX);
    time.to_string()
}
