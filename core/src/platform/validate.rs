//! A descriptor is checked once, when it is read; every complaint names the member.

use serde_json::{Map, Value};
use url::{ParseError, Url};

use super::{
    descriptor::{Descriptor, Find, Pointers, Rule},
    oauth::OAuth,
    operations::check_operations,
    programs,
};
use crate::error::{Error, Reason, Result};

pub(super) fn parse(json: &str) -> Result<Descriptor> {
    let descriptor: Descriptor = serde_path_to_error::deserialize(extended(json)?)
        .map_err(|error| wrong(&error.path().to_string(), &error.inner().to_string()))?;
    check(&descriptor)?;
    Ok(descriptor)
}

/// The text's JSON, as a merge patch (RFC 7396) on the built-in descriptor that it extends, if any.
fn extended(json: &str) -> Result<Value> {
    let mut json: Value =
        serde_json::from_str(json).map_err(|error| wrong("JSON", &error.to_string()))?;
    let Some(base) = json.as_object_mut().and_then(|members| members.remove("extends")) else {
        return Ok(json);
    };
    let base = base
        .as_str()
        .and_then(super::built_in)
        .ok_or_else(|| wrong("extends", "there is no built-in platform of this name"))?;
    let mut whole = serde_json::from_str(base).map_err(|e| wrong("extends", &e.to_string()))?;
    merge(&mut whole, json);
    Ok(whole)
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// An http or https URL to which paths are appended.
pub(super) fn base_url(member: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| match error {
        ParseError::RelativeUrlWithoutBase => wrong(member, "a base URL begins with https://"),
        error => wrong(member, &error.to_string()),
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong(member, "this is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(member, "a base URL holds no credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(member, "a base URL has no query and no fragment"));
    }
    Ok(url)
}

/// An http or https URL of one endpoint (RFC 6749 §3.1, §3.2).
pub(crate) fn whole_url(member: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| wrong(member, &error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong(member, "this is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong(member, "an endpoint's URL holds no credentials and no fragment"));
    }
    Ok(url)
}

fn check(descriptor: &Descriptor) -> Result<()> {
    if descriptor.schema != SCHEMA {
        let complaint = format!("this version reads schema {SCHEMA}, not {}", descriptor.schema);
        return Err(wrong("schema", &complaint));
    }
    if !is_name(&descriptor.name) {
        return Err(wrong("name", "a name has lower-case letters, digits and hyphens"));
    }
    check_headers(descriptor)?;
    check_further(descriptor)?;
    check_jwt(descriptor)?;
    check_installations(descriptor)?;
    check_oauth(descriptor)?;
    check_install(descriptor)?;
    check_operations(descriptor)?;
    programs::check(descriptor)?;
    check_errors(descriptor)
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(plain)
}

fn check_headers(descriptor: &Descriptor) -> Result<()> {
    let mint = descriptor.installation_token.iter().flat_map(|mint| &mint.headers);
    let of_mint = mint.map(|(name, value)| ("installation_token", name, value));
    let of_api = descriptor.api.headers.iter().map(|(name, value)| ("api", name, value));
    for (part, name, value) in of_api.chain(of_mint) {
        crate::http::message::check_header(name, value)
            .map_err(|error| wrong(&format!("{part}.headers.{name}"), error.message()))?;
    }
    Ok(())
}

fn check_further(descriptor: &Descriptor) -> Result<()> {
    let hosts = &descriptor.hosts;
    let all = hosts.at.iter().flat_map(|rule| &rule.further).chain(&hosts.further);
    for base in all {
        base_url(
            "hosts.further",
            &base.url.replace("{scheme}", "https").replace("{host}", "host"),
        )?;
        if let Some(text) = &base.path {
            path("hosts.further", text, &[])?;
        }
    }
    Ok(())
}

fn check_jwt(descriptor: &Descriptor) -> Result<()> {
    let Some(jwt) = &descriptor.jwt else { return Ok(()) };
    if jwt.lifetime_s == 0 || jwt.lifetime_s > jwt.max_lifetime_s {
        return Err(wrong("jwt.lifetime_s", "it must lie between 1 and max_lifetime_s"));
    }
    if jwt.max_lifetime_s > LONGEST_JWT_S || jwt.back_date_s > LONGEST_JWT_S {
        return Err(wrong(
            "jwt.max_lifetime_s",
            "a JWT must not live for more than a day, 86400 s",
        ));
    }
    match ["iat", "exp", "iss"].iter().find(|claim| jwt.extra_claims.contains_key(**claim)) {
        Some(claim) => Err(wrong(&format!("jwt.extra_claims.{claim}"), "appmint sets this claim")),
        None => Ok(()),
    }
}

fn check_installations(descriptor: &Descriptor) -> Result<()> {
    if let Some(installations) = &descriptor.installations {
        path("installations.list.path", &installations.list.path, &[])?;
        check_find(&installations.find)?;
        given("installations.match_account", &installations.match_account)?;
        given("installations.installation.id", &installations.installation.id)?;
    }
    if let Some(mint) = &descriptor.installation_token {
        if let Some(app_path) = &mint.app_path {
            path("installation_token.app_path", app_path, &[])?;
        }
        path("installation_token.path", &mint.path, &["installation_id"])?;
        given("installation_token.token", &mint.token)?;
        given("installation_token.expires.at", &mint.expires.at)?;
        if descriptor.jwt.is_none() {
            return Err(wrong("jwt", "a platform with installation tokens describes its JWT"));
        }
    }
    Ok(())
}

fn check_find(find: &Find) -> Result<()> {
    let endpoints: [(&str, &Vec<String>, &[&str]); 6] = [
        ("id", &find.id, &["id"]),
        ("organization", &find.organization, &["organization"]),
        ("user", &find.user, &["user"]),
        ("repository", &find.repository, &["owner", "repository"]),
        ("enterprise", &find.enterprise, &["enterprise"]),
        ("account", &find.account, &["account"]),
    ];
    for (name, paths, variables) in endpoints {
        for (index, text) in paths.iter().enumerate() {
            path(&format!("installations.find.{name}[{index}]"), text, variables)?;
        }
    }
    Ok(())
}

fn check_oauth(descriptor: &Descriptor) -> Result<()> {
    let Some(oauth) = &descriptor.oauth else { return Ok(()) };
    for (member, text) in oauth.endpoints() {
        if text.contains("://") {
            whole_url(member, text)?;
        } else {
            path(member, text, &[])?;
        }
    }
    check_client_authentication(descriptor, oauth)?;
    if let Some(device) = &oauth.device {
        given("oauth.device.reply.device_code", &device.reply.device_code)?;
        given("oauth.device.reply.user_code", &device.reply.user_code)?;
        given("oauth.device.reply.verification_uri", &device.reply.verification_uri)?;
    }
    given("oauth.reply.access_token", &oauth.reply.access_token)?;
    given("oauth.reply.expires.at", &oauth.reply.expires.at)
}

fn check_client_authentication(descriptor: &Descriptor, oauth: &OAuth) -> Result<()> {
    let methods = &oauth.token.client_authentication;
    if methods.is_empty() {
        return Err(wrong("oauth.token.client_authentication", "at least one method is needed"));
    }
    if oauth.assertion.is_some() && descriptor.jwt.is_none() {
        return Err(wrong("jwt", "a platform that takes the app's assertion describes its JWT"));
    }
    Ok(())
}

fn check_install(descriptor: &Descriptor) -> Result<()> {
    let Some(install) = &descriptor.install else { return Ok(()) };
    path("install.path", &install.path, &["app_slug"])
}

fn check_errors(descriptor: &Descriptor) -> Result<()> {
    given("errors.message", &descriptor.errors.message)?;
    for (index, rule) in descriptor.errors.rules.iter().enumerate() {
        if says_nothing(rule) {
            let complaint = "a rule needs a status, a code or a part of the message";
            return Err(wrong(&format!("errors.rules[{index}]"), complaint));
        }
    }
    Ok(())
}

fn says_nothing(rule: &Rule) -> bool {
    rule.status.is_empty() && rule.code.is_empty() && rule.contains.is_empty()
}

pub(super) fn path(member: &str, path: &str, variables: &[&str]) -> Result<()> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Err(wrong(member, "a path begins with one /"));
    }
    let mut rest = path.to_owned();
    for variable in variables {
        let placeholder = format!("{{{variable}}}");
        if !rest.contains(&placeholder) {
            return Err(wrong(member, &format!("the path lacks {placeholder}")));
        }
        rest = rest.replace(&placeholder, "");
    }
    if rest.contains(['{', '}']) {
        return Err(wrong(member, "the path has a variable that this endpoint does not know"));
    }
    Ok(())
}

