//! Blueprints (manifests): the developer's site posts one, a smith presses a button, a code is exchanged for the tool's
//! secrets.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::authorize::callback;
use super::bell::Bell;
use super::powers::Powers;
use super::refusals::{body, burnt_slip};
use super::{Acme, Call, PendingForm};
use crate::forms::{field, is_same_origin};
use crate::http::{Refusal, Reply};
use crate::keys::{PublicKey, generate_private_key};
use crate::pages::{creation, problem};
use crate::redirects::Redirects;
use crate::secrets;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blueprint {
    title: String,
    /// The URL that receives the code, and later the codes of consents.
    returns_to: String,
    #[serde(default)]
    bell: String,
    #[serde(default)]
    powers: Powers,
    #[serde(default)]
    hears: Vec<String>,
    /// From the query, not from the blueprint.
    #[serde(skip)]
    state: Option<String>,
}

impl Acme {
    /// Another site posts the form by design, so its origin is not checked here, but when the button is pressed.
    pub(super) fn blueprint_page(&mut self, call: &Call<'_>) -> Reply {
        let drawn = field(call.request, "manifest").unwrap_or_default();
        let Ok(mut blueprint) = serde_json::from_str::<Blueprint>(&drawn) else {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "The blueprint cannot be read.");
        };
        blueprint.state = call.request.query.one("state").ok().flatten().map(str::to_owned);
        let title = blueprint.title.clone();
        let form_token = self.forms.add(PendingForm::Blueprint(blueprint), call.context);
        creation(&title, &call.context.form("/people/blueprints", &form_token))
    }

    pub(super) fn blueprint_decision(&mut self, call: &Call<'_>) -> Reply {
        if !is_same_origin(call.request) {
            return problem(StatusCode::FORBIDDEN, "This form was sent by another site.");
        }
        let form_token = field(call.request, "form_token").unwrap_or_default();
        let form = self.forms.take(&form_token, call.context);
        let agreed = field(call.request, "decision").is_some_and(|it| it == "authorize");
        match form {
            Some(PendingForm::Blueprint(blueprint)) if agreed => self.agree(blueprint, call),
            Some(PendingForm::Blueprint(_)) => {
                problem(StatusCode::BAD_REQUEST, "No tool was made, as you wished.")
            }
            _ => problem(StatusCode::BAD_REQUEST, "This form is no longer valid; start again."),
        }
    }

    fn agree(&mut self, blueprint: Blueprint, call: &Call<'_>) -> Reply {
        let Ok(returns_to) = Url::parse(&blueprint.returns_to) else {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "returns_to is not a URL.");
        };
        let state = blueprint.state.clone();
        let expires_ms = call.now_ms().saturating_add(CODE_LIFE_MS);
        let code = self.blueprints.issue(blueprint, expires_ms);
        callback(returns_to, state.as_deref(), &[("code", &code)])
    }

    /// Creates the tool and returns its secrets, once.
    pub(super) fn build(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        body(call, &[])?;
        let blueprint = self.blueprints.spend(call.part(0), call.now_ms());
        let blueprint = blueprint.ok_or_else(burnt_slip)?;
        let private_key = generate_private_key();
        let key = PublicKey::from_pem(&private_key).map_err(|_| burnt_slip())?;
        let bell_word = secrets::token("");
        let tool = self.tools.build();
        tool.title = blueprint.title;
        tool.keys.push(key);
        tool.powers = blueprint.powers;
        tool.hears = blueprint.hears;
        tool.redirects = Redirects::of(blueprint.returns_to, []);
        tool.bell = Bell { word: Some(bell_word.clone()), ..Bell::at(&blueprint.bell) };
        let mut json = tool.json();
        json["sealed"] = json!({
            "shop_word": tool.client_secret,
            "bell_word": bell_word,
            "lock": private_key
        });
        Ok(Reply::json(StatusCode::CREATED, &json))
    }
}

const CODE_LIFE_MS: i64 = 3_600_000;
