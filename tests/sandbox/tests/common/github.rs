//! The same test client, for GitHub.

use appmint_sandbox::{Clock, PlatformName, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, NOW_MS, NOW_S, call, jwt, parameter, send, text};

pub const CLIENT_ID: &str = "Iv1.ab1112223334445c";
pub const CLIENT_SECRET: &str = "5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe";
pub const JSON: (&str, &str) = ("accept", "application/json");
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub const CALLBACK: &str = "http://127.0.0.1:5000/callback";
/// The example of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub fn github() -> Sandbox {
    start(PlatformName::GitHub)
}

pub fn enterprise() -> Sandbox {
    start(PlatformName::GitHubEnterprise)
}

fn start(platform: PlatformName) -> Sandbox {
    Sandbox::builder().platform(platform).clock(Clock::frozen(NOW_MS)).start().unwrap()
}

pub fn app_jwt(sandbox: &Sandbox) -> String {
    jwt(sandbox, &claims())
}

pub fn claims() -> Value {
    json!({ "iss": 1, "iat": NOW_S - 60, "exp": NOW_S + 540 })
}

/// Sends a request of the app to the API.
pub fn as_app(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    call(method, &format!("{}{path}", sandbox.api_url()), &app_jwt(sandbox), body)
}

/// Sends a request with a token to the API.
pub fn with(sandbox: &Sandbox, token: &str, path: &str) -> Answer {
    call("GET", &format!("{}{path}", sandbox.api_url()), token, "")
}

pub fn mint(sandbox: &Sandbox, id: u64, body: &str) -> Answer {
    as_app(sandbox, "POST", &format!("/app/installations/{id}/access_tokens"), body)
}

pub fn installation_token(sandbox: &Sandbox, id: u64) -> String {
    text(&mint(sandbox, id, "").json(), "token")
}

/// Sends a request with the app's client id and secret.
pub fn as_client(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Answer {
    let basic = STANDARD.encode(format!("{CLIENT_ID}:{CLIENT_SECRET}"));
    let url = format!("{}/applications/{CLIENT_ID}{path}", sandbox.api_url());
    send(method, &url, &[("authorization", &format!("Basic {basic}"))], &body.to_string()).unwrap()
}

pub fn authorize_url(sandbox: &Sandbox, further: &[(&str, &str)]) -> String {
    let url = format!("{}/login/oauth/authorize", sandbox.url());
    let mut url = url::Url::parse(&url).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("client_id", CLIENT_ID), ("redirect_uri", CALLBACK), ("state", "xyz")])
        .extend_pairs(further);
    url.into()
}

pub fn code(sandbox: &Sandbox) -> String {
    parameter(&sandbox.press(&authorize_url(sandbox, &[])).unwrap(), "code").unwrap()
}

/// Sends a form to an OAuth endpoint and returns the JSON reply.
pub fn oauth(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> Value {
    let answer = oauth_raw(sandbox, path, &[FORM, JSON], fields);
    assert_eq!(answer.status, 200, "GitHub reports failures with 200, too");
    answer.json()
}

pub fn oauth_raw(
    sandbox: &Sandbox,
    path: &str,
    headers: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> Answer {
    let url = format!("{}{path}", sandbox.url());
    send("POST", &url, headers, &form(fields)).unwrap()
}

pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub fn access_token(sandbox: &Sandbox, fields: &[(&str, &str)]) -> Value {
    let mut all = vec![("client_id", CLIENT_ID), ("client_secret", CLIENT_SECRET)];
    all.extend(fields);
    oauth(sandbox, "/login/oauth/access_token", &all)
}

pub fn exchange(sandbox: &Sandbox, code: &str) -> Value {
    access_token(sandbox, &[("code", code)])
}

pub fn refresh(sandbox: &Sandbox, refresh_token: &str) -> Value {
    access_token(sandbox, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
}

/// The access token and the refresh token of a new session.
pub fn session(sandbox: &Sandbox) -> (String, String) {
    tokens(&exchange(sandbox, &code(sandbox)))
}

pub fn tokens(reply: &Value) -> (String, String) {
    (text(reply, "access_token"), text(reply, "refresh_token"))
}
