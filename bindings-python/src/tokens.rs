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
    /// Makes a source of tokens for one installation.
    ///
    /// The installation is named by its id or by exactly one of the arguments of
    /// find_installation. One that is not named by its id is looked up when the first token
    /// is needed, and again when the platform no longer knows the id that was found.
    ///
    /// The tokens have all access that the installation was granted, unless they are
    /// narrowed. An empty list of repositories or permissions is refused, since platforms
    /// understand it as everything. No network I/O.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
    ///
    /// Args:
    ///     id: The installation's id.
    ///     account: The path, login, name or id of an account of any kind, as the platform
    ///         writes it.
    ///     organization: An organization's login.
    ///     user: A user's login.
    ///     repository: A repository, as "owner/name".
    ///     enterprise: An enterprise's short name.
    ///     repositories: The names of the repositories to narrow to, without their owner.
    ///         Default: all that the installation has.
    ///     repository_ids: The ids of the repositories to narrow to. Default: all that the
    ///         installation has.
    ///     permissions: The permissions to narrow to, by name with their level, such as
    ///         "contents" with "read". Default: all that the installation was granted.
    ///
    /// Returns:
    ///     The source. Sources of one installation and scope share one token.
    ///
    /// Raises:
    ///     InvalidArgumentError: No argument or several name an installation, or an argument
    ///         is empty or malformed.
    ///     UnsupportedError: The platform has no installations, no lookup by this argument,
    ///         or no tokens that are narrowed like this.
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

    /// Makes a source of the app's own tokens, on a platform that has them beside the JWT.
    ///
    /// They are minted for the JWT, for an assertion that the app signs (RFC 7523: a service
    /// account), or for the OAuth client itself (RFC 6749 section 4.4), as the platform has
    /// it. No network I/O.
    ///
    /// See https://www.rfc-editor.org/rfc/rfc7523#section-2.1,
    /// https://www.rfc-editor.org/rfc/rfc6749#section-4.4
    ///
    /// Args:
    ///     scopes: OAuth scopes, on a platform that takes the app's assertion. Default: none.
    ///     subject: The user for whom the app acts, on a platform that takes the app's
    ///         assertion. Default: the app itself.
    ///
    /// Returns:
    ///     The source, whose tokens are of kind "app".
    ///
    /// Raises:
    ///     UnsupportedError: The platform has no such tokens, or does not take an argument.
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
    /// Ends an installation token on the platform. It succeeds if the token is already
    /// invalid.
    ///
    /// See
    /// https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token
    ///
    /// Args:
    ///     token: The token or its text.
    ///
    /// Raises:
    ///     UnsupportedError: The platform does not offer this.
    ///     Error: As every call over the network does, see App.
    (token)
    fn revoke_installation_token / revoke_installation_token_async(
        this, py, token: Argument<'_, '_>,
    ) -> Nothing {
        let (core, secret) = (this.core.clone(), token::secret("token", token)?);
        (move || core.revoke_installation_token(secret), nothing)
    }
}}
