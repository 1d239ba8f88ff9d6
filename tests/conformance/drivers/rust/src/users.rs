//! Users: authorizations, logins, sessions. The driver keeps what a later command goes on with.

use std::sync::Mutex;

use appmint_core::{
    App, Result, Secret, Token,
    auth::TokenExchange,
    logins::{DeviceLogin, Login, LoginRequest},
    oauth::{Authorization, AuthorizationRequest, CodeExchange},
    resources::InstallRequest,
};

use crate::{Words, answer::Answer, call, items, min_valid, span, split};

#[derive(Default)]
pub(crate) struct Users {
    authorization: Mutex<Option<Authorization>>,
    login: Mutex<Option<Login>>,
    device: Mutex<Option<DeviceLogin>>,
    token: Mutex<Option<Token>>,
}

fn keep<T: Clone>(place: &Mutex<Option<T>>, kept: &T) {
    *place.lock().unwrap() = Some(kept.clone());
}

fn kept<T: Clone>(place: &Mutex<Option<T>>) -> T {
    place.lock().unwrap().clone().expect("something was kept")
}

impl Users {
    pub(crate) fn call(&self, app: &App, operation: &str, words: &Words) -> Option<Result<Answer>> {
        let known = self.log_in(app, operation, words);
        known.or_else(|| session(app, operation, words, &self.token))
    }

    fn log_in(&self, app: &App, operation: &str, words: &Words) -> Option<Result<Answer>> {
        let given = |key: &str| words.get(key).cloned();
        let scopes = || given("scopes").as_deref().map(split).unwrap_or_default();
        Some(match operation {
            "authorize" => self.authorization(app.authorize(&AuthorizationRequest {
                redirect_uri: given("redirect_uri"),
                state: given("state"),
                scopes: scopes(),
                login_hint: given("login_hint"),
                prompt: given("prompt"),
            })),
            "install_url" => self.authorization(app.install_url(&InstallRequest {
                app_slug: given("app_slug").unwrap_or_default(),
                state: given("state"),
                redirect_uri: given("redirect_uri"),
            })),
            "open_authorization" => self.authorization(app.open_authorization(&words["sealed"])),
            "seal_authorization" => app
                .seal_authorization(&kept(&self.authorization))
                .map(|sealed| Answer::default().with("reveal.value", sealed)),
            "finish_authorization" => {
                let authorization = kept(&self.authorization);
                self.token(app.finish_authorization(&authorization, &words["callback_url"]).wait())
            }
            "exchange_code" => {
                let (code, verifier) = (Secret::from(&*words["code"]), given("code_verifier"));
                let verifier = verifier.map(Secret::from);
                let exchange = CodeExchange {
                    redirect_uri: given("redirect_uri"),
                    code_verifier: verifier,
                    ..CodeExchange::new(code)
                };
                self.token(app.exchange_code(exchange).wait())
            }
            "exchange_token" => self.token(
                app.exchange_token(TokenExchange {
                    subject_token: Secret::from(&*words["subject_token"]),
                    subject_token_type: given("subject_token_type"),
                    scopes: scopes(),
                    audience: given("audience"),
                    resource: given("resource"),
                })
                .wait(),
            ),
            "refresh" => self.token(app.refresh(&*words["refresh_token"]).wait()),
            "start_login" => {
                let ports = given("ports").as_deref().map(split).unwrap_or_default();
                let ports = ports.iter().map(|port| port.parse().expect("a port")).collect();
                let request = LoginRequest {
                    scopes: scopes(),
                    login_hint: given("login_hint"),
                    prompt: given("prompt"),
                    ports,
                    path: given("path"),
                    host: given("host"),
                };
                app.start_login(request).map(|login| {
                    keep(&self.login, &login);
                    let answer = Answer::shown(&login).with("url", login.url());
                    answer.with("redirect_uri", login.redirect_uri())
                })
            }
            "login_wait" => self.token(kept(&self.login).wait(span(words, "timeout_ms")).wait()),
            "login_cancel" => {
                kept(&self.login).cancel();
                Ok(Answer::default())
            }
            "start_device_login" => app.start_device_login(scopes()).wait().map(|login| {
                keep(&self.device, &login);
                Answer::shown(&login)
                    .with("user_code", login.user_code())
                    .with("verification_uri", login.verification_uri())
                    .maybe("verification_uri_complete", login.verification_uri_complete())
                    .time("expires_at_ms", login.expires_at())
            }),
            "device_poll" => self.token(kept(&self.device).poll().wait()),
            "device_wait" => self.token(kept(&self.device).wait().wait()),
            "device_cancel" => {
                kept(&self.device).cancel();
                Ok(Answer::default())
            }
            _ => return None,
        })
    }

    fn authorization(&self, made: Result<Authorization>) -> Result<Answer> {
        made.map(|authorization| {
            keep(&self.authorization, &authorization);
            Answer::authorization(&authorization)
        })
    }

    fn token(&self, brought: Result<Token>) -> Result<Answer> {
        brought.map(|token| {
            keep(&self.token, &token);
            Answer::token(&token)
        })
    }
}

fn session(
    app: &App,
    operation: &str,
    words: &Words,
    token: &Mutex<Option<Token>>,
) -> Option<Result<Answer>> {
    let name = || words["name"].as_str();
    Some(match operation {
        "start_session" => {
            let account_id = words.get("account_id").cloned();
            Answer::nothing(app.start_session(name(), kept(token), account_id))
        }
        "end_session" => Answer::nothing(app.end_session(name())),
        "session_token" => app.session(name()).and_then(|session| {
            session.token_valid_for(min_valid(words)).wait().map(|token| Answer::token(&token))
        }),
        "session_invalidate" => app.session(name()).map(|session| {
            session.invalidate();
            Answer::default()
        }),
        "session_revoke" => {
            app.session(name()).and_then(|session| Answer::nothing(session.revoke()))
        }
        "session_request" => app.session(name()).and_then(|session| {
            session.request(call(words)).wait().map(|reply| Answer::response(&reply))
        }),
        "session_paginate" => app.session(name()).and_then(|session| {
            Answer::all(&session.paginate(call(words), items(words))?, words, Answer::item)
        }),
        _ => return None,
    })
}
