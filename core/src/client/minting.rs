//! Tokens for the app and its installations.

use super::PlatformClient;
use crate::{
    auth::{AppTokenRequest, Grant, Issuer, Scope},
    error::{Error, Reason, Result},
    platform::oauth::{ScopePlace, join_scopes},
    resources::{
        Repository,
        operation::ApiOperation,
        pager::{Listed as _, Pager},
    },
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// A new token for an installation.
    pub(crate) fn mint_for_installation(
        &self,
        id: &str,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Token> {
        let mint = || {
            self.with_jwt(deadline, |jwt| {
                let (id, jwt, scope) = (id.to_owned(), jwt.clone(), scope.clone());
                let grant = Grant::Installation { id, jwt, scope };
                self.exchange(&grant, deadline).map_err(|error| match error.reason() {
                    Some(Reason::RepositoryNotAccessible) => {
                        self.name_missing_repositories(error, grant, deadline)
                    }
                    _ => self.explain_own_id(error, id),
                })
            })
        };
        self.unless_paused(self.api_root().as_ref(), id, mint)
    }

    /// A new token for the app itself, for its JWT.
    pub(crate) fn mint_for_app(&self, deadline: Deadline) -> Result<Token> {
        let mint = || {
            self.with_jwt(deadline, |jwt| self.exchange(&Grant::App { jwt: jwt.clone() }, deadline))
        };
        self.unless_paused(self.api_root().as_ref(), "", mint)
    }

    /// A new token for the app itself, for an assertion at the token endpoint (RFC 7523 §2.1).
    pub(crate) fn exchange_assertion(
        &self,
        request: &AppTokenRequest,
        deadline: Deadline,
    ) -> Result<Token> {
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
    pub(crate) fn check_assertion(&self, request: &AppTokenRequest) -> Result<()> {
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

    /// The error of a refusal that does not name the repository it is about, with the repositories
    /// that the installation does not reach: the installation's own list tells.
    fn name_missing_repositories(&self, error: Error, grant: Grant, deadline: Deadline) -> Error {
        let Grant::Installation { id, jwt, scope } = grant else { return error };
        let wide = Grant::Installation { id: id.clone(), jwt, scope: scope.without_repositories() };
        let granted = self.exchange(&wide, deadline).and_then(|token| {
            let granted = self.granted_repositories(&token, deadline);
            self.revoke_if_offered(&token, deadline);
            granted
        });
        match granted.map(|granted| scope.missing_from(&granted)) {
            Ok(missing) if !missing.is_empty() => error
                .with_message(format!("installation {id} does not reach {}", missing.join(", "))),
            _ => error,
        }
    }

    /// The ids and names of the repositories that a token reaches.
    fn granted_repositories(
        &self,
        token: &Token,
        deadline: Deadline,
    ) -> Result<Vec<(String, String)>> {
        let mut pager = Pager::start(self.platform(), Repository::list(self.platform())?)?;
        let mut granted = Vec::new();
        while let Some(page) = self.next_page::<Repository>(&mut pager, token, deadline)? {
            granted.extend(page.into_iter().map(|repository| (repository.id, repository.name)));
        }
        Ok(granted)
    }

    /// Revokes a token that nobody asked for. If that fails, the token expires by itself.
    fn revoke_if_offered(&self, token: &Token, deadline: Deadline) {
        let operation = ApiOperation::revocation(token.into());
        if operation.endpoint(self.platform()).is_ok() {
            let _ = self.perform(&operation, |_| Ok(()), deadline);
        }
    }
}
