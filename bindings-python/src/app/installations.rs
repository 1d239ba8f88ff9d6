//! Where the app is installed: looking that up, installing, suspending, deleting, and tokens for it.

use appmint_core::{AppTokenRequest, InstallRequest, Lookup};
use pyo3::prelude::*;

use super::{
    App,
    operations::{of_id, of_token},
};
use crate::{
    authorization::Authorization,
    convert::{Argument, Given, given, id, secret, text, texts},
    installation::Installation,
    listing::Listing,
    scope,
    source::TokenSource,
    wait::{land, run},
};

#[pymethods]
impl App {
    /// The installations of the app, fetched page by page as they are asked for.
    fn installations(&self, py: Python<'_>) -> PyResult<Listing> {
        run(py, || self.core.installations())
            .map(|list| Listing::new(list, self.callbacks.clone_ref(py)))
    }

    /// The installation on exactly one of: an account of any kind (as the platform writes it: path,
    /// login, name or id), an installation's id, an organization, a user, a repository
    /// (owner/name), an enterprise.
    #[pyo3(signature = (
        account=None, *, id=None, organization=None, user=None, repository=None, enterprise=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn find_installation(
        &self,
        py: Python<'_>,
        account: Given<'_, '_>,
        id: Given<'_, '_>,
        organization: Given<'_, '_>,
        user: Given<'_, '_>,
        repository: Given<'_, '_>,
        enterprise: Given<'_, '_>,
    ) -> PyResult<Installation> {
        let things = [account, id, organization, user, repository, enterprise];
        let lookup = lookup(py, things)?;
        land(py, || self.core.find_installation(lookup)).map(Installation)
    }

    /// A source of tokens for one installation, by its id or by exactly one of what
    /// find_installation takes; nothing goes out yet.
    ///
    /// Its tokens reach all that the installation was granted, or only the repositories (by name
    /// without owner, or by id) and permissions (names to levels) given. One that is given but
    /// empty is refused: to a platform it would mean everything.
    ///
    /// What is looked up is looked up once, kept through failures, and looked up again when the
    /// platform no longer knows it.
    #[pyo3(
        name = "installation",
        signature = (
            id=None, *, account=None, organization=None, user=None, repository=None,
            enterprise=None, repositories=None, repository_ids=None, permissions=None,
        ),
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn token_source(
        &self,
        py: Python<'_>,
        id: Given<'_, '_>,
        account: Given<'_, '_>,
        organization: Given<'_, '_>,
        user: Given<'_, '_>,
        repository: Given<'_, '_>,
        enterprise: Given<'_, '_>,
        repositories: Given<'_, '_>,
        repository_ids: Given<'_, '_>,
        permissions: Given<'_, '_>,
    ) -> PyResult<TokenSource> {
        let things = [account, id, organization, user, repository, enterprise];
        let lookup = lookup(py, things)?;
        let scope = scope::read(repositories, repository_ids, permissions)?;
        run(py, || self.core.installation_on(lookup, scope)).map(|core| self.source(py, core))
    }

    /// A source of the app's own tokens, where the platform has them beside the JWT; nothing goes
    /// out yet.
    ///
    /// On a platform that takes the app's assertion (RFC 7523: a service account) they may be asked
    /// for with OAuth scopes, and for a user whom the app acts for.
    #[pyo3(signature = (*, scopes=None, subject=None))]
    fn app_tokens(
        &self,
        py: Python<'_>,
        scopes: Given<'_, '_>,
        subject: Given<'_, '_>,
    ) -> PyResult<TokenSource> {
        let wanted = AppTokenRequest {
            scopes: given("scopes", scopes, texts)?.unwrap_or_default(),
            subject: given("subject", subject, text)?,
        };
        run(py, || self.core.app_tokens(wanted)).map(|core| self.source(py, core))
    }

    /// The URL where a person installs the app; nothing goes out.
    ///
    /// Its state is a fresh one where the platform takes one, else empty.
    #[pyo3(signature = (app_slug, *, state=None, redirect_uri=None))]
    fn install_url(
        &self,
        app_slug: Argument<'_, '_>,
        state: Given<'_, '_>,
        redirect_uri: Given<'_, '_>,
    ) -> PyResult<Authorization> {
        let request = install_request(app_slug, state, redirect_uri)?;
        run(app_slug.py(), || self.core.install_url(&request)).map(Authorization)
    }

    /// The installation that a person came back from making, once the state is proven equal and
    /// the platform has confirmed that it is this app's.
    fn finish_install(
        &self,
        callback_url: Argument<'_, '_>,
        state: Argument<'_, '_>,
    ) -> PyResult<Installation> {
        let (url, secret) = (secret("callback_url", callback_url)?, secret("state", state)?);
        let take_off = || self.core.finish_install(url.reveal(), secret.reveal());
        land(state.py(), take_off).map(Installation)
    }

    /// Suspends an installation: its tokens stop working until it is unsuspended.
    fn suspend_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        of_id("id", id, |id| self.core.suspend_installation(id))
    }

    /// Lets a suspended installation work again.
    fn unsuspend_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        of_id("id", id, |id| self.core.unsuspend_installation(id))
    }

    /// Uninstalls the app from where this installation is. There is no way back.
    fn delete_installation(&self, id: Argument<'_, '_>) -> PyResult<()> {
        of_id("id", id, |id| self.core.delete_installation(id))
    }

    /// Ends an installation token. One that is not valid any more counts as ended.
    fn revoke_installation_token(&self, token: Argument<'_, '_>) -> PyResult<()> {
        of_token(token, |token| self.core.revoke_installation_token(token))
    }
}

/// The one thing that an installation is looked up by.
fn lookup(
    py: Python<'_>,
    [account, id_, organization, user, repository, enterprise]: [Given<'_, '_>; 6],
) -> PyResult<Lookup> {
    let things = [
        ("account", given("account", account, id)?),
        ("id", given("id", id_, id)?),
        ("organization", given("organization", organization, text)?),
        ("user", given("user", user, text)?),
        ("repository", given("repository", repository, text)?),
        ("enterprise", given("enterprise", enterprise, text)?),
    ];
    let things = things.into_iter().filter_map(|(name, value)| Some((name, value?)));
    run(py, || Lookup::only(things))
}

/// What an installation asks for.
fn install_request(
    app_slug: Argument<'_, '_>,
    state: Given<'_, '_>,
    redirect_uri: Given<'_, '_>,
) -> PyResult<InstallRequest> {
    Ok(InstallRequest {
        app_slug: text("app_slug", app_slug)?,
        state: given("state", state, text)?,
        redirect_uri: given("redirect_uri", redirect_uri, text)?,
    })
}
