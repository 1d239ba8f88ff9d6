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
    twins::{Nothing, nothing, twins},
    wait::call,
};

twins! { impl App {
    /// Asks the platform about a user token: its scopes, its expiry and its account.
    (token)
    fn check_token / check_token_async(this, py, token: Argument<'_, '_>) -> Token {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.check_token(secret), Token)
    }

    /// Replaces a user token, which stops working.
    (token)
    fn reset_token / reset_token_async(this, py, token: Argument<'_, '_>) -> Token {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.reset_token(secret), Token)
    }

    /// Makes a user token with a part of a token's access, on exactly one account.
    (
        token, *, target=None, target_id=None, repositories=None, repository_ids=None,
        permissions=None,
    )
    fn scope_token / scope_token_async(
        this,
        py,
        token: Argument<'_, '_>,
        target: Optional<'_, '_>,
        target_id: Optional<'_, '_>,
        repositories: Optional<'_, '_>,
        repository_ids: Optional<'_, '_>,
        permissions: Optional<'_, '_>,
    ) -> Token {
        let core = this.core.clone();
        let secret = token::secret("token", token)?;
        let name = optional("target", target, text)?;
        let id = optional("target_id", target_id, id)?;
        let target = call(py, || Target::only(name, id))?;
        let scope = scope(repositories, repository_ids, permissions)?;
        (move || core.scope_token(secret, &target, &scope), Token)
    }

    /// Ends a user token. Succeeds if the token is already invalid.
    (token)
    fn delete_token / delete_token_async(this, py, token: Argument<'_, '_>) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.delete_token(secret), nothing)
    }

    /// Ends a user's authorization of the app with all its tokens.
    (token)
    fn delete_grant / delete_grant_async(this, py, token: Argument<'_, '_>) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.delete_grant(secret), nothing)
    }

    /// Ends an access token or a refresh token at the authorization server (RFC 7009).
    ///
    /// The server ends the tokens that belong to it, too. Succeeds if it does not know the token.
    (token, *, token_type_hint=None)
    fn revoke_token / revoke_token_async(
        this, py, token: Argument<'_, '_>, token_type_hint: Optional<'_, '_>,
    ) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        let hint = optional("token_type_hint", token_type_hint, text)?;
        (move || core.revoke_token(secret, hint), nothing)
    }

    /// Asks the authorization server about an access token or a refresh token (RFC 7662).
    ///
    /// A token that is invalid or another client's is no error: it is not active.
    (token, *, token_type_hint=None)
    fn introspect_token / introspect_token_async(
        this, py, token: Argument<'_, '_>, token_type_hint: Optional<'_, '_>,
    ) -> Introspection {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        let hint = optional("token_type_hint", token_type_hint, text)?;
        (move || core.introspect_token(secret, hint), Introspection)
    }
}}
