//! A grant is what is offered for a token. Put to a platform it is a request; the platform's
//! answer is a token. Both ends are pure.

use serde_json::{Map, Value};

use crate::{
    client::{Client, posted},
    error::{Error, Reason, Result},
    http::{Body, Repeat, Request, Response},
    platform::{
        Platform,
        descriptor::{Base, Expires, InstallationToken, MintBody, Operation},
    },
    refusal::Answered,
    reply,
    scope::Scope,
    secret::Secret,
    time::Timestamp,
    token::{Token, TokenKind},
};

/// What is offered for a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Grant {
    /// An installation of the app, proved by the app's JWT.
    Installation {
        /// The installation's id.
        id: String,
        /// The app's JWT.
        jwt: Token,
        /// What to narrow the token to.
        scope: Scope,
    },
    /// The app itself, proved by its JWT, on a platform where it has a token of its own.
    App {
        /// The app's JWT.
        jwt: Token,
    },
    /// The app itself, proved by a JWT that it signed for this (RFC 7523 §2.1).
    Assertion {
        /// The JWT.
        assertion: Token,
        /// OAuth scopes, where they stand beside it.
        scope: Option<String>,
    },
    /// The code that a user's authorization yielded (RFC 6749 §4.1.3).
    AuthorizationCode {
        /// Who asks.
        client: Client,
        /// The code.
        code: Secret,
        /// The redirect URI of the authorization, where the platform wants it again.
        redirect_uri: Option<String>,
        /// The PKCE verifier (RFC 7636 §4.5).
        code_verifier: Option<Secret>,
    },
    /// A device code (RFC 8628 §3.4).
    DeviceCode {
        /// Who asks.
        client: Client,
        /// The device code.
        device_code: Secret,
    },
    /// A refresh token (RFC 6749 §6).
    RefreshToken {
        /// Who asks.
        client: Client,
        /// The refresh token.
        refresh_token: Secret,
    },
}

impl Grant {
    /// The request that puts this grant to a platform.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), before anything is sent.
    pub fn request(&self, platform: &Platform) -> Result<Request> {
        match self {
            Self::Installation { id, jwt, scope } => mint(platform, id, jwt, scope),
            Self::App { jwt } => mint_for_app(platform, jwt),
            Self::Assertion { assertion, scope } => put_assertion(platform, assertion, scope),
            Self::AuthorizationCode { client, code, redirect_uri, code_verifier } => {
                let fields = exchange(platform, code, redirect_uri.as_deref(), code_verifier)?;
                ask_token_endpoint(platform, client, &fields)
            }
            Self::DeviceCode { client, device_code } => {
                let fields = [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    ("device_code", given("device code", device_code)?),
                ];
                ask_token_endpoint(platform, client, &fields)
            }
            Self::RefreshToken { client, refresh_token } => {
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", given("refresh token", refresh_token)?),
                ];
                ask_token_endpoint(platform, client, &fields)
            }
        }
    }

    /// The token in a platform's answer to [`request`](Self::request).
    ///
    /// # Errors
    /// What the platform's refusal means, or [`Protocol`](crate::ErrorKind::Protocol).
    pub fn token(
        &self,
        platform: &Platform,
        request: &Request,
        response: &Response,
        now: Timestamp,
    ) -> Result<Token> {
        let subject = &self.subject();
        let operation = self.operation();
        let answered = Answered { platform, operation, subject, request, response, now };
        if !response.is_success() {
            return Err(answered.refusal());
        }
        match self {
            Self::Installation { .. } => minted(&answered, TokenKind::Installation),
            Self::App { .. } => minted(&answered, TokenKind::App),
            Self::Assertion { .. } => authorized(&answered, TokenKind::App, None),
            Self::AuthorizationCode { .. } | Self::DeviceCode { .. } => {
                authorized(&answered, TokenKind::User, None)
            }
            Self::RefreshToken { refresh_token, .. } => {
                authorized(&answered, TokenKind::User, Some(refresh_token))
            }
        }
    }

    fn operation(&self) -> Operation {
        match self {
            Self::Installation { .. } | Self::App { .. } => Operation::Mint,
            Self::Assertion { .. } => Operation::Assertion,
            Self::AuthorizationCode { .. } => Operation::Exchange,
            Self::DeviceCode { .. } => Operation::Device,
            Self::RefreshToken { .. } => Operation::Refresh,
        }
    }

    fn subject(&self) -> String {
        match self {
            Self::Installation { id, .. } => format!("installation {id}"),
            Self::App { .. } => "the app's token".to_owned(),
            Self::Assertion { .. } => "the assertion".to_owned(),
            Self::AuthorizationCode { .. } => "the authorization code".to_owned(),
            Self::DeviceCode { .. } => "the device code".to_owned(),
            Self::RefreshToken { .. } => "the refresh token".to_owned(),
        }
    }
}

