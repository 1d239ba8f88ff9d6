//! Users' tokens: checking, replacing, scoping and ending them.

use appmint_core::resources::Target;
use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{Argument, Optional, id, optional, text},
    oauth::introspection::Introspection,
    tokens::{
        scope::scope,
        token::{self, Token},
    },
    wait::{call, wait},
};

#[pymethods]
impl App {
    /// Asks the platform about a user token: its scopes, its expiry and its account.
    fn check_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.check_token(secret)).map(Token)
    }

    /// Replaces a user token, which stops working.
    fn reset_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.reset_token(secret)).map(Token)
    }

    /// Makes a user token with a part of a token's access, on exactly one account.
    #[pyo3(signature = (
        token, *, target=None, target_id=None, repositories=None, repository_ids=None,
        permissions=None,
    ))]
    fn scope_token(
        &self,
        token: Argument<'_, '_>,
        target: Optional<'_, '_>,
        target_id: Optional<'_, '_>,
        repositories: Optional<'_, '_>,
        repository_ids: Optional<'_, '_>,
        permissions: Optional<'_, '_>,
    ) -> PyResult<Token> {
        let py = token.py();
        let secret = token::secret("token", token)?;
        let name = optional("target", target, text)?;
        let id = optional("target_id", target_id, id)?;
        let target = call(py, || Target::only(name, id))?;
        let scope = scope(repositories, repository_ids, permissions)?;
        wait(py, || self.core.scope_token(secret, &target, &scope)).map(Token)
    }

    /// Ends a user token. Succeeds if the token is already invalid.
    fn delete_token(&self, token: Argument<'_, '_>) -> PyResult<()> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.delete_token(secret))
    }

    /// Ends a user's authorization of the app with all its tokens.
    fn delete_grant(&self, token: Argument<'_, '_>) -> PyResult<()> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.delete_grant(secret))
    }

    /// Ends an access token or a refresh token at the authorization server (RFC 7009).
    ///
    /// The server ends the tokens that belong to it, too. Succeeds if it does not know the token.
    #[pyo3(signature = (token, *, token_type_hint=None))]
    fn revoke_token(
        &self,
        token: Argument<'_, '_>,
        token_type_hint: Optional<'_, '_>,
    ) -> PyResult<()> {
        let secret = token::secret("token", token)?;
        let hint = optional("token_type_hint", token_type_hint, text)?;
        wait(token.py(), || self.core.revoke_token(secret, hint))
    }

    /// Asks the authorization server about an access token or a refresh token (RFC 7662).
    ///
    /// A token that is invalid or another client's is no error: it is not active.
    #[pyo3(signature = (token, *, token_type_hint=None))]
    fn introspect_token(
        &self,
        token: Argument<'_, '_>,
        token_type_hint: Optional<'_, '_>,
    ) -> PyResult<Introspection> {
        let secret = token::secret("token", token)?;
        let hint = optional("token_type_hint", token_type_hint, text)?;
        wait(token.py(), || self.core.introspect_token(secret, hint)).map(Introspection)
    }
}
