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
    /// Makes a source of one user's tokens. No network I/O.
    ///
    /// They live in the store under a name and are renewed before they expire, once for all
    /// processes that share the store.
    fn session(&self, name: Argument<'_, '_>) -> PyResult<TokenSource> {
        let py = name.py();
        let name = text("name", name)?;
        let source = call(py, || self.core.session(name))?;
        Ok(TokenSource::new(py, source, self))
    }
}

twins! { impl App {
    /// Writes a user token to the store, and replaces the session that had this name.
    ///
    /// With `account_id`, the user's id on the platform, apply_webhook ends the session when the
    /// user revokes the authorization.
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

    /// Forgets a user's session, in memory and in the store, whether its record opens or not.
    ///
    /// The tokens themselves keep working: revoke_token or delete_grant ends them, on platforms
    /// that offer it.
    (name)
    fn end_session / end_session_async(this, py, name: Argument<'_, '_>) -> Nothing {
        let (core, name) = (this.core.clone(), text("name", name)?);
        (move || core.end_session(name), nothing)
    }
}}
