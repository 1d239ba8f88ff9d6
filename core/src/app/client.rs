//! Who the app is towards an authorization server: its client credentials, and what it signs for
//! it.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use url::Url;

use super::{App, identity::missing};
use crate::{
    cell::Subject,
    client::{Client, Proof, basic},
    error::Result,
    flight::Deadline,
    grant::{Grant, joined_scopes},
    jwt::{Issuer, JwtRules},
    oauth::random,
    platform::oauth::{ClientAuthentication, ScopePlace},
    secret::Secret,
    token::Token,
};

/// What tokens the app wants for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct AppTokenRequest {
    /// OAuth scopes, where the platform takes them.
    pub scopes: Vec<String>,
    /// The user whom the app acts for, where the platform lets it name one.
    pub subject: Option<String>,
}

impl App {
    /// What the app's own tokens are kept under.
    pub(super) fn app_subject(&self, mut wanted: AppTokenRequest) -> Result<Subject> {
        let platform = self.platform();
        if platform.assertion().is_ok() {
            self.check_assertion(&wanted)?;
            wanted.scopes.sort_unstable();
            wanted.scopes.dedup();
            return Ok(Subject::Assertion(Box::new(wanted)));
        }
        let rules = platform.descriptor().installation_token.as_ref();
        if rules.is_none_or(|rules| rules.app_path.is_none()) {
            return Err(platform.unsupported("tokens for the app itself"));
        }
        if wanted != AppTokenRequest::default() {
            return Err(platform.unsupported("scopes or a subject for the app's own tokens"));
        }
        Ok(Subject::App)
    }

    /// Does something as the OAuth client, whose proof is made anew for each request.
    pub(super) fn as_client<T>(&self, mut ask: impl FnMut(Client) -> Result<T>) -> Result<T> {
        let id = self.client_id()?.to_owned();
        let proof = match self.client_authentication()? {
            ClientAuthentication::None => Proof::None,
            ClientAuthentication::ClientSecretPost => Proof::Post(self.client_secret()?),
            ClientAuthentication::ClientSecretBasic => Proof::Basic(self.client_secret()?),
            ClientAuthentication::PrivateKeyJwt => {
                let host = self.token_endpoint()?;
                let sign = || self.client_assertion(&id, &host);
                return self
                    .signed(Some(&host), sign, |proof| ask(Client { id: id.clone(), proof }));
            }
        };
        ask(Client { id, proof })
    }

    /// Does something as the OAuth client, or as nobody where the platform asks for no client.
    pub(super) fn as_any_client<T>(
        &self,
        mut ask: impl FnMut(Option<Client>) -> Result<T>,
    ) -> Result<T> {
        let methods = &self.platform().oauth()?.token.client_authentication;
        if self.0.config.client_id.is_none() && **methods == [ClientAuthentication::None] {
            return ask(None);
        }
        self.as_client(|client| ask(Some(client)))
    }

    /// Whether the app has what the token endpoint wants of a client.
    pub(super) fn check_client(&self) -> Result<()> {
        self.client_id()?;
        self.client_authentication().map(drop)
    }

    /// How the client proves itself: the first way that the app has a credential for.
    fn client_authentication(&self) -> Result<ClientAuthentication> {
        let config = &self.0.config;
        let methods = &self.platform().oauth()?.token.client_authentication;
        let is_possible = |method: &ClientAuthentication| match method {
            // A secret that does not fit is a mistake, unless there is no other way at all.
            ClientAuthentication::None => config.client_secret.is_none() || methods.len() == 1,
            ClientAuthentication::ClientSecretPost | ClientAuthentication::ClientSecretBasic => {
                config.client_secret.is_some()
            }
            ClientAuthentication::PrivateKeyJwt => !config.signers.is_empty(),
        };
        methods.iter().copied().find(is_possible).ok_or_else(|| {
            let is_key = methods.contains(&ClientAuthentication::PrivateKeyJwt);
            let is_key = is_key && (config.client_secret.is_some() || methods.len() == 1);
            missing(if is_key { "private_key" } else { "client_secret" })
        })
    }