pub(super) fn given(member: &str, pointers: &Pointers) -> Result<()> {
    if pointers.is_empty() {
        return Err(wrong(member, "at least one JSON pointer is needed"));
    }
    Ok(())
}

pub(super) fn wrong(member: &str, complaint: &str) -> Error {
    Error::invalid(format!("the platform's {member} is wrong: {complaint}"))
        .because(Reason::InvalidDescriptor)
}

/// The version of the descriptors' form that this code reads.
const SCHEMA: u32 = 1;
const LONGEST_JWT_S: u64 = 86_400;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// AtomGit's descriptor with one member changed.
    fn with(pointer: &str, value: Value) -> Result<Descriptor> {
        let mut json: Value =
            serde_json::from_str(include_str!("../../platforms/atomgit.json")).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        parse(&json.to_string())
    }

    #[test]
    fn a_complaint_quotes_no_more_of_a_descriptor_than_a_line_of_a_log_holds() {
        let json = serde_json::json!({ "x\u{1b}[2J".repeat(10_000): 1 }).to_string();
        let message = parse(&json).unwrap_err().message().to_owned();
        assert!(
            message.chars().count() <= 1001 && !message.contains(char::is_control),
            "{message}"
        );
    }

    #[test]
    fn a_complaint_names_the_member() {
        for (pointer, value, member) in [
            ("/schema", json!(2), "schema"),
            ("/name", json!("Atom Git"), "name"),
            ("/jwt/issuer_type", json!("float"), "jwt.issuer_type"),
            ("/jwt/lifetime_s", json!(601), "jwt.lifetime_s"),
            ("/installation_token/path", json!("/app/mint"), "installation_token.path"),
            ("/installation_token/token", json!([]), "installation_token.token"),
            ("/installations/list/items", json!("items"), "installations.list.items"),
            ("/oauth/token/encoding", json!("xml"), "oauth.token.encoding"),
            ("/errors/rules/1/kind", json!("bad"), "errors.rules[1].kind"),
            ("/api/headers/Accept", json!("a\r\nb"), "api.headers.Accept"),
        ] {
            let error = with(pointer, value).map(|_| ()).unwrap_err();
            assert_eq!(error.reason(), Some(Reason::InvalidDescriptor));
            assert!(error.message().contains(member), "{error}");
        }
    }

    #[test]
    fn an_unknown_member_is_refused() {
        let error = parse(r#"{"schema": 1, "nmae": "x"}"#).map(|_| ()).unwrap_err();
        assert!(error.message().contains("nmae"), "{error}");
    }
}
