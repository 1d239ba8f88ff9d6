//! The same test client, for Acme Forge.

use appmint_sandbox::{Clock, PlatformName, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::github::{CALLBACK, CHALLENGE, FORM, VERIFIER, form};
use super::{Answer, NOW_MS, NOW_S, jwt, parameter, send};

pub const SHOP: &str = "8675309";
pub const WORD: &str = "s3cr3t+with/odd:signs&ü";
/// The word (client secret) as Basic authentication encodes it.
pub const ENCODED_WORD: &str = "s3cr3t%2Bwith%2Fodd%3Asigns%26%C3%BC";
pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const PAPER: (&str, &str) = ("accept", "application/vnd.acme+json");
pub const EDITION: (&str, &str) = ("acme-edition", "seven");

pub fn acme() -> Sandbox {
    let builder = Sandbox::builder().platform(PlatformName::Acme);
    builder.clock(Clock::frozen(NOW_MS)).start().unwrap()
}

pub fn claims() -> Value {
    json!({
        "iss": 8_675_309, "iat": NOW_S - 20, "exp": NOW_S + 300,
        "aud": ["https://gate.acme.example", "mint"], "acme/level": 3
    })
}

/// Sends a request to the API.
pub fn ask(sandbox: &Sandbox, authorization: &str, method: &str, path: &str, body: &str) -> Answer {
    let url = format!("{}{path}", sandbox.api_url());
    send(method, &url, &[PAPER, EDITION, ("authorization", authorization)], body).unwrap()
}

pub fn as_tool(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> Answer {
    ask(sandbox, &format!("Token {}", jwt(sandbox, &claims())), method, path, body)
}

pub fn with(sandbox: &Sandbox, token: &str, path: &str) -> Answer {
    ask(sandbox, &format!("Token {token}"), "GET", path, "")
}

pub fn mint(sandbox: &Sandbox, seat: &str, body: &str) -> Answer {
    as_tool(sandbox, "POST", &format!("/v9/seats/{seat}/grant"), body)
}

pub fn grant(sandbox: &Sandbox, seat: &str) -> String {
    at(&mint(sandbox, seat, "{}").json(), "/grant/secret/value")
}

pub fn basic(word: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{SHOP}:{word}")))
}

/// Sends a request of the tool's shop (OAuth client).
pub fn as_shop(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Answer {
    let path = format!("/v9/shops/{SHOP}{path}");
    ask(sandbox, &basic(ENCODED_WORD), method, &path, &body.to_string())
}

pub fn authorize_url(sandbox: &Sandbox, further: &[(&str, &str)]) -> String {
    let url = format!("{}/connect/ask", sandbox.api_url());
    let mut url = url::Url::parse(&url).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("client_id", SHOP), ("state", "xyz")])
        .extend_pairs([("response_type", "code"), ("prompt", "consent")])
        .extend_pairs([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")])
        .extend_pairs(further);
    url.into()
}

pub fn code(sandbox: &Sandbox) -> String {
    let further = [("redirect_uri", CALLBACK), ("scope", "read:all,write:some")];
    parameter(&sandbox.press(&authorize_url(sandbox, &further)).unwrap(), "code").unwrap()
}

pub fn swap(sandbox: &Sandbox, fields: &[(&str, &str)]) -> Answer {
    let url = format!("{}/connect/swap", sandbox.web_url());
    send("POST", &url, &[FORM, ("authorization", &basic(ENCODED_WORD))], &form(fields)).unwrap()
}

pub fn exchange(sandbox: &Sandbox, code: &str) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code)];
    let proofs = [("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    swap(sandbox, &[fields, proofs].concat())
}

pub fn refresh(sandbox: &Sandbox, refresh_token: &str) -> Answer {
    swap(sandbox, &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
}

/// Starts a device flow.
pub fn elsewhere(sandbox: &Sandbox, fields: &[(&str, &str)]) -> Answer {
    let url = format!("{}/connect/elsewhere", sandbox.api_url());
    send("POST", &url, &[FORM], &form(fields)).unwrap()
}

/// Starts a device flow and returns the device code and the user code.
pub fn device(sandbox: &Sandbox) -> (String, String) {
    let slate = elsewhere(sandbox, &[("client_id", SHOP)]).json();
    (at(&slate, "/slate/hidden"), at(&slate, "/slate/shown"))
}

pub fn poll(sandbox: &Sandbox, hidden: &str) -> Answer {
    swap(sandbox, &[("grant_type", DEVICE_GRANT), ("device_code", hidden)])
}

/// The access token and the refresh token of a new session.
pub fn session(sandbox: &Sandbox) -> (String, String) {
    tokens(&exchange(sandbox, &code(sandbox)).json())
}

pub fn tokens(reply: &Value) -> (String, String) {
    (at(reply, "/bearer/access"), at(reply, "/bearer/again/value"))
}

pub fn at(json: &Value, pointer: &str) -> String {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Status and word of a refusal.
pub fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, at(&answer.json(), "/fault/word"))
}

pub fn refusal(status: u16, word: &str) -> (u16, String) {
    (status, word.to_owned())
}

/// The short titles of a list of works.
pub fn titles(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let works = json["data"]["works"].as_array().unwrap();
    works.iter().map(|work| at(work, "/title/short")).collect()
}
