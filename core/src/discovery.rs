//! A platform that tells about itself: an authorization server's metadata (RFC 8414) as a
//! descriptor.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::{
    app::App,
    error::{Error, ErrorKind, Reason, Result},
    flight::{Deadline, Flight},
    http::{Repeat, Request},
    platform::{Platform, descriptor::Operation, whole_url},
    refusal::Answered,
    secret::scrub,
    settings::Settings,
    time::Timestamp,
};

impl Platform {
    /// The platform that an authorization server says it is (RFC 8414, or OpenID Connect
    /// Discovery): its OAuth endpoints and what they take. Its API is looked for at the issuer;
    /// elsewhere with [`with_api_url`](Self::with_api_url). [`as_json`](Self::as_json) is the
    /// descriptor, to be kept or changed.
    ///
    /// Of the settings those count that say how to reach the network, and the timeout.
    ///
    /// [`NotFound`](ErrorKind::NotFound) where there is no metadata;
    /// [`Protocol`](ErrorKind::Protocol) for metadata of another issuer, or that cannot be used.
    pub fn discover(issuer: &str, settings: &Settings) -> Flight<Self> {
        let begun = Issuer::read(issuer).and_then(|issuer| Ok((issuer.app(settings)?, issuer)));
        let (app, issuer) = match begun {
            Ok(begun) => begun,
            Err(error) => return Flight::landed(Err(error)),
        };
        let allow_plain_http = settings.allow_plain_http;
        app.fly_for(None, move |app, deadline| {
            let platform = issuer.ask(app, deadline)?;
            if !allow_plain_http {
                platform.refuse_plain_http()?;
            }
            Ok(platform)
        })
    }
}

/// Whose metadata is looked for.
struct Issuer {
    /// As it was given: the metadata must have it to the letter.
    text: String,
    url: Url,
}