fn mint(platform: &Platform, id: &str, jwt: &Token, scope: &Scope) -> Result<Request> {
    let rules = platform.installation_token()?;
    let url = platform.endpoint(Base::Api, &rules.path, &[("installation_id", id)])?;
    let request = Request::new("POST", url).authorized(jwt.authorization_header());
    Ok(minting(platform, rules, request, scope.body(platform)?))
}

fn mint_for_app(platform: &Platform, jwt: &Token) -> Result<Request> {
    let rules = platform.installation_token()?;
    let path = rules.app_path.as_ref().ok_or_else(|| platform.unsupported("app tokens"))?;
    let url = platform.endpoint(Base::Api, path, &[])?;
    let request = Request::new("POST", url).authorized(jwt.authorization_header());
    Ok(minting(platform, rules, request, Map::new()))
}

/// Minting leaves nothing behind but a token that expires, so it may be done again.
fn minting(
    platform: &Platform,
    rules: &InstallationToken,
    mut request: Request,
    body: Map<String, Value>,
) -> Request {
    request.repeat = Repeat::Own;
    if !body.is_empty() || rules.body == MintBody::EmptyObject {
        request.body = Body::json(&Value::Object(body));
    }
    with_api_headers(platform, request)
}

fn exchange<'a>(
    platform: &Platform,
    code: &'a Secret,
    redirect_uri: Option<&'a str>,
    code_verifier: &'a Option<Secret>,
) -> Result<Vec<(&'static str, &'a str)>> {
    let oauth = platform.oauth()?;
    let mut fields = vec![("code", given("authorization code", code)?)];
    if oauth.exchange.grant_type {
        fields.push(("grant_type", "authorization_code"));
    }
    if let Some(redirect_uri) = redirect_uri {
        if !oauth.exchange.redirect_uri {
            return Err(platform.unsupported("a redirect_uri in the code exchange"));
        }
        fields.push(("redirect_uri", redirect_uri));
    }
    if let Some(verifier) = code_verifier {
        if !platform.authorization()?.pkce {
            return Err(platform.unsupported("PKCE"));
        }
        fields.push(("code_verifier", verifier.reveal()));
    }
    Ok(fields)
}

pub(crate) fn given<'a>(what: &str, secret: &'a Secret) -> Result<&'a str> {
    if secret.is_empty() {
        return Err(Error::invalid(format!("the {what} is empty")));
    }
    Ok(secret.reveal())
}

fn ask_token_endpoint(
    platform: &Platform,
    client: &Client,
    fields: &[(&str, &str)],
) -> Result<Request> {
    let endpoint = &platform.oauth()?.token;
    let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
    Ok(client.request(url, endpoint.encoding, fields))
}

/// An assertion leaves nothing behind but a token that expires, so it may be put again.
fn put_assertion(
    platform: &Platform,
    assertion: &Token,
    scope: &Option<String>,
) -> Result<Request> {
    let endpoint = &platform.oauth()?.token;
    let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
    let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let mut fields = vec![("grant_type", grant_type), ("assertion", assertion.reveal())];
    fields.extend(scope.as_deref().map(|scope| ("scope", scope)));
    let mut request = posted(url, endpoint.encoding, &fields);
    request.repeat = Repeat::Own;
    Ok(request)
}

/// The request that begins a login on another device (RFC 8628 §3.1).
pub(crate) fn start_device(
    platform: &Platform,
    client: &Client,
    scopes: &[String],
) -> Result<Request> {
    let device = platform.device()?;
    let url = platform.endpoint(device.base, &device.path, &[])?;
    let separator = device.scope_separator.as_deref();
    let separator = separator.or_else(|| platform.authorization().ok()?.scope_separator.as_deref());
    let scope = joined_scopes(platform, separator, scopes)?;
    let fields: Vec<_> = scope.as_deref().map(|scope| ("scope", scope)).into_iter().collect();
    Ok(client.request(url, device.encoding, &fields))
}

/// Adds the headers that the platform's API wants with every request.
pub(crate) fn with_api_headers(platform: &Platform, mut request: Request) -> Request {
    for (name, value) in &platform.descriptor().api.headers {
        request.default_header(name, value);
    }
    request
}

fn minted(answered: &Answered<'_>, kind: TokenKind) -> Result<Token> {
    let rules = answered.platform.installation_token()?;
    let reply = answered.json()?;
    let secret = reply::secret(&reply, &rules.token)
        .ok_or_else(|| answered.nonsense(Reason::MissingMember, "the answer holds no token"))?;
    let expires_at = expiry(answered, &reply, &rules.expires)?;
    let token = Token::builder(kind, secret)
        .issued_at(answered.now)
        .scheme(&answered.platform.descriptor().api.authorization_scheme)
        .expires_at(expires_at)
        .permissions(reply::permissions(&reply, &rules.permissions))
        .repository_selection(reply::lower_text(&reply, &rules.repository_selection))
        .repositories(repositories(rules, &reply))
        .build();
    alive(answered, token)
}

