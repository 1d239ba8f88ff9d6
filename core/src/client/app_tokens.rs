//! The app's own tokens from the token endpoint: for an assertion that it signs, or as the OAuth client.

use super::{PlatformClient, missing};
use crate::{
    auth::{AppTokenRequest, Grant, Issuer, TokenExchange},
    error::Result,
    platform::oauth::{ClientCredentials, ScopePlace, join_scopes},
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// A new token for the app itself.
    pub(crate) fn exchange_app_request(
        &self,
        request: &AppTokenRequest,
        deadline: Deadline,
    ) -> Result<Token> {
        match self.client_credentials() {
            Some(rules) => self.exchange_client_credentials(rules, request, deadline),
            None => self.exchange_assertion(request, deadline),
        }
    }

    /// Refuses a request that the platform cannot answer, and an app that lacks a credential for it.
    pub(crate) fn check_app_request(&self, request: &AppTokenRequest) -> Result<()> {
        let Some(rules) = self.client_credentials() else { return self.check_assertion(request) };
        if request.subject.is_some() {
            return Err(self.platform().unsupported("app tokens for another subject"));
        }
        self.client_scope(rules, request)?;
        self.check_client()?;
        if self.is_public_client()? {
            // RFC 6749 §4.4: only a confidential client may ask.
            return Err(missing("client_secret"));
        }
        Ok(())
    }

    /// The rules of the client credentials grant, unless the app has a key for assertions.
    fn client_credentials(&self) -> Option<&ClientCredentials> {
        let oauth = self.platform().oauth().ok()?;
        let signs = oauth.assertion.is_some() && !self.config.signers.is_empty();
        oauth.client_credentials.as_ref().filter(|_| !signs)
    }

    /// A new token for the OAuth client (RFC 6749 §4.4).
    fn exchange_client_credentials(
        &self,
        rules: &ClientCredentials,
        request: &AppTokenRequest,
        deadline: Deadline,
    ) -> Result<Token> {
        let (endpoint, scope) = (self.token_endpoint()?, self.client_scope(rules, request)?);
        let mint = || {
            self.with_client(|client| {
                let grant = Grant::ClientCredentials { client, scope: scope.clone() };
                self.exchange(&grant, deadline)
            })
        };
        self.unless_paused(Some(&endpoint), "", mint)
    }

    fn client_scope(
        &self,
        rules: &ClientCredentials,
        request: &AppTokenRequest,
    ) -> Result<Option<String>> {
        let scopes =
            if request.scopes.is_empty() { &rules.default_scopes } else { &request.scopes };
        join_scopes(self.platform(), rules.scope_separator.as_deref(), scopes)
    }

    /// A token of the platform for one of another server (RFC 8693). The client proves itself if the app
    /// has a client id.
    pub(crate) fn exchange_token(
        &self,
        exchange: &TokenExchange,
        deadline: Deadline,
    ) -> Result<Token> {
        let send =
            |client| self.exchange(&Grant::Token { client, exchange: exchange.clone() }, deadline);
        match self.config.client_id {
            Some(_) => self.with_client(|client| send(Some(client))),
            None => send(None),
        }
    }

    /// A new token for the app itself, for an assertion at the token endpoint (RFC 7523 §2.1).
    fn exchange_assertion(&self, request: &AppTokenRequest, deadline: Deadline) -> Result<Token> {
        let (endpoint, scope) = (self.token_endpoint()?, self.assertion_scope(request)?);
        let described = self.platform().assertion()?;
        let sign = || {
            let mut rules = self.jwt_rules()?;
            let issuer = match &rules.issuer {
                Issuer::Text(name) => name.clone(),
                Issuer::Integer(number) => number.to_string(),
            };
            let own_subject = Some(issuer).filter(|_| described.own_subject);
            let claim_scope =
                scope.as_deref().filter(|_| described.scope == Some(ScopePlace::Claim));
            let mut claim = |name: &str, value: Option<&str>| {
                value.map(|value| rules.extra_claims.insert(name.to_owned(), value.into()))
            };
            claim("aud", Some(&self.audience(&endpoint)?));
            claim("sub", request.subject.as_deref().or(own_subject.as_deref()));
            claim("scope", claim_scope);
            rules.sign(&**self.jwt_signer()?, self.clock().now_at(&endpoint))
        };
        let parameter = scope.clone().filter(|_| described.scope == Some(ScopePlace::Parameter));
        let mint = || {
            self.with_signature(Some(&endpoint), sign, |assertion| {
                self.exchange(&Grant::Assertion { assertion, scope: parameter.clone() }, deadline)
            })
        };
        self.unless_paused(Some(&endpoint), "", mint)
    }

    /// Refuses a request that the platform's assertions cannot express, and an app that lacks a
    /// credential for them.
    fn check_assertion(&self, request: &AppTokenRequest) -> Result<()> {
        let rules = self.platform().assertion()?;
        if request.subject.is_some() && !rules.subject {
            return Err(self.platform().unsupported("app tokens for another subject"));
        }
        self.assertion_scope(request)?;
        self.jwt_rules().map(drop)
    }

    fn assertion_scope(&self, request: &AppTokenRequest) -> Result<Option<String>> {
        let rules = self.platform().assertion()?;
        let separator = rules.scope.map(|_| rules.scope_separator.as_str());
        join_scopes(self.platform(), separator, &request.scopes)
    }
}
