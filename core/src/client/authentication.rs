//! The OAuth client at the token endpoint: its id, and the authentication that the platform takes.

use std::{collections::BTreeMap, time::Duration};

use url::Url;

use super::{PlatformClient, missing};
use crate::{
    auth::{ClientAuthentication, Grant, Issuer, JwtRules, OAuthClient, oauth_client::basic},
    encoding::random_text,
    error::Result,
    http::SendBy,
    oauth::CodeExchange,
    platform::oauth::ClientAuthenticationMethod as Method,
    secret::Secret,
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// Calls `send` as the OAuth client, whose authentication is made anew for each request.
    pub(crate) fn with_client<T>(
        &self,
        mut send: impl FnMut(OAuthClient) -> Result<T>,
    ) -> Result<T> {
        let id = self.client_id()?.to_owned();
        let authentication = match self.authentication_method()? {
            Method::None => ClientAuthentication::None,
            Method::ClientSecretPost => ClientAuthentication::SecretPost(self.client_secret()?),
            Method::ClientSecretBasic => ClientAuthentication::SecretBasic(self.client_secret()?),
            Method::PrivateKeyJwt => {
                let endpoint = self.token_endpoint()?;
                let sign = || self.client_assertion(&id, &endpoint);
                return self.with_signature(Some(&endpoint), sign, |authentication| {
                    send(OAuthClient { id: id.clone(), authentication })
                });
            }
        };
        send(OAuthClient { id, authentication })
    }

    /// Calls `send` as the OAuth client, or without one where the platform requires none.
    pub(super) fn with_optional_client<T>(
        &self,
        mut send: impl FnMut(Option<OAuthClient>) -> Result<T>,
    ) -> Result<T> {
        let methods = &self.platform().oauth()?.token.client_authentication;
        if self.config.client_id.is_none() && **methods == [Method::None] {
            return send(None);
        }
        self.with_client(|client| send(Some(client)))
    }

    /// Calls `send` as the OAuth client without authentication.
    pub(crate) fn with_public_client<T>(
        &self,
        send: impl FnOnce(OAuthClient) -> Result<T>,
    ) -> Result<T> {
        let id = self.client_id()?.to_owned();
        send(OAuthClient { id, authentication: ClientAuthentication::None })
    }

    /// Whether the app has nothing to prove itself with at the token endpoint.
    pub(super) fn is_public_client(&self) -> Result<bool> {
        Ok(self.authentication_method()? == Method::None)
    }

    /// Refuses an app that lacks a credential for the token endpoint.
    pub(crate) fn check_client(&self) -> Result<()> {
        self.client_id()?;
        self.authentication_method().map(drop)
    }

    pub(crate) fn client_id(&self) -> Result<&str> {
        self.config.client_id.as_deref().ok_or_else(|| missing("client_id"))
    }

    /// Exchanges an authorization code. An error after which the code may be spent is not retryable.
    pub(crate) fn exchange_code(
        &self,
        exchange: &CodeExchange,
        deadline: Deadline,
    ) -> Result<Token> {
        self.with_client(|client| {
            let CodeExchange { code, redirect_uri, code_verifier } = exchange.clone();
            let grant = Grant::AuthorizationCode { client, code, redirect_uri, code_verifier };
            self.exchange(&grant, deadline)
        })
        .map_err(|error| self.classify(error, "authorization code"))
    }

    /// Exchanges a refresh token, unless it is too late to send it once a connection is made.
    pub(crate) fn exchange_refresh_token(
        &self,
        refresh_token: &Secret,
        send_by: Option<&SendBy>,
        deadline: Deadline,
    ) -> Result<Token> {
        self.with_client(|client| {
            let grant = Grant::RefreshToken { client, refresh_token: refresh_token.clone() };
            self.exchange_by(&grant, send_by, deadline)
        })
    }

    /// Exchanges a device code.
    pub(crate) fn exchange_device_code(&self, code: &Secret, deadline: Deadline) -> Result<Token> {
        self.with_client(|client| {
            let grant = Grant::DeviceCode { client, device_code: code.clone() };
            self.exchange(&grant, deadline)
        })
    }

    /// The descriptor's first method that the app has a credential for.
    fn authentication_method(&self) -> Result<Method> {
        let config = &self.config;
        let methods = &self.platform().oauth()?.token.client_authentication;
        let is_possible = |method: &Method| match method {
            // A secret that no method uses is a mistake, unless `none` is the only method.
            Method::None => config.client_secret.is_none() || methods.len() == 1,
            Method::ClientSecretPost | Method::ClientSecretBasic => config.client_secret.is_some(),
            Method::PrivateKeyJwt => !config.signers.is_empty(),
        };
        methods.iter().copied().find(is_possible).ok_or_else(|| {
            let takes_key = methods.contains(&Method::PrivateKeyJwt);
            let lacks_key = takes_key && (config.client_secret.is_some() || methods.len() == 1);
            missing(if lacks_key { "private_key" } else { "client_secret" })
        })
    }

    fn client_secret(&self) -> Result<Secret> {
        self.config.client_secret.clone().ok_or_else(|| missing("client_secret"))
    }

    /// The `Authorization` header of the OAuth client with its secret (HTTP Basic).
    pub(super) fn basic_authorization(&self) -> Result<Secret> {
        Ok(basic(self.client_id()?, &self.client_secret()?))
    }

    /// A JWT that is valid for one request to the token endpoint (RFC 7523 §2.2 and §3).
    fn client_assertion(&self, id: &str, endpoint: &Url) -> Result<ClientAuthentication> {
        let rules = JwtRules {
            issuer: Issuer::Text(id.to_owned()),
            back_date: ASSERTION_BACK_DATE,
            lifetime: ASSERTION_LIFETIME,
            extra_claims: BTreeMap::from([
                ("aud".to_owned(), self.audience(endpoint)?.into()),
                ("jti".to_owned(), random_text()?.into()),
                ("sub".to_owned(), id.into()),
            ]),
            authorization_scheme: String::new(),
            key_id_member: self.platform().oauth()?.token.key_id,
        };
        let jwt = rules.sign(&**self.signer()?, self.clock().now_at(endpoint))?;
        Ok(ClientAuthentication::PrivateKeyJwt(jwt.reveal().into()))
    }

    pub(super) fn token_endpoint(&self) -> Result<Url> {
        let endpoint = &self.platform().oauth()?.token;
        self.platform().endpoint(endpoint.base, &endpoint.path, &[])
    }

    /// The `aud` claim of JWTs for the token endpoint.
    pub(super) fn audience(&self, endpoint: &Url) -> Result<String> {
        let audience = &self.platform().oauth()?.token.audience;
        Ok(audience.clone().unwrap_or_else(|| endpoint.to_string()))
    }
}

/// RFC 7523 §3 recommends a short life; the request may have to wait for a connection.
const ASSERTION_LIFETIME: Duration = Duration::from_secs(60);
const ASSERTION_BACK_DATE: Duration = Duration::from_secs(10);
