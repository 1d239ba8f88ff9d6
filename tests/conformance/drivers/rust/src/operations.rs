//! What an app does beside installations, tokens and calls.

use appmint_core::{
    App, Result, Secret,
    resources::{Target, WebhookUpdate},
};

use crate::{Words, answer::Answer, scope, split};

pub(crate) fn call(app: &App, operation: &str, words: &Words) -> Result<Answer> {
    let given = |key: &str| words.get(key).cloned();
    let id = || given("id").expect("an id");
    let token = || Secret::from(given("token").expect("a token"));
    Ok(match operation {
        "registration" => Answer::registration(&app.registration().wait()?),
        "convert_manifest" => Answer::registration(&app.convert_manifest(&words["code"]).wait()?),
        "suspend_installation" => Answer::nothing(app.suspend_installation(id()))?,
        "unsuspend_installation" => Answer::nothing(app.unsuspend_installation(id()))?,
        "delete_installation" => Answer::nothing(app.delete_installation(id()))?,
        "webhook_config" => Answer::webhook_config(&app.webhook_config().wait()?),
        "update_webhook_config" => {
            let change = WebhookUpdate {
                url: given("url"),
                content_type: given("content_type"),
                secret: given("secret").map(Secret::from),
                insecure_ssl: given("insecure_ssl").map(|flag| flag == "true"),
            };
            Answer::webhook_config(&app.update_webhook_config(change).wait()?)
        }
        "webhook_deliveries" => {
            Answer::all(&app.webhook_deliveries()?, words, Answer::webhook_delivery)?
        }
        "webhook_delivery" => {
            Answer::default().webhook_delivery("", &app.webhook_delivery(id()).wait()?)
        }
        "redeliver_webhook" => Answer::nothing(app.redeliver_webhook(id()))?,
        "check_token" => Answer::token(&app.check_token(token()).wait()?),
        "reset_token" => Answer::token(&app.reset_token(token()).wait()?),
        "scope_token" => {
            let target = Target::only(given("target"), given("target_id"))?;
            Answer::token(&app.scope_token(token(), &target, &scope(words)).wait()?)
        }
        "delete_token" => Answer::nothing(app.delete_token(token()))?,
        "delete_grant" => Answer::nothing(app.delete_grant(token()))?,
        "revoke_installation_token" => Answer::nothing(app.revoke_installation_token(token()))?,
        "revoke_token" => Answer::nothing(app.revoke_token(token(), given("token_type_hint")))?,
        "introspect_token" => {
            let task = app.introspect_token(token(), given("token_type_hint"));
            Answer::introspection(&task.wait()?)
        }
        "revoke_credentials" => {
            let credentials = split(&words["credentials"]).into_iter().map(Secret::from);
            Answer::nothing(app.revoke_credentials(credentials.collect()))?
        }
        "finish_install" => {
            let task = app.finish_install(&words["callback_url"], &words["state"]);
            Answer::default().installation("", &task.wait()?)
        }
        other => panic!("no operation {other}"),
    })
}
