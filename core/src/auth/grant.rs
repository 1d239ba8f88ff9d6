//! A grant is exchanged for a token: it becomes a request, and the platform's reply becomes the
//! token. Both ends are pure.

use serde_json::{Map, Value};

use crate::{
    auth::{
        oauth_client::{OAuthClient, post_request},
        scope::Scope,
        token_exchange::TokenExchange,
        token_reply::{issued, minted},
    },
    error::{Error, Result},
    http::{
        clock_offset::{HostDate, fresh_date},
        message::{Body, Repeat, Request, Response},
        quota::QuotaOwner,
    },
    platform::{
        Platform,
        descriptor::{Base, InstallationToken, MintBody, Operation},
        reply::Reply,
    },
    secret::Secret,
    time::ClockReading,
    token::{Token, TokenKind},
};

/// A credential that a platform exchanges for a token (RFC 6749 §1.3).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Grant {
    /// An installation of the app, authenticated by the app's JWT.
    Installation {
        /// The installation's id.
        id: String,
        /// The app's JWT.
        jwt: Token,
        /// The part of the installation's rights that the token is narrowed to.
        scope: Scope,
    },
    /// The app itself, authenticated by its JWT, on a platform that mints tokens for the app.
    App {
        /// The app's JWT.
        jwt: Token,
    },
    /// The app itself, by an assertion that it signed for this purpose (RFC 7523 §2.1).
    Assertion {
        /// The assertion: a JWT.
        assertion: Token,
        /// The `scope` parameter, where scopes stand beside the assertion.
        scope: Option<String>,
    },
    /// The OAuth client itself (RFC 6749 §4.4).
    ClientCredentials {
        /// The client that asks.
        client: OAuthClient,
        /// The scopes, as the platform reads them.
        scope: Option<String>,
    },
    /// A token of another server (RFC 8693).
    Token {
        /// The client that asks, where there is one.
        client: Option<OAuthClient>,
        /// The token, and the parameters of the exchange.
        exchange: TokenExchange,
    },
    /// The code that a user's authorization yielded (RFC 6749 §4.1.3).
    AuthorizationCode {
        /// The client that asks.
        client: OAuthClient,
        /// The code.
        code: Secret,
        /// The redirect URI of the authorization, where the platform wants it again.
        redirect_uri: Option<String>,
        /// The PKCE verifier (RFC 7636 §4.5).
        code_verifier: Option<Secret>,
    },
    /// A device code (RFC 8628 §3.4).
    DeviceCode {
        /// The client that asks.
        client: OAuthClient,
        /// The device code.
        device_code: Secret,
    },
    /// A refresh token (RFC 6749 §6).
    RefreshToken {
        /// The client that asks.
        client: OAuthClient,
        /// The refresh token.
        refresh_token: Secret,
    },
}

impl Grant {
    /// The request that exchanges this grant at a platform.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument), before anything is sent.
    pub fn request(&self, platform: &Platform) -> Result<Request> {
        match self {
            Self::Installation { id, jwt, scope } => mint_request(platform, id, jwt, scope),
            Self::App { jwt } => app_mint_request(platform, jwt),
            Self::Assertion { assertion, scope } => assertion_request(platform, assertion, scope),
            Self::ClientCredentials { client, scope } => {
                client_credentials_request(platform, client, scope.as_deref())
            }
            Self::Token { client, exchange } => {
                exchange_request(platform, client.as_ref(), exchange)
            }
            Self::AuthorizationCode { client, code, redirect_uri, code_verifier } => {
                let fields =
                    exchange_fields(platform, code, redirect_uri.as_deref(), code_verifier)?;
                token_request(platform, client, &fields)
            }
            Self::DeviceCode { client, device_code } => {
                let fields = [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    ("device_code", required("device code", device_code)?),
                ];
                token_request(platform, client, &fields)
            }
            Self::RefreshToken { client, refresh_token } => {
                let fields = [
                    ("grant_type", "refresh_token"),
                    ("refresh_token", required("refresh token", refresh_token)?),
                ];
                token_request(platform, client, &fields)
            }
        }
    }

    /// The token in a platform's reply to [`request`](Self::request), which was read at `now`.
    ///
    /// # Errors
    /// Those of the platform's refusal, or [`Protocol`](crate::ErrorKind::Protocol).
    pub fn token(
        &self,
        platform: &Platform,
        request: &Request,
        response: &Response,
        now: ClockReading,
    ) -> Result<Token> {
        let (operation, subject) = (self.operation(), &self.subject());
        let date = fresh_date(response).map(|at| HostDate { at, is_confirmed: false });
        let granted = None;
        self.token_in(&Reply {
            platform,
            operation,
            subject,
            request,
            response,
            now,
            date,
            granted,
        })
    }

