//! Users' tokens: checking, replacing, scoping and ending them.

use appmint_core::Target;
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
    fn check_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.check_token(secret)).map(Token)
    }

    fn reset_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.reset_token(secret)).map(Token)
    }

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

    fn delete_token(&self, token: Argument<'_, '_>) -> PyResult<()> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.delete_token(secret))
    }

    fn delete_grant(&self, token: Argument<'_, '_>) -> PyResult<()> {
        let secret = token::secret("token", token)?;
        wait(token.py(), || self.core.delete_grant(secret))
    }

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
