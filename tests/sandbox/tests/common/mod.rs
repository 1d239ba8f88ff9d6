//! A test client that shares no code with the library: it signs its own assertions and reads replies unchanged.
#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part of this module")]

pub mod acme;
pub mod github;
pub mod issuer;

use appmint_sandbox::{Clock, Sandbox};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use ureq::http::Request;

/// 2023-05-07T03:02:40.758+08:00, when the documented token was minted if it lived an hour.
pub const NOW_MS: i64 = 1_683_399_760_758;
pub const NOW_S: i64 = NOW_MS / 1000;

pub const CLIENT_ID: &str = "Iv1.49521b236a3e8937";
pub const CLIENT_SECRET: &str = "fc58279a2b1869b6df00cc9342af147792e4dd9a";

/// A sandbox whose clock is frozen at [`NOW_MS`].
pub fn sandbox() -> Sandbox {
    Sandbox::builder().clock(Clock::frozen(NOW_MS)).start().unwrap()
}

pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Sends a request. An error means that no complete reply arrived.
pub fn send(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answer, ureq::Error> {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .allow_non_standard_methods(true)
        .build()
        .new_agent();
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut reply = agent.run(request.body(body.to_owned()).unwrap())?;
    let text = reply.body_mut().with_config().limit(10 << 20).read_to_string()?;
    Ok(Answer { status: reply.status().as_u16(), headers: reply.headers().clone(), text })
}

pub fn call(method: &str, url: &str, bearer: &str, body: &str) -> Answer {
    send(method, url, &[("authorization", &format!("Bearer {bearer}"))], body).unwrap()
}

pub fn get(sandbox: &Sandbox, path: &str, bearer: &str) -> Answer {
    call("GET", &format!("{}{path}", sandbox.url()), bearer, "")
}

pub fn list(sandbox: &Sandbox, jwt: &str) -> Answer {
    get(sandbox, "/app/installations", jwt)
}

pub fn mint(sandbox: &Sandbox, id: &str, jwt: &str) -> Answer {
    mint_with(sandbox, id, jwt, "")
}

pub fn mint_with(sandbox: &Sandbox, id: &str, jwt: &str, body: &str) -> Answer {
    let url = format!("{}/app/installations/{id}/access_tokens", sandbox.url());
    call("POST", &url, jwt, body)
}

/// A minted token of installation 14.
pub fn token(sandbox: &Sandbox) -> String {
    text(&mint(sandbox, "14", &good_jwt(sandbox)).json(), "token")
}

pub fn text(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap().to_owned()
}

/// The assertion of the documented sample: issued 60 s ago, expiring in 600 s.
pub fn good_claims() -> Value {
    json!({ "iss": "75", "iat": NOW_S - 60, "exp": NOW_S + 600 })
}

pub fn good_jwt(sandbox: &Sandbox) -> String {
    jwt(sandbox, &good_claims())
}

pub fn jwt(sandbox: &Sandbox, claims: &Value) -> String {
    signed(sandbox.private_key_pem().unwrap(), &json!({ "alg": "RS256", "typ": "JWT" }), claims)
}

pub fn signed(private_key: &str, header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let der = pem::parse(private_key).unwrap();
    let pair =
        KeyPair::from_pkcs8(der.contents()).or_else(|_| KeyPair::from_der(der.contents())).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

pub fn authorize_url(sandbox: &Sandbox, redirect_uri: &str, state: &str) -> String {
    url::Url::parse_with_params(
        &format!("{}/login/oauth/authorize", sandbox.url()),
        [("client_id", CLIENT_ID), ("redirect_uri", redirect_uri), ("state", state)],
    )
    .unwrap()
    .to_string()
}

/// An authorization code.
pub fn code(sandbox: &Sandbox) -> String {
    let url = authorize_url(sandbox, "http://127.0.0.1:5000/callback", "xyz");
    parameter(&sandbox.press(&url).unwrap(), "code").unwrap()
}

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(url).unwrap();
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

pub fn post_json(sandbox: &Sandbox, path: &str, body: &Value) -> Answer {
    let url = format!("{}{path}", sandbox.url());
    send("POST", &url, &[("content-type", "application/json")], &body.to_string()).unwrap()
}

pub fn access_token(sandbox: &Sandbox, members: &Value) -> Answer {
    let mut body = json!({ "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    post_json(sandbox, "/login/oauth/access_token", &body)
}

pub fn exchange(sandbox: &Sandbox, code: &str) -> Answer {
    access_token(sandbox, &json!({ "code": code }))
}

pub fn refresh(sandbox: &Sandbox, refresh_token: &str) -> Answer {
    access_token(sandbox, &json!({ "grant_type": "refresh_token", "refresh_token": refresh_token }))
}
