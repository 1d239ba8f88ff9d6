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
    ///
    /// See https://docs.github.com/en/rest/apps/oauth-applications#check-a-token
    ///
    /// Args:
    ///     token: The token or its text.
    ///
    /// Returns:
    ///     The token with these details, without a refresh token: keep the one that you have.
    ///
    /// Raises:
    ///     ReauthorizeError: The token is not valid any more, or another app's (reason
    ///         "invalid_token").
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (token)
    fn check_token / check_token_async(this, py, token: Argument<'_, '_>) -> Token {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.check_token(secret), Token)
    }

    /// Replaces a user token, which stops working.
    ///
    /// See https://docs.github.com/en/rest/apps/oauth-applications#reset-a-token
    ///
    /// Args:
    ///     token: The token or its text.
    ///
    /// Returns:
    ///     The new token.
    ///
    /// Raises:
    ///     ReauthorizeError: The token is not valid any more, or another app's (reason
    ///         "invalid_token").
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (token)
    fn reset_token / reset_token_async(this, py, token: Argument<'_, '_>) -> Token {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.reset_token(secret), Token)
    }

    /// Makes a user token with a part of a token's access, on exactly one account.
    ///
    /// See https://docs.github.com/en/rest/apps/apps#create-a-scoped-access-token
    ///
    /// Args:
    ///     token: The token or its text.
    ///     target: The account's name.
    ///     target_id: The account's id, instead of its name.
    ///     repositories: The names of the repositories to narrow to, without their owner.
    ///         Default: all that the token reaches there.
    ///     repository_ids: The ids of the repositories to narrow to. Default: all that the
    ///         token reaches there.
    ///     permissions: The permissions to narrow to, by name with their level. Default: all
    ///         that the token has.
    ///
    /// Returns:
    ///     The new token.
    ///
    /// Raises:
    ///     InvalidArgumentError: None or both of target and target_id are given, or an
    ///         argument is empty or malformed.
    ///     ReauthorizeError: The token is not valid any more, or another app's (reason
    ///         "invalid_token").
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
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

    /// Ends a user token on the platform. It succeeds if the token is already invalid.
    ///
    /// See https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
    ///
    /// Args:
    ///     token: The token or its text.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (token)
    fn delete_token / delete_token_async(this, py, token: Argument<'_, '_>) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.delete_token(secret), nothing)
    }

    /// Ends a user's authorization of the app with all its tokens.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
    ///
    /// Args:
    ///     token: One of these tokens, or its text, which must work.
    ///
    /// Raises:
    ///     ReauthorizeError: The platform does not know the token; nothing was ended, and the
    ///         authorization may live on (reason "invalid_token").
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (token)
    fn delete_grant / delete_grant_async(this, py, token: Argument<'_, '_>) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.delete_grant(secret), nothing)
    }

    /// Ends an access token or a refresh token at the authorization server.
    ///
    /// The server ends the tokens that belong to it, too. It succeeds if the server does not
    /// know the token.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc7009#section-2.1
    ///
    /// Args:
    ///     token: The token or its text.
    ///     token_type_hint: "access_token" or "refresh_token", which saves the server a
    ///         search. Default: none is sent.
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no such endpoint.
    ///     UnsupportedError: The server does not revoke tokens of this type (reason
    ///         "unsupported_token_type").
    ///     Error: As every call over the network does, see App.
    (token, *, token_type_hint=None)
    fn revoke_token / revoke_token_async(
        this, py, token: Argument<'_, '_>, token_type_hint: Optional<'_, '_>,
    ) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        let hint = optional("token_type_hint", token_type_hint, text)?;
        (move || core.revoke_token(secret, hint), nothing)
    }

    /// Asks the authorization server about an access token or a refresh token.
    ///
    /// A token that has expired, was revoked, is unknown or another client's is no error: it
    /// is not Introspection.active.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc7662#section-2.1
    ///
    /// Args:
    ///     token: The token or its text.
    ///     token_type_hint: "access_token" or "refresh_token", which saves the server a
    ///         search. Default: none is sent.
    ///
    /// Returns:
    ///     The state of the token at the server.
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no such endpoint.
    ///     Error: As every call over the network does, see App.
    (token, *, token_type_hint=None)
    fn introspect_token / introspect_token_async(
        this, py, token: Argument<'_, '_>, token_type_hint: Optional<'_, '_>,
    ) -> Introspection {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        let hint = optional("token_type_hint", token_type_hint, text)?;
        (move || core.introspect_token(secret, hint), Introspection)
    }
}}
