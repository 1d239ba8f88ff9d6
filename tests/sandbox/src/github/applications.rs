//! Operations of a client on user tokens: check, reset, scope and delete a token, delete the grant.
//!
//! <https://docs.github.com/rest/apps/oauth-applications>,
//! <https://docs.github.com/rest/credentials/revoke>

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::app::rfc3339;
use super::installations::Installation;
use super::narrowing::{Narrowed, Narrowing};
use super::refusals::{not_found, object, unprocessable};
use super::resources::is_open;
use super::tokens::{Holder, Issued, user_token};
use super::{Call, GitHub, seed};
use crate::http::{Refusal, Reply};

impl GitHub {
    pub(super) fn check_token(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (token, issued) = self.offered_token(call)?;
        Ok(Reply::json(StatusCode::OK, &self.authorization_json(&token, &issued, call)))
    }

    pub(super) fn reset_token(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (old, issued) = self.offered_token(call)?;
        let token = user_token();
        let life_ms = issued.expires_ms.map(|it| it.saturating_sub(issued.created_ms));
        let issued = Issued {
            created_ms: call.now_ms(),
            valid_from_ms: call.now_ms().saturating_add(call.context.token_lag_ms),
            expires_ms: life_ms.map(|life_ms| call.now_ms().saturating_add(life_ms)),
            ..issued
        };
        self.tokens.forget(&old);
        self.tokens.keep(&token, issued.clone());
        self.sessions.replace_token(&old, &token);
        Ok(Reply::json(StatusCode::OK, &self.authorization_json(&token, &issued, call)))
    }

    pub(super) fn delete_token(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (token, _) = self.offered_token(call)?;
        self.tokens.forget(&token);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    /// Revokes every user token of the app, refresh tokens included.
    pub(super) fn delete_grant(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (_, issued) = self.offered_token(call)?;
        self.tokens.forget_users_of(issued.app);
        self.sessions.forget_app(issued.app);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn scope_token(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (_, issued) = self.offered_token(call)?;
        let body = object(call)?;
        let installation = self.target(&body, &issued)?;
        let Narrowed { permissions, repositories } =
            self.narrowed(installation, &Narrowing::read(&body)?)?;
        let scoped =
            Issued {
                created_ms: call.now_ms(),
                valid_from_ms: call.now_ms().saturating_add(call.context.token_lag_ms),
                repositories: Some(repositories.unwrap_or_else(|| {
                    self.repositories_of(installation).map(|it| it.id).collect()
                })),
                permissions,
                ..issued
            };
        let token = user_token();
        let mut json = self.authorization_json(&token, &scoped, call);
        json["installation"] = json!({
            "permissions": scoped.permissions,
            "repository_selection": "selected",
            "single_file_name": null,
            "repositories_url": format!("{}/user/repos", call.api),
            "account": installation.account.json(&call.api, call.web())
        });
        self.tokens.keep(&token, scoped);
        Ok(Reply::json(StatusCode::OK, &json))
    }

    fn target(&self, body: &Map<String, Value>, issued: &Issued) -> Result<&Installation, Refusal> {
        let (login, id) = (body.get("target"), body.get("target_id"));
        if login.is_none() && id.is_none() {
            return Err(unprocessable("Invalid request.\n\ntarget or target_id is required."));
        }
        let called = |it: &Installation| {
            login.and_then(Value::as_str).is_some_and(|login| it.account.is_called(login))
                || id.and_then(Value::as_u64).is_some_and(|id| it.account.id() == id)
        };
        let installations = self.installations.iter();
        let found = installations.into_iter().find(|it| is_open(issued, it) && called(it));
        found.ok_or_else(not_found)
    }

    /// The user token in the body, if it belongs to the calling client.
    fn offered_token(&self, call: &Call<'_>) -> Result<(String, Issued), Refusal> {
        let client = self.client_of(call)?;
        let body = object(call)?;
        let token = body.get("access_token").and_then(Value::as_str);
        let token =
            token.ok_or_else(|| unprocessable("Invalid request.\n\naccess_token is required."))?;
        let issued = self.tokens.find(token, call.now_ms());
        let own = issued.filter(|it| it.app == client && matches!(it.holder, Holder::User { .. }));
        Ok((token.to_owned(), own.ok_or_else(not_found)?.clone()))
    }

    fn authorization_json(&self, token: &str, issued: &Issued, call: &Call<'_>) -> Value {
        let app = self.apps.by_id(issued.app);
        json!({
            "id": 1,
            "url": format!("{}/authorizations/1", call.api),
            "scopes": [],
            "token": token,
            "token_last_eight": &token[token.len().saturating_sub(8)..],
            "hashed_token": null,
            "app": {
                "client_id": app.map(|it| it.client_id.as_str()),
                "name": app.map(|it| it.name.as_str()),
                "url": app.map(|it| format!("{}/apps/{}", call.web(), it.slug))
            },
            "note": null,
            "note_url": null,
            "fingerprint": null,
            "created_at": rfc3339(issued.created_ms),
            "updated_at": rfc3339(issued.created_ms),
            "expires_at": issued.expires_ms.map(rfc3339),
            "user": seed::user().json(&call.api, call.web())
        })
    }

    /// Revokes leaked credentials without authentication. The reply does not reveal which of them were valid.
    pub(super) fn revoke_credentials(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let body = object(call)?;
        let list = body.get("credentials").and_then(Value::as_array);
        let list = list.filter(|list| (1..=MAX_CREDENTIALS).contains(&list.len()));
        let list = list.ok_or_else(|| {
            unprocessable("Invalid request.\n\ncredentials is a list of 1 to 1000 strings.")
        })?;
        for credential in list.iter().filter_map(Value::as_str) {
            if credential.starts_with("ghu_") {
                self.tokens.forget(credential);
            }
            self.sessions.forget(credential);
        }
        Ok(Reply::json(StatusCode::ACCEPTED, &json!({})))
    }
}

const MAX_CREDENTIALS: usize = 1_000;
