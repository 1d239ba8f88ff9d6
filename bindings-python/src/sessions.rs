//! Users' sessions: tokens that live in the store under a name, and are renewed there.

use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{Argument, Optional, id, optional, text},
    tokens::{source::TokenSource, token},
    twins::{Nothing, nothing, twins},
    wait::call,
};

#[pymethods]
impl App {
    /// Makes a source of one user's tokens, which are in the store under a name.
    ///
    /// They are renewed before they expire, once for all processes that share the store: a
    /// refresh token is spent once, whatever dies when. Before start_session the source's
    /// calls fail with ReauthorizeError ("no_session"); when the session has ended, with
    /// "rotation_interrupted" or "invalid_refresh_token", and the user must authorize the app
    /// again. No network I/O.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc9700#section-4.14,
    /// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
    ///
    /// Args:
    ///     name: The name that was given to start_session.
    ///
    /// Returns:
    ///     The source, whose tokens are of kind "user".
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no store or no client credentials (reason
    ///         "missing_credential").
    ///     InvalidArgumentError: The name is empty.
    ///     UnsupportedError: The platform has no OAuth.
    fn session(&self, name: Argument<'_, '_>) -> PyResult<TokenSource> {
        let py = name.py();
        let name = text("name", name)?;
        let source = call(py, || self.core.session(name))?;
        Ok(TokenSource::new(py, source, self))
    }
}

twins! { impl App {
    /// Writes a user token to the store under a name, in the place of any session that had
    /// it.
    ///
    /// From now on session returns and renews it. A record that cannot be opened stays: that
    /// session may go on elsewhere. With the user's id on the platform apply_webhook ends the
    /// session when the user revokes the authorization.
    ///
    /// Args:
    ///     name: A name of your choice, by which session finds the token.
    ///     token: A token of kind "user", with its refresh token.
    ///     account_id: The user's id on the platform. Default: the token's Token.account_id.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no store or no client credentials (reason
    ///         "missing_credential").
    ///     InvalidArgumentError: The name is empty, or the token is of another kind.
    ///     StoreError: The store failed, or its record of this name cannot be opened.
    ///     StoreError: Another key sealed its record of this name (reason "wrong_store_key").
    ///     Error: As every call over the network does, see App.
    (name, token, *, account_id=None)
    fn start_session / start_session_async(
        this, py, name: Argument<'_, '_>, token: Argument<'_, '_>, account_id: Optional<'_, '_>,
    ) -> Nothing {
        let core = this.core.clone();
        let name = text("name", name)?;
        let token = token::token("token", token)?;
        let account_id = optional("account_id", account_id, id)?;
        (move || core.start_session(name, token, account_id), nothing)
    }

    /// Forgets a user's session, in memory and in the store, even if its record cannot be
    /// opened there.
    ///
    /// The tokens themselves keep working: revoke_token or delete_grant ends them, on
    /// platforms that offer it.
    ///
    /// Args:
    ///     name: The name that was given to start_session.
    ///
    /// Raises:
    ///     InvalidArgumentError: The app has no store or no client credentials (reason
    ///         "missing_credential").
    ///     InvalidArgumentError: The name is empty.
    ///     StoreError: The store failed.
    ///     Error: As every call over the network does, see App.
    (name)
    fn end_session / end_session_async(this, py, name: Argument<'_, '_>) -> Nothing {
        let (core, name) = (this.core.clone(), text("name", name)?);
        (move || core.end_session(name), nothing)
    }
}}