    pub(super) fn client_id(&self) -> Result<&str> {
        self.0.config.client_id.as_deref().ok_or_else(|| missing("client_id"))
    }

    fn client_secret(&self) -> Result<Secret> {
        self.0.config.client_secret.clone().ok_or_else(|| missing("client_secret"))
    }

    /// The `Authorization` of a client for which nothing but its secret speaks.
    pub(super) fn client_basic(&self) -> Result<Secret> {
        Ok(basic(self.client_id()?, &self.client_secret()?))
    }

    /// RFC 7523 §2.2 and §3: a JWT that is good for one request to the token endpoint.
    fn client_assertion(&self, id: &str, host: &Url) -> Result<Proof> {
        let rules = JwtRules {
            issuer: Issuer::Text(id.to_owned()),
            back_date: CLIENT_ASSERTION_BACK_DATE,
            lifetime: CLIENT_ASSERTION_LIFE,
            extra_claims: BTreeMap::from([
                ("aud".to_owned(), self.audience(host)?.into()),
                ("jti".to_owned(), random()?.into()),
                ("sub".to_owned(), id.into()),
            ]),
            authorization_scheme: String::new(),
        };
        let jwt = rules.sign(&**self.signer_of_any()?, self.now_there(host))?;
        Ok(Proof::Assertion(jwt.reveal().into()))
    }

    /// Puts an assertion to the token endpoint: a JWT of the app's that says what is asked for
    /// (RFC 7523 §2.1).
    pub(super) fn redeem_assertion(
        &self,
        wanted: &AppTokenRequest,
        deadline: Deadline,
    ) -> Result<Token> {
        let (host, scope) = (self.token_endpoint()?, self.assertion_scope(wanted)?);
        let describes = self.platform().assertion()?;
        let place = describes.scope;
        let sign = || {
            let mut rules = self.jwt_rules()?;
            let own = match &rules.issuer {
                Issuer::Text(name) => name.clone(),
                Issuer::Integer(number) => number.to_string(),
            };
            let own = Some(own).filter(|_| describes.own_subject);
            let mut claim = |name: &str, value: Option<&str>| {
                value.map(|value| rules.extra_claims.insert(name.to_owned(), value.into()))
            };
            claim("aud", Some(&self.audience(&host)?));
            claim("sub", wanted.subject.as_deref().or(own.as_deref()));
            claim("scope", scope.as_deref().filter(|_| place == Some(ScopePlace::Claim)));
            rules.sign(&**self.signer()?, self.now_there(&host))
        };
        let beside = scope.clone().filter(|_| place == Some(ScopePlace::Parameter));
        self.signed(Some(&host), sign, |assertion| {
            self.redeem(&Grant::Assertion { assertion, scope: beside.clone() }, deadline)
        })
    }

    /// Refuses what the platform's assertions cannot say, and what the app lacks for them.
    fn check_assertion(&self, wanted: &AppTokenRequest) -> Result<()> {
        let rules = self.platform().assertion()?;
        if wanted.subject.is_some() && !rules.subject {
            return Err(self.platform().unsupported("tokens of the app's for somebody else"));
        }
        self.assertion_scope(wanted)?;
        self.jwt_rules().map(drop)
    }

    fn assertion_scope(&self, wanted: &AppTokenRequest) -> Result<Option<String>> {
        let rules = self.platform().assertion()?;
        let separator = rules.scope.map(|_| rules.scope_separator.as_str());
        joined_scopes(self.platform(), separator, &wanted.scopes)
    }

    fn token_endpoint(&self) -> Result<Url> {
        let endpoint = &self.platform().oauth()?.token;
        self.platform().endpoint(endpoint.base, &endpoint.path, &[])
    }

    fn audience(&self, endpoint: &Url) -> Result<String> {
        let told = &self.platform().oauth()?.token.audience;
        Ok(told.clone().unwrap_or_else(|| endpoint.to_string()))
    }
}

/// RFC 7523 §3 wants it short-lived; the request that it is put into may wait for a connection.
const CLIENT_ASSERTION_LIFE: Duration = Duration::from_secs(60);
const CLIENT_ASSERTION_BACK_DATE: Duration = Duration::from_secs(10);
