//! What an app asks and does about a user's token.

use appmint_core::Target;
use pyo3::prelude::*;

use super::{App, operations::of_token};
use crate::{
    convert::{Argument, Given, given, id, text},
    introspection::Introspection,
    scope,
    token::Token,
    wait::run,
};

#[pymethods]
impl App {
    /// A user's token as the platform knows it: its scopes, its expiry and whose it is.
    ///
    /// A ReauthorizeError with reason "invalid_token" when it is no longer valid, or another app's. The
    /// refresh token is not told: keep the one you have.
    fn check_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        of_token(token, |token| self.core.check_token(token)).map(Token)
    }

    /// A new token in the place of a user's token, which stops working.
    fn reset_token(&self, token: Argument<'_, '_>) -> PyResult<Token> {
        of_token(token, |token| self.core.reset_token(token)).map(Token)
    }

    /// A user token that reaches a part of what token does, on exactly one account: its name
    /// (target) or its id.
    #[pyo3(signature = (
        token, *, target=None, target_id=None, repositories=None, repository_ids=None,
        permissions=None,
    ))]
    fn scope_token(
        &self,
        token: Argument<'_, '_>,
        target: Given<'_, '_>,
        target_id: Given<'_, '_>,
        repositories: Given<'_, '_>,
        repository_ids: Given<'_, '_>,
        permissions: Given<'_, '_>,
    ) -> PyResult<Token> {
        let target = account(token.py(), target, target_id)?;
        let scope = scope::read(repositories, repository_ids, permissions)?;
        of_token(token, |token| self.core.scope_token(token, &target, &scope)).map(Token)
    }

    /// Ends a user's token. One that is not valid any more counts as ended.
    fn delete_token(&self, token: Argument<'_, '_>) -> PyResult<()> {
        of_token(token, |token| self.core.delete_token(token))
    }

    /// Ends a user's authorization of the app with all its tokens, given one of them.
    fn delete_grant(&self, token: Argument<'_, '_>) -> PyResult<()> {
        of_token(token, |token| self.core.delete_grant(token))
    }

    /// Ends an access or a refresh token at the authorization server (RFC 7009), with what the
    /// server ties to it. One that the server does not know counts as ended.
    ///
    /// The hint is "access_token" or "refresh_token" and saves the server a search.
    #[pyo3(signature = (token, *, token_type_hint=None))]
    fn revoke_token(
        &self,
        token: Argument<'_, '_>,
        token_type_hint: Given<'_, '_>,
    ) -> PyResult<()> {
        let hint = given("token_type_hint", token_type_hint, text)?;
        of_token(token, |token| self.core.revoke_token(token, hint))
    }

    /// What the authorization server knows of an access or a refresh token (RFC 7662). One that is
    /// over, or somebody else's, is not an error: it is not active.
    ///
    /// The hint is "access_token" or "refresh_token" and saves the server a search.
    #[pyo3(signature = (token, *, token_type_hint=None))]
    fn introspect_token(
        &self,
        token: Argument<'_, '_>,
        token_type_hint: Given<'_, '_>,
    ) -> PyResult<Introspection> {
        let hint = given("token_type_hint", token_type_hint, text)?;
        of_token(token, |token| self.core.introspect_token(token, hint)).map(Introspection)
    }
}

/// The one account that a token is scoped to.
fn account(py: Python<'_>, target: Given<'_, '_>, target_id: Given<'_, '_>) -> PyResult<Target> {
    let (target, target_id) = (given("target", target, text)?, given("target_id", target_id, id)?);
    run(py, || Target::only(target, target_id))
}
