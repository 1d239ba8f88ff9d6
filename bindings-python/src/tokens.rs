//! Tokens of installations and of the app itself.

pub(crate) mod scope;
pub(crate) mod source;
pub(crate) mod subscription;
pub(crate) mod token;

use appmint_core::AppTokenRequest;
use pyo3::prelude::*;

use crate::{
    app::App,
    arguments::{Argument, Optional, optional, text, texts},
    installations::lookup::lookup,
    tokens::{scope::scope, source::TokenSource},
    twins::{Nothing, nothing, twins},
    wait::call,
};

#[pymethods]
impl App {
    /// Makes a source of tokens for one installation. No network I/O.
    ///
    /// The installation is named by its id or by exactly one of the arguments of find_installation.
    /// It is then looked up when the first token is needed, and again when the platform no longer
    /// knows it.
    ///
    /// Its tokens have all access that the installation was granted, unless they are narrowed. An
    /// empty list or mapping is refused, since platforms understand it as everything.
    #[pyo3(signature = (
        id=None, *, account=None, organization=None, user=None, repository=None, enterprise=None,
        repositories=None, repository_ids=None, permissions=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn installation(
        &self,
        py: Python<'_>,
        id: Optional<'_, '_>,
        account: Optional<'_, '_>,
        organization: Optional<'_, '_>,
        user: Optional<'_, '_>,
        repository: Optional<'_, '_>,
        enterprise: Optional<'_, '_>,
        repositories: Optional<'_, '_>,
        repository_ids: Optional<'_, '_>,
        permissions: Optional<'_, '_>,
    ) -> PyResult<TokenSource> {
        let lookup = lookup(py, account, id, organization, user, repository, enterprise)?;
        let scope = scope(repositories, repository_ids, permissions)?;
        let source = call(py, || self.core.installation(lookup.narrowed(scope)))?;
        Ok(TokenSource::new(py, source, self))
    }

    /// Makes a source of the app's own tokens, which some platforms have. No network I/O.
    #[pyo3(signature = (*, scopes=None, subject=None))]
    fn app_tokens(
        &self,
        py: Python<'_>,
        scopes: Optional<'_, '_>,
        subject: Optional<'_, '_>,
    ) -> PyResult<TokenSource> {
        let request = AppTokenRequest {
            scopes: optional("scopes", scopes, texts)?.unwrap_or_default(),
            subject: optional("subject", subject, text)?,
        };
        let source = call(py, || self.core.app_tokens(request))?;
        Ok(TokenSource::new(py, source, self))
    }
}

twins! { impl App {
    /// Ends an installation token. Succeeds if the token is already invalid.
    (token)
    fn revoke_installation_token / revoke_installation_token_async(
        this, py, token: Argument<'_, '_>,
    ) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.revoke_installation_token(secret), nothing)
    }
}}
