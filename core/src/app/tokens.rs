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
    /// A source of tokens for an installation. No network I/O yet.
    ///
    /// A bare text or number is the installation's id: `app.installation("14")`. An installation on an
    /// account is looked up when it is first needed, and again when the platform no longer knows the id
    /// that was found: `app.installation(Lookup::Organization("acme".into()))`. Narrowed tokens:
    /// `app.installation(Lookup::from("14").narrowed(Scope::all().repositories(["api"])))`.
    ///
    /// # Errors
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for an id that cannot be one,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without installations, without this
    /// lookup, or without narrowing.
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

    /// A source of the app's own tokens, on a platform that has them beside the JWT: minted for the JWT,
    /// for an assertion that the app signs (RFC 7523), or for the OAuth client itself (RFC 6749 §4.4). No
    /// network I/O yet.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) on a platform without such tokens, or without
    /// the scopes or subject that are requested.
    pub fn app_tokens(&self, request: AppTokenRequest) -> Result<TokenSource> {
        let owner = self.app_owner(request)?;
        Ok(TokenSource::new(&self.0.sources, owner, Scope::all()))
    }

    /// Revokes an installation token. It succeeds if the token is already invalid.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
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
