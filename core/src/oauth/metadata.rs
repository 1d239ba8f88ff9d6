//! An authorization server's metadata (RFC 8414, OpenID Connect Discovery) becomes a descriptor.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    error::{Error, Reason, Result},
    platform::{Platform, reply::Reply, whole_url},
    secret::scrub,
    time::Timestamp,
};

/// An issuer whose metadata is fetched.
pub(crate) struct Issuer {
    /// The issuer as the caller wrote it: the metadata must hold the same text.
    text: String,
    url: Url,
}

impl Issuer {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::invalid(format!("the issuer {what}"))
                .advise("Give its URL as the server writes it, such as https://gitlab.com.")
        };
        let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong("is not an http or https URL"));
        }
        let is_bare = url.username().is_empty() && url.password().is_none();
        if !is_bare || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("has credentials, a query or a fragment"));
        }
        Ok(Self { text: text.to_owned(), url })
    }

    /// A descriptor that knows nothing but where this server is.
    pub(crate) fn bare_descriptor(&self) -> Value {
        let mut base = self.url.clone();
        base.set_path("/");
        json!({
            "schema": 1, "name": "issuer", "display_name": self.host(), "verified": "discovered",
            "as_of": "", "hosts": { "api": base }, "api": { "authorization_scheme": "Bearer" },
            "errors": { "message": ["/error_description"], "code": ["/error"] },
        })
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The URLs where the metadata may be: RFC 8414 §3.1 puts the well-known part before the issuer's
    /// path, OpenID Connect Discovery §4 behind it.
    pub(crate) fn metadata_urls(&self) -> [Url; 2] {
        let path = self.url.path().trim_end_matches('/');
        let at = |path: String| {
            let mut url = self.url.clone();
            url.set_path(&path);
            url
        };
        [
            at(format!("/.well-known/oauth-authorization-server{path}")),
            at(format!("{path}/.well-known/openid-configuration")),
        ]
    }

    /// The platform that a metadata reply describes.
    pub(crate) fn platform(&self, reply: &Reply<'_>) -> Result<Platform> {
        let metadata: Metadata =
            serde_json::from_value(reply.json()?).map_err(|error| unusable(reply, &error))?;
        self.check(&metadata, reply)?;
        let descriptor = self.descriptor(&metadata, reply.now.wall());
        Platform::from_json(&descriptor.to_string()).map_err(|error| unusable(reply, &error))
    }

    /// RFC 8414 §3.3 and §2.
    fn check(&self, metadata: &Metadata, reply: &Reply<'_>) -> Result<()> {
        if metadata.issuer == self.text {
            if metadata.client_authentication().is_empty() {
                let what = "it names no method of client authentication that appmint supports";
                return Err(reply.protocol_error(Reason::MissingMember, what));
            }
            return metadata.endpoints().try_for_each(|(name, url)| {
                self.check_endpoint(name, url).map_err(|error| unusable(reply, &error))
            });
        }
        let named = scrub(&metadata.issuer, &[], &[]);
        let error =
            reply.protocol_error(Reason::IssuerMismatch, "the metadata belongs to another issuer");
        Err(error.advise(format!(
            "The server calls itself `{named}`: give that text if this is the right server."
        )))
    }

    /// Refuses a plain http endpoint of an issuer that is https.
    fn check_endpoint(&self, name: &str, url: &str) -> Result<()> {
        let url = whole_url(name, url)?;
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(Error::invalid(format!(
                "its {name} is plain http, although the issuer is https"
            )));
        }
        Ok(())
    }

    fn descriptor(&self, metadata: &Metadata, now: Timestamp) -> Value {
        let day: String = now.to_string().chars().take(10).collect();
        let name = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let authority = &self.url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut descriptor = json!({
            "schema": 1,
            "name": authority.chars().map(name).collect::<String>().trim_matches('-'),
            "display_name": self.host(),
            "verified": "discovered",
            "as_of": day,
            "hosts": { "api": self.text, "web": self.text },
            "api": { "authorization_scheme": "Bearer" },
            "oauth": metadata.oauth(),
            "errors": { "message": ["/error_description"], "code": ["/error"] },
        });
        if metadata.takes(JWT_BEARER) {
            descriptor["jwt"] = json!({
                "issuer": "app_id_or_client_id", "issuer_type": "string",
                "back_date_s": 60, "lifetime_s": 300, "max_lifetime_s": 3600,
            });
        }
        descriptor
    }
}