/// A user's token out of an answer that tells about it; the refresh token is not told.
pub(crate) fn told(answered: &Answered<'_>) -> Result<Token> {
    let platform = answered.platform;
    let rules = platform.described(&platform.descriptor().objects.user_token)?;
    let reply = answered.json()?;
    let secret = reply::secret(&reply, &rules.token)
        .ok_or_else(|| answered.nonsense(Reason::MissingMember, "the answer holds no token"))?;
    let expires_at = expiry(answered, &reply, &rules.expires)?;
    let token = Token::builder(TokenKind::User, secret)
        .scheme(&platform.descriptor().api.authorization_scheme)
        .expires_at(expires_at)
        .permissions(reply::permissions(&reply, &rules.permissions))
        .repository_selection(reply::lower_text(&reply, &rules.repository_selection))
        .scopes(reply::words(&reply, &rules.scope))
        .account(reply::text(&reply, &rules.account))
        .build();
    alive(answered, token)
}

fn repositories(rules: &InstallationToken, reply: &Value) -> Vec<String> {
    let items = reply::first(reply, &rules.repositories).and_then(Value::as_array);
    let name =
        |item: &Value| Some(item.pointer(rules.repository_name.as_deref()?)?.as_str()?.to_owned());
    items.into_iter().flatten().filter_map(name).collect()
}

fn authorized(answered: &Answered<'_>, kind: TokenKind, spent: Option<&Secret>) -> Result<Token> {
    let rules = &answered.platform.oauth()?.reply;
    let reply = answered.json_or_form()?;
    let Some(secret) = reply::secret(&reply, &rules.access_token) else {
        return Err(no_access_token(answered, &reply));
    };
    if spent.is_none() && is_foreign_type(&reply) {
        let what = "the answer's token is not a bearer token";
        return Err(answered.nonsense(Reason::UnsupportedTokenType, what));
    }
    let expires_at = expiry(answered, &reply, &rules.expires)?;
    let refresh_expires = match &rules.refresh_expires {
        Some(rule) => expiry(answered, &reply, rule)?,
        None => None,
    };
    // RFC 6749 §6: a reply without a refresh token leaves the old one in force.
    let refresh = reply::secret(&reply, &rules.refresh_token);
    let token = Token::builder(kind, secret)
        .issued_at(answered.now)
        .scheme(&answered.platform.descriptor().api.authorization_scheme)
        .expires_at(expires_at)
        .scopes(reply::words(&reply, &rules.scope))
        .refresh_token(refresh.or_else(|| spent.cloned()), refresh_expires)
        .build();
    // Of a refresh that ended another token, this is all that is left: its refresh token goes on.
    if spent.is_some() { Ok(token) } else { alive(answered, token) }
}

/// Whether a token is of a type that is used in another way (RFC 6749 §7.1). Many servers leave the
/// type out, or have a word of their own for a bearer token.
fn is_foreign_type(reply: &Value) -> bool {
    let told = reply.get("token_type").and_then(Value::as_str).unwrap_or_default();
    OTHER_TYPES.iter().any(|other| told.eq_ignore_ascii_case(other))
}

/// Those that are registered, beside `Bearer`.
const OTHER_TYPES: [&str; 4] = ["DPoP", "PoP", "mac", "N_A"];

/// Some platforms report a refusal with a status of success, so an error code counts first.
fn no_access_token(answered: &Answered<'_>, reply: &Value) -> Error {
    let errors = &answered.platform.descriptor().errors;
    match reply::first(reply, &errors.code) {
        Some(_) => answered.refusal(),
        None => answered.nonsense(Reason::MissingMember, "the answer holds no access token"),
    }
}

fn expiry(answered: &Answered<'_>, reply: &Value, rule: &Expires) -> Result<Option<Timestamp>> {
    reply::expiry(reply, rule, answered.now)
        .map_err(|()| answered.nonsense(Reason::MissingMember, "the answer's expiry is not a time"))
}

fn alive(answered: &Answered<'_>, token: Token) -> Result<Token> {
    if token.lives_past(answered.now) {
        return Ok(token);
    }
    let error = answered.nonsense(Reason::ExpiredOnArrival, "the token has already expired");
    Err(error.advise("Compare this machine's clock with the platform's."))
}

/// The scopes joined as the platform reads them (RFC 6749 §3.3); it takes none without a separator.
pub(crate) fn joined_scopes(
    platform: &Platform,
    separator: Option<&str>,
    scopes: &[String],
) -> Result<Option<String>> {
    if scopes.is_empty() {
        return Ok(None);
    }
    let separator = separator.ok_or_else(|| platform.unsupported("OAuth scopes"))?;
    let is_one = |scope: &String| {
        !scope.is_empty()
            && !scope.contains(separator)
            && !scope.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    if scopes.iter().all(is_one) {
        return Ok(Some(scopes.join(separator)));
    }
    Err(Error::invalid("a scope is empty, or several in one").advise("Give each by itself."))
}
