//! Manifests: the developer's site posts one, a person presses a button, a code is exchanged for the
//! app's secrets.
//!
//! <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest>

use std::collections::HashMap;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::apps::Hook;
use super::permissions::Permissions;
use super::refusals::not_found;
use super::{Call, GitHub, PendingForm};
use crate::forms::{field, is_same_origin};
use crate::http::{Refusal, Reply};
use crate::keys::{PublicKey, generate_pkcs1_private_key};
use crate::pages::{creation, problem};
use crate::redirects::Redirects;
use crate::secrets;

/// The members of a manifest that the sandbox reads.
#[derive(Deserialize)]
pub(super) struct Manifest {
    #[serde(default)]
    name: Option<String>,
    url: String,
    redirect_url: String,
    #[serde(default)]
    callback_urls: Vec<String>,
    #[serde(default)]
    hook_attributes: HookAttributes,
    #[serde(default)]
    default_permissions: Permissions,
    #[serde(default)]
    default_events: Vec<String>,
    /// From the query, not from the manifest.
    #[serde(skip)]
    state: Option<String>,
}

#[derive(Default, Deserialize)]
struct HookAttributes {
    #[serde(default)]
    url: String,
}

/// Confirmed manifests that were not converted yet, by code.
#[derive(Default)]
pub(super) struct Manifests {
    agreed: HashMap<String, (Manifest, i64)>,
}

impl GitHub {
    /// Another site posts the form by design, so its origin is not checked here, but when the button is pressed.
    pub(super) fn manifest_page(&mut self, call: &Call<'_>) -> Reply {
        let manifest = field(call.request, "manifest").unwrap_or_default();
        let Ok(mut manifest) = serde_json::from_str::<Manifest>(&manifest) else {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "The manifest cannot be read.");
        };
        manifest.state = call.request.query.one("state").ok().flatten().map(str::to_owned);
        let name = manifest.name.clone().unwrap_or_else(|| UNNAMED.to_owned());
        let form_token = self.forms.add(PendingForm::Creation(manifest), call.context);
        creation(&name, &call.context.form("/settings/apps/manifest", &form_token))
    }

    pub(super) fn manifest_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        let agreed = field(call.request, "decision").is_some_and(|it| it == "authorize");
        match form {
            Some(PendingForm::Creation(manifest)) if agreed => self.agree(manifest, call),
            Some(PendingForm::Creation(_)) => {
                problem(StatusCode::BAD_REQUEST, "No app was created, as you wished.")
            }
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }

    fn agree(&mut self, manifest: Manifest, call: &Call<'_>) -> Reply {
        let code = secrets::hexadecimal("", 40);
        let Ok(mut location) = Url::parse(&manifest.redirect_url) else {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "The redirect_url is not a URL.");
        };
        let state = manifest.state.as_deref().map(|state| ("state", state));
        location.query_pairs_mut().append_pair("code", &code).extend_pairs(state);
        let expires_ms = call.now_ms().saturating_add(CODE_LIFE_MS);
        self.manifests.agreed.insert(code, (manifest, expires_ms));
        Reply::redirect(location.as_str())
    }

    /// <https://docs.github.com/rest/apps/apps#create-a-github-app-from-a-manifest>
    pub(super) fn convert_manifest(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let agreed = self.manifests.agreed.remove(call.part(0));
        let (manifest, _) =
            agreed.filter(|(_, expires_ms)| call.now_ms() < *expires_ms).ok_or_else(not_found)?;
        let private_key = generate_pkcs1_private_key();
        let key = PublicKey::from_pem(&private_key).map_err(|_| not_found())?;
        let webhook_secret = secrets::hexadecimal("", 40);
        let app = self.apps.create(manifest.name.as_deref().unwrap_or(UNNAMED));
        app.external_url = manifest.url;
        app.keys.push(key);
        app.permissions = manifest.default_permissions;
        app.events = manifest.default_events;
        app.redirects = redirects(manifest.redirect_url, manifest.callback_urls);
        app.hook = Hook::to(&manifest.hook_attributes.url);
        app.hook.secret = Some(webhook_secret.clone());
        let mut json = app.json(&call.api, call.web(), 0);
        json["client_secret"] = json!(app.client_secret);
        json["webhook_secret"] = json!(webhook_secret);
        json["pem"] = json!(private_key);
        Ok(Reply::json(StatusCode::CREATED, &json))
    }
}

/// The redirect URIs: the manifest's callback URLs, or its `redirect_url` if it has none.
fn redirects(redirect_url: String, callback_urls: Vec<String>) -> Redirects {
    let mut urls = callback_urls.into_iter();
    let first = urls.next().unwrap_or(redirect_url);
    Redirects::of(first, urls)
}

const UNNAMED: &str = "My App";
const CODE_LIFE_MS: i64 = 3_600_000;