/// The members of an authorization server's metadata that are read (RFC 8414 §2, RFC 8628 §4, RFC 9207 §3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: String,
    device_authorization_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    introspection_endpoint: Option<String>,
    grant_types_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    prompt_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl Metadata {
    fn takes(&self, grant_type: &str) -> bool {
        self.grant_types_supported.iter().flatten().any(|it| it == grant_type)
    }

    fn endpoints(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("token_endpoint", Some(&self.token_endpoint)),
            ("authorization_endpoint", self.authorization_endpoint.as_ref()),
            ("device_authorization_endpoint", self.device_authorization_endpoint.as_ref()),
            ("revocation_endpoint", self.revocation_endpoint.as_ref()),
            ("introspection_endpoint", self.introspection_endpoint.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, url)| Some((name, url?.as_str())))
    }

    fn oauth(&self) -> Value {
        let endpoint =
            |url: &Option<String>| url.as_ref().map(|url| json!({ "base": "web", "path": url }));
        let sends_issuer = self.authorization_response_iss_parameter_supported == Some(true);
        json!({
            "authorize": self.authorize(),
            "token": {
                "base": "web", "path": self.token_endpoint, "encoding": "form",
                "client_authentication": self.client_authentication(),
                "audience": self.issuer,
            },
            "reply": {
                "access_token": ["/access_token"],
                "expires": { "at": ["/expires_in"], "format": "seconds" },
                "refresh_token": ["/refresh_token"],
                "scope": ["/scope"],
            },
            "issuer": self.issuer,
            "issuer_is_sent": sends_issuer,
            "device": self.device(),
            "assertion": self.takes(JWT_BEARER).then(|| {
                json!({ "scope": "parameter", "subject": true, "own_subject": true })
            }),
            "client_credentials": self.takes("client_credentials").then(|| {
                json!({ "scope_separator": " " })
            }),
            "token_exchange": self.takes(TOKEN_EXCHANGE).then(|| json!({ "scope_separator": " " })),
            "revocation": endpoint(&self.revocation_endpoint),
            "introspection": endpoint(&self.introspection_endpoint),
        })
    }

    fn authorize(&self) -> Option<Value> {
        // Many servers take PKCE without saying so; a server without it ignores the parameters.
        let methods = self.code_challenge_methods_supported.as_ref();
        let pkce = methods.is_none_or(|methods| methods.iter().any(|it| it == "S256"));
        let named = self.prompt_values_supported.clone();
        let prompts = named.unwrap_or_else(|| PROMPTS.map(str::to_owned).to_vec());
        self.authorization_endpoint.as_ref().map(|url| {
            json!({
                "base": "web", "path": url, "parameters": { "response_type": "code" },
                "scope_separator": " ", "pkce": pkce,
                "prompt": { "parameter": "prompt", "values": prompts },
            })
        })
    }

    fn device(&self) -> Option<Value> {
        self.device_authorization_endpoint.as_ref().map(|url| {
            json!({
                "base": "web", "path": url, "encoding": "form", "scope_separator": " ",
                "client_authentication": true,
                "reply": {
                    "device_code": ["/device_code"],
                    "user_code": ["/user_code"],
                    "verification_uri": ["/verification_uri", "/verification_url"],
                    "verification_uri_complete": ["/verification_uri_complete"],
                    "expires": { "at": ["/expires_in"], "format": "seconds" },
                    "interval": ["/interval"],
                },
            })
        })
    }

    /// The supported methods, a secret before a key: a client that has both was registered with the
    /// secret. `none` comes last even where the server does not name it, because servers that take
    /// public clients do not always say so.
    fn client_authentication(&self) -> Vec<&'static str> {
        let named = self.token_endpoint_auth_methods_supported.as_deref();
        let is_named = |method: &&str| match named {
            Some(named) => named.iter().any(|it| it == method),
            None => *method == "client_secret_basic", // RFC 8414 §2
        };
        let known = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        let mut methods: Vec<_> = known.into_iter().filter(is_named).collect();
        if !methods.is_empty() && !methods.contains(&"none") {
            methods.push("none");
        }
        methods
    }
}

fn unusable(reply: &Reply<'_>, error: &dyn fmt::Display) -> Error {
    let why = scrub(&error.to_string(), &[], &[]);
    reply.protocol_error(Reason::MissingMember, &format!("it cannot be used: {why}"))
}

/// OpenID Connect Core §3.1.2.1: for a server that does not name those that it takes.
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_http_endpoint_of_an_https_issuer_is_refused() {
        let check =
            |issuer, endpoint| Issuer::parse(issuer).unwrap().check_endpoint("it", endpoint);
        assert!(check("https://a.example", "https://b.example/token").is_ok());
        assert!(check("https://a.example", "http://127.0.0.1:9/token").is_err());
        assert!(check("http://127.0.0.1", "http://127.0.0.1:9/token").is_ok());
    }
}