impl Issuer {
    fn read(text: &str) -> Result<Self> {
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

    /// An app that knows of nothing but this server.
    fn app(&self, settings: &Settings) -> Result<App> {
        let mut base = self.url.clone();
        base.set_path("/");
        let descriptor = json!({
            "schema": 1, "name": "issuer", "display_name": self.host(), "verified": "discovered",
            "as_of": "", "hosts": { "api": base }, "api": { "authorization_scheme": "Bearer" },
            "errors": { "message": ["/error_description"], "code": ["/error"] },
        });
        Settings {
            platform_descriptor: Some(descriptor.to_string()),
            timeout: settings.timeout,
            connect_timeout: settings.connect_timeout,
            proxy: settings.proxy.clone(),
            root_certificates: settings.root_certificates.clone(),
            user_agent: settings.user_agent.clone(),
            allow_plain_http: settings.allow_plain_http,
            retries: settings.retries,
            retry_wait: settings.retry_wait,
            clock: settings.clock.clone(),
            ..Settings::default()
        }
        .app()
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Where the metadata may be: RFC 8414 §3.1 puts the well-known part before the issuer's path,
    /// OpenID Connect Discovery §4 behind it.
    fn places(&self) -> [Url; 2] {
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

    fn ask(&self, app: &App, deadline: Deadline) -> Result<Platform> {
        let mut first = None;
        for url in self.places() {
            match self.ask_at(url, app, deadline) {
                Err(error) if is_elsewhere(&error) => {
                    first.get_or_insert(error);
                }
                outcome => return outcome,
            }
        }
        let error = first.unwrap_or_else(|| Error::new(ErrorKind::NotFound, "no metadata"));
        Err(error.advise(
            "Is this an issuer? Without metadata, describe the platform with a descriptor.",
        ))
    }

    fn ask_at(&self, url: Url, app: &App, deadline: Deadline) -> Result<Platform> {
        let mut request = Request::new("GET", url);
        request.repeat = Repeat::Own;
        request.default_header("Accept", "application/json");
        let response = app.send(&request, deadline)?;
        let answered = app.answered(Operation::Call, "the metadata", &request, &response);
        if !response.is_success() {
            return Err(answered.refusal());
        }
        let metadata: Metadata = serde_json::from_value(answered.json()?)
            .map_err(|error| unusable(&answered, &error))?;
        self.check(&metadata, &answered)?;
        let descriptor = self.descriptor(&metadata, answered.now);
        Platform::from_json(&descriptor.to_string()).map_err(|error| unusable(&answered, &error))
    }

    /// RFC 8414 §3.3 and §2.
    fn check(&self, metadata: &Metadata, answered: &Answered<'_>) -> Result<()> {
        if metadata.issuer == self.text {
            if metadata.client_authentication().is_empty() {
                let what = "it names no way of client authentication that is known here";
                return Err(answered.nonsense(Reason::MissingMember, what));
            }
            return metadata.endpoints().try_for_each(|(name, url)| {
                self.check_endpoint(name, url).map_err(|error| unusable(answered, &error))
            });
        }
        let told = scrub(&metadata.issuer, &[], &[]);
        let error = answered.nonsense(Reason::IssuerMismatch, "it is another issuer's");
        Err(error.advise(format!("The server calls itself `{told}`: give that, if it is the one.")))
    }

    /// A server that speaks TLS does not send its clients to one that does not.
    fn check_endpoint(&self, name: &str, url: &str) -> Result<()> {
        let url = whole_url(name, url)?;
        if self.url.scheme() == "https" && url.scheme() != "https" {
            return Err(Error::invalid(format!("its {name} is plain http")));
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

/// What is read of an authorization server's metadata (RFC 8414 §2, RFC 8628 §4, RFC 9207 §3).
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
        let place =
            |url: &Option<String>| url.as_ref().map(|url| json!({ "base": "web", "path": url }));
        // Many servers take it and do not say so; one that does not passes over it.
        let methods = self.code_challenge_methods_supported.as_ref();
        let pkce = methods.is_none_or(|methods| methods.iter().any(|it| it == "S256"));
        let authorize = self.authorization_endpoint.as_ref().map(|url| {
            json!({
                "base": "web", "path": url, "parameters": { "response_type": "code" },
                "scope_separator": " ", "pkce": pkce,
            })
        });
        let device = self.device_authorization_endpoint.as_ref().map(|url| {
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
        });
        let sends_issuer = self.authorization_response_iss_parameter_supported == Some(true);
        json!({
            "authorize": authorize,
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
            "device": device,
            "assertion": self.takes(JWT_BEARER).then(|| {
                json!({ "scope": "parameter", "subject": true, "own_subject": true })
            }),
            "revocation": place(&self.revocation_endpoint),
            "introspection": place(&self.introspection_endpoint),
        })
    }

    /// Those that are known here, a secret before a key: a client that has both was registered with
    /// the secret. A public client is tried where nothing else is left, since servers that take
    /// them do not always say so.
    fn client_authentication(&self) -> Vec<&'static str> {
        let told = self.token_endpoint_auth_methods_supported.as_deref();
        let is_told = |method: &&str| match told {
            Some(told) => told.iter().any(|it| it == method),
            None => *method == "client_secret_basic", // RFC 8414 §2
        };
        let known = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        let mut methods: Vec<_> = known.into_iter().filter(is_told).collect();
        if !methods.is_empty() && !methods.contains(&"none") {
            methods.push("none");
        }
        methods
    }
}

/// Whether there may be metadata at another place: some servers answer any path with a page, with a
/// redirect to one, or refuse it.
fn is_elsewhere(error: &Error) -> bool {
    use ErrorKind::{Forbidden, NotFound, Rejected, Unauthorized};
    matches!(error.kind(), NotFound | Rejected | Unauthorized | Forbidden)
        || matches!(error.reason(), Some(Reason::NotJson | Reason::Redirect))
}

fn unusable(answered: &Answered<'_>, error: &dyn fmt::Display) -> Error {
    let what = scrub(&error.to_string(), &[], &[]);
    answered.nonsense(Reason::MissingMember, &format!("it cannot be used: {what}"))
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_speaks_tls_has_no_endpoint_that_does_not() {
        let check = |issuer, endpoint| Issuer::read(issuer).unwrap().check_endpoint("it", endpoint);
        assert!(check("https://a.example", "https://b.example/token").is_ok());
        assert!(check("https://a.example", "http://127.0.0.1:9/token").is_err());
        assert!(check("http://127.0.0.1", "http://127.0.0.1:9/token").is_ok());
    }
}