    /// The token in a reply.
    pub(crate) fn token_in(&self, reply: &Reply<'_>) -> Result<Token> {
        if !reply.response.is_success() {
            return Err(reply.refusal());
        }
        match self {
            Self::Installation { .. } => minted(reply, TokenKind::Installation),
            Self::App { .. } => minted(reply, TokenKind::App),
            Self::Assertion { .. } | Self::ClientCredentials { .. } | Self::Token { .. } => {
                issued(reply, TokenKind::App, None)
            }
            Self::AuthorizationCode { .. } | Self::DeviceCode { .. } => {
                issued(reply, TokenKind::User, None)
            }
            Self::RefreshToken { refresh_token, .. } => {
                issued(reply, TokenKind::User, Some(refresh_token))
            }
        }
    }

    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::Installation { .. } | Self::App { .. } => Operation::Mint,
            Self::Assertion { .. } => Operation::Assertion,
            Self::ClientCredentials { .. } => Operation::ClientCredentials,
            Self::Token { .. } => Operation::TokenExchange,
            Self::AuthorizationCode { .. } => Operation::Exchange,
            Self::DeviceCode { .. } => Operation::Device,
            Self::RefreshToken { .. } => Operation::Refresh,
        }
    }

    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Installation { id, .. } => format!("installation {id}"),
            Self::App { .. } => "the app's token".to_owned(),
            Self::Assertion { .. } => "the assertion".to_owned(),
            Self::ClientCredentials { .. } => "the client's token".to_owned(),
            Self::Token { .. } => "the subject token".to_owned(),
            Self::AuthorizationCode { .. } => "the authorization code".to_owned(),
            Self::DeviceCode { .. } => "the device code".to_owned(),
            Self::RefreshToken { .. } => "the refresh token".to_owned(),
        }
    }
}

fn mint_request(platform: &Platform, id: &str, jwt: &Token, scope: &Scope) -> Result<Request> {
    let rules = platform.installation_token()?;
    let url = platform.endpoint(Base::Api, &rules.path, &[("installation_id", id)])?;
    let request = Request::new("POST", url).authorized(jwt.authorization_header());
    let request = request.counted_for(QuotaOwner::App);
    Ok(with_mint_body(platform, rules, request, scope.body(platform)?))
}

fn app_mint_request(platform: &Platform, jwt: &Token) -> Result<Request> {
    let rules = platform.installation_token()?;
    let path = rules.app_path.as_ref().ok_or_else(|| platform.unsupported("app tokens"))?;
    let url = platform.endpoint(Base::Api, path, &[])?;
    let request = Request::new("POST", url).authorized(jwt.authorization_header());
    let request = request.counted_for(QuotaOwner::App);
    Ok(with_mint_body(platform, rules, request, Map::new()))
}

/// Minting leaves nothing behind but a token that expires, so it may be repeated.
fn with_mint_body(
    platform: &Platform,
    rules: &InstallationToken,
    mut request: Request,
    body: Map<String, Value>,
) -> Request {
    request.repeat = Repeat::Own;
    for (name, value) in &rules.headers {
        request.default_header(name, value);
    }
    if !body.is_empty() || rules.body == MintBody::EmptyObject {
        request.body = Body::json(&Value::Object(body));
    }
    platform.with_api_headers(request)
}

fn exchange_fields<'a>(
    platform: &Platform,
    code: &'a Secret,
    redirect_uri: Option<&'a str>,
    code_verifier: &'a Option<Secret>,
) -> Result<Vec<(&'static str, &'a str)>> {
    let oauth = platform.oauth()?;
    let mut fields = vec![("code", required("authorization code", code)?)];
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
        fields.push(("code_verifier", required("code verifier", verifier)?));
    }
    Ok(fields)
}

/// The text of a secret that must be there, without a NUL.
pub(crate) fn required<'a>(what: &str, secret: &'a Secret) -> Result<&'a str> {
    if secret.is_empty() {
        return Err(Error::invalid(format!("the {what} is empty")));
    }
    if secret.has_nul() {
        return Err(Error::invalid(format!("the {what} contains a NUL")));
    }
    Ok(secret.reveal())
}

fn token_request(
    platform: &Platform,
    client: &OAuthClient,
    fields: &[(&str, &str)],
) -> Result<Request> {
    let endpoint = &platform.oauth()?.token;
    let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
    Ok(client.request(url, endpoint.encoding, fields))
}

fn client_credentials_request(
    platform: &Platform,
    client: &OAuthClient,
    scope: Option<&str>,
) -> Result<Request> {
    let rules = platform.client_credentials()?;
    let mut fields = vec![("grant_type", "client_credentials")];
    fields.extend(scope.map(|scope| ("scope", scope)));
    fields.extend(rules.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    repeatable_request(platform, Some(client), &fields)
}

fn exchange_request(
    platform: &Platform,
    client: Option<&OAuthClient>,
    exchange: &TokenExchange,
) -> Result<Request> {
    let fields = exchange.fields(platform)?;
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    repeatable_request(platform, client, &fields)
}

/// A request that leaves nothing behind but a token that expires: it may be sent again, unless the
/// client's authentication may not.
fn repeatable_request(
    platform: &Platform,
    client: Option<&OAuthClient>,
    fields: &[(&str, &str)],
) -> Result<Request> {
    let endpoint = &platform.oauth()?.token;
    let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
    let mut request = match client {
        Some(client) => client.request(url, endpoint.encoding, fields),
        None => post_request(url, endpoint.encoding, fields),
    };
    if !client.is_some_and(OAuthClient::is_single_use) {
        request.repeat = Repeat::Own;
    }
    Ok(request)
}

fn assertion_request(
    platform: &Platform,
    assertion: &Token,
    scope: &Option<String>,
) -> Result<Request> {
    let grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let mut fields = vec![("grant_type", grant_type), ("assertion", assertion.reveal())];
    fields.extend(scope.as_deref().map(|scope| ("scope", scope)));
    repeatable_request(platform, None, &fields)
}
