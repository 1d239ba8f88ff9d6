//! Tokens: sources of them, and their revocation.

use super::App;
use crate::{
    auth::{AppTokenRequest, Scope},
    error::Result,
    platform::descriptor::Base,
    resources::{InstallationRequest, Lookup},
    secret::Secret,
    sources::{Owner, TokenSource},
    tasks::Task,
};

impl App {
    /// Makes a source of tokens for one installation.
    ///
    /// The installation is named by its id or by exactly one of the arguments of
    /// [`App::find_installation`](crate::App::find_installation). One that is not named by its id
    /// is looked up when the first token is needed, and again when the platform no longer knows the
    /// id that was found.
    ///
    /// The tokens have all access that the installation was granted, unless they are narrowed. An
    /// empty list of repositories or permissions is refused, since platforms understand it as
    /// everything. No network I/O.
    ///
    /// A bare text or number is the installation's id: `app.installation("14")`. An account's:
    /// `app.installation(Lookup::Organization("acme".into()))`. Narrowed tokens:
    /// `app.installation(Lookup::from("14").narrowed(Scope::all().repositories(["api"])))`.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if no argument or several name an
    ///   installation, or an argument is empty or malformed.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no installations, no
    ///   lookup by this argument, or no tokens that are narrowed like this.
    pub fn installation(&self, request: impl Into<InstallationRequest>) -> Result<TokenSource> {
        let InstallationRequest { lookup, scope } = request.into();
        let (lookup, scope) = (lookup.cleaned()?, scope.cleaned()?);
        self.0.client.jwt_signer()?;
        let rules = self.platform().installation_token()?;
        scope.body(self.platform())?;
        if let Lookup::Id(id) = lookup {
            self.platform().endpoint(Base::Api, &rules.path, &[("installation_id", &id)])?;
            return Ok(TokenSource::new(&self.0.sources, Owner::Installation(id), scope));
        }
        lookup.name()?;
        lookup.endpoints(self.platform())?;
        Ok(TokenSource::looked_up(&self.0.sources, lookup, scope))
    }

    /// Makes a source of the app's own tokens, on a platform that has them beside the JWT.
    ///
    /// They are minted for the JWT, for an assertion that the app signs (RFC 7523: a service
    /// account), or for the OAuth client itself (RFC 6749 section 4.4), as the platform has it. No
    /// network I/O.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc7523#section-2.1>,
    /// <https://www.rfc-editor.org/rfc/rfc6749#section-4.4>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform has no such tokens, or does
    ///   not take an argument.
    pub fn app_tokens(&self, request: AppTokenRequest) -> Result<TokenSource> {
        let owner = self.app_owner(request)?;
        Ok(TokenSource::new(&self.0.sources, owner, Scope::all()))
    }

    /// Ends an installation token on the platform. It succeeds if the token is already invalid.
    ///
    /// - `token`: The token's text.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn revoke_installation_token(&self, token: impl Into<Secret>) -> Task<()> {
        self.0.sources.revoke(token.into())
    }

    fn app_owner(&self, mut request: AppTokenRequest) -> Result<Owner> {
        let platform = self.platform();
        if platform.assertion().is_ok() || platform.client_credentials().is_ok() {
            self.0.client.check_app_request(&request)?;
            request.scopes.sort_unstable();
            request.scopes.dedup();
            return Ok(Owner::TokenEndpoint(Box::new(request)));
        }
        self.0.client.jwt_signer()?;
        let rules = platform.descriptor().installation_token.as_ref();
        if rules.is_none_or(|rules| rules.app_path.is_none()) {
            return Err(platform.unsupported("tokens for the app itself"));
        }
        if request != AppTokenRequest::default() {
            return Err(platform.unsupported("scopes or a subject for the app's own tokens"));
        }
        Ok(Owner::App)
    }
}
