//! The same test client, for the issuer.

use appmint_sandbox::{Clock, PlatformName, Sandbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::github::{CALLBACK, CHALLENGE, FORM, VERIFIER, form};
use super::{Answer, NOW_MS, NOW_S, call, jwt, parameter, send, text};

pub const SECRET: &str = "s3cr3t+with/odd:signs&ü";
/// The secret as Basic authentication encodes it.
pub const ENCODED_SECRET: &str = "s3cr3t%2Bwith%2Fodd%3Asigns%26%C3%BC";
pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const JWT_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The client id of the public client, as a form field.
pub const TOOL: (&str, &str) = ("client_id", "tool");

pub fn issuer() -> Sandbox {
    let builder = Sandbox::builder().platform(PlatformName::Issuer);
    builder.clock(Clock::frozen(NOW_MS)).start().unwrap()
}

pub fn at(sandbox: &Sandbox, path: &str) -> String {
    format!("{}{path}", sandbox.web_url())
}

/// Posts a form to an endpoint of `main`, without client authentication.
pub fn post(sandbox: &Sandbox, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
    post_with(sandbox, endpoint, &[], fields)
}

pub fn post_with(
    sandbox: &Sandbox,
    endpoint: &str,
    headers: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> Answer {
    let url = at(sandbox, &format!("/realms/main/{endpoint}"));
    send("POST", &url, &[&[FORM], headers].concat(), &form(fields)).unwrap()
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// Posts a form as the confidential client.
pub fn as_site(sandbox: &Sandbox, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
    let authorization = basic("site", ENCODED_SECRET);
    post_with(sandbox, endpoint, &[("authorization", &authorization)], fields)
}

/// Posts a form as the public client.
pub fn as_tool(sandbox: &Sandbox, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
    post(sandbox, endpoint, &[&[TOOL], fields].concat())
}

pub fn authorize_url(sandbox: &Sandbox, client: &str, further: &[(&str, &str)]) -> String {
    let mut url = url::Url::parse(&at(sandbox, "/realms/main/authorize")).unwrap();
    url.query_pairs_mut()
        .extend_pairs([("response_type", "code"), ("client_id", client)])
        .extend_pairs([("redirect_uri", CALLBACK), ("state", "xyz")])
        .extend_pairs(further);
    url.into()
}

pub const PKCE: [(&str, &str); 2] =
    [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

/// An authorization code for all scopes.
pub fn code(sandbox: &Sandbox, client: &str) -> String {
    let further = [&PKCE[..], &[("scope", "profile read write")]].concat();
    parameter(&sandbox.press(&authorize_url(sandbox, client, &further)).unwrap(), "code").unwrap()
}

pub fn exchange_fields(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

pub fn exchange(sandbox: &Sandbox, code: &str) -> Answer {
    as_site(sandbox, "token", &exchange_fields(code))
}

pub fn refresh(sandbox: &Sandbox, refresh_token: &str) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    as_site(sandbox, "token", &fields)
}

/// The access token and the refresh token of a new session of the confidential client.
pub fn session(sandbox: &Sandbox) -> (String, String) {
    tokens(&exchange(sandbox, &code(sandbox, "site")))
}

pub fn tokens(answer: &Answer) -> (String, String) {
    let reply = answer.json();
    (text(&reply, "access_token"), text(&reply, "refresh_token"))
}

pub fn me(sandbox: &Sandbox, token: &str) -> Answer {
    call("GET", &format!("{}/me", sandbox.api_url()), token, "")
}

/// The claims with which the client `robot` authenticates.
pub fn client_claims(sandbox: &Sandbox, jti: &str) -> Value {
    json!({
        "iss": "robot", "sub": "robot", "aud": at(sandbox, "/realms/main"),
        "iat": NOW_S, "exp": NOW_S + 300, "jti": jti
    })
}

/// Posts a form as the client that authenticates with a signed JWT.
pub fn as_robot(
    sandbox: &Sandbox,
    endpoint: &str,
    claims: &Value,
    fields: &[(&str, &str)],
) -> Answer {
    let assertion = jwt(sandbox, claims);
    let proof = [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)];
    post(sandbox, endpoint, &[&proof[..], fields].concat())
}

/// Status and error code of a refusal.
pub fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

pub fn refusal(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}
