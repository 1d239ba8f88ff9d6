//! The app.

use appmint_core::{AppTokenRequest, AuthorizationRequest, Settings};
use pyo3::{PyTraverseError, PyVisit, prelude::*, types::PyString};

use crate::{
    authorization::{self, Authorization},
    call,
    callback::Callbacks,
    clock::clock as clock_of,
    convert::{
        self, Argument, Given, count, file, given, id, json_text, pairs, raw_body, secret, span,
        text, text_file, texts,
    },
    event,
    hook::{self, HookConfig, HookDelivery},
    installation::Installation,
    introspection::Introspection,
    listing::Listing,
    login::{self, DeviceLogin, Login},
    operations::{self, of_id, of_token},
    registration::Registration,
    response::Response,
    scope, signer,
    source::TokenSource,
    stats::Stats,
    store,
    time::Offset,
    token::{self, Token, unpicklable},
    wait::{compute, land, run},
    webhook::{self, Webhook},
};

/// A program's app on a platform.
///
/// One is enough for a program: it holds the connections and the tokens, and any thread may use
/// it. Times are timedeltas or seconds; a key or certificates are text, bytes or a Path to read.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App {
    core: appmint_core::App,
    callbacks: Py<Callbacks>,
}

#[pymethods]
impl App {
    #[new]
    #[pyo3(signature = (
        platform=None, *, platform_descriptor=None, host=None, api_url=None, web_url=None,
        app_id=None, client_id=None, client_secret=None, private_key=None, other_private_key=None,
        private_key_passphrase=None, key_id=None, other_key_id=None, signer=None,
        jwt_back_date=None, jwt_lifetime=None, timeout=None, connect_timeout=None, proxy=None,
        root_certificates=None, user_agent=None, allow_plain_http=false, max_response_body=None,
        retries=None, retry_wait=None, store=None, store_key=None, other_store_key=None,
        store_unencrypted=false, capacity=None, on_event=None, clock=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        platform: Given<'_, '_>,
        platform_descriptor: Given<'_, '_>,
        host: Given<'_, '_>,
        api_url: Given<'_, '_>,
        web_url: Given<'_, '_>,
        app_id: Given<'_, '_>,
        client_id: Given<'_, '_>,
        client_secret: Given<'_, '_>,
        private_key: Given<'_, '_>,
        other_private_key: Given<'_, '_>,
        private_key_passphrase: Given<'_, '_>,
        key_id: Given<'_, '_>,
        other_key_id: Given<'_, '_>,
        signer: Given<'_, '_>,
        jwt_back_date: Given<'_, '_>,
        jwt_lifetime: Given<'_, '_>,
        timeout: Given<'_, '_>,
        connect_timeout: Given<'_, '_>,
        proxy: Given<'_, '_>,
        root_certificates: Given<'_, '_>,
        user_agent: Given<'_, '_>,
        allow_plain_http: bool,
        max_response_body: Given<'_, '_>,
        retries: Given<'_, '_>,
        retry_wait: Given<'_, '_>,
        store: Given<'_, '_>,
        store_key: Given<'_, '_>,
        other_store_key: Given<'_, '_>,
        store_unencrypted: bool,
        capacity: Given<'_, '_>,
        on_event: Given<'_, '_>,
        clock: Given<'_, '_>,
    ) -> PyResult<Self> {
        let callbacks = Bound::new(py, Callbacks::default())?;
        let signer_of = |name: &str, value: &_| signer::signer(name, value, &callbacks);
        let store_of = |name: &str, value: &_| store::Given::read(name, value, &callbacks);
        let (store, own_store) =
            given("store", store, store_of)?.map_or((None, None), store::Given::parts);
        let settings = Settings {
            platform: given("platform", platform, text)?,
            platform_descriptor: given("platform_descriptor", platform_descriptor, json_text)?,
            host: given("host", host, text)?,
            api_url: given("api_url", api_url, text)?,
            web_url: given("web_url", web_url, text)?,
            app_id: given("app_id", app_id, id)?,
            client_id: given("client_id", client_id, id)?,
            client_secret: given("client_secret", client_secret, secret)?,
            private_key: given("private_key", private_key, file)?,
            other_private_key: given("other_private_key", other_private_key, file)?,
            private_key_passphrase: given(
                "private_key_passphrase",
                private_key_passphrase,
                secret,
            )?,
            key_id: given("key_id", key_id, text)?,
            other_key_id: given("other_key_id", other_key_id, text)?,
            signer: given("signer", signer, signer_of)?,
            jwt_back_date: given("jwt_back_date", jwt_back_date, span)?,
            jwt_lifetime: given("jwt_lifetime", jwt_lifetime, span)?,
            timeout: given("timeout", timeout, span)?,
            connect_timeout: given("connect_timeout", connect_timeout, span)?,
            proxy: given("proxy", proxy, secret)?,
            root_certificates: given("root_certificates", root_certificates, text_file)?,
            user_agent: given("user_agent", user_agent, text)?,
            allow_plain_http,
            max_response_body: given("max_response_body", max_response_body, count)?,
            retries: given("retries", retries, count)?,
            retry_wait: given("retry_wait", retry_wait, span)?,
            store,
            own_store,
            store_key: given("store_key", store_key, store::key)?,
            other_store_key: given("other_store_key", other_store_key, store::key)?,
            store_unencrypted,
            capacity: given("capacity", capacity, count)?,
            on_event: Some(event::listener(on_event, &callbacks)?),
            clock: given("clock", clock, clock_of)?,
        };
        let core = compute(py, || settings.app())?;
        Ok(Self { core, callbacks: callbacks.unbind() })
    }

    /// The app's own JWT, reused until 60 s before it expires.
    fn jwt(&self, py: Python<'_>) -> PyResult<Token> {
        land(py, || self.core.jwt()).map(Token)
    }

    /// SHA-256 of the public key as the settings page shows it; None with an external signer.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.core.fingerprint()
    }

    /// The platform's name.
    #[getter]
    fn platform_name(&self) -> &str {
        self.core.platform().name()
    }

    /// How far the platform's clock is ahead of ours, as far as is known; 0 at first.
    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.core.clock_offset_ms())
    }

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
        let lookup = operations::lookup(py, things)?;
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
        let lookup = operations::lookup(py, things)?;
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

    /// The app as the platform has it registered.
    fn registration(&self, py: Python<'_>) -> PyResult<Registration> {
        land(py, || self.core.registration()).map(Registration)
    }

    /// The app that a manifest's code stands for, with its key and secrets, which are told once.
    /// Needs no credential.
    fn convert_manifest(&self, code: Argument<'_, '_>) -> PyResult<Registration> {
        let secret = secret("code", code)?;
        land(code.py(), || self.core.convert_manifest(secret.reveal())).map(Registration)
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

    /// Where the platform sends the app's events.
    fn hook_config(&self, py: Python<'_>) -> PyResult<HookConfig> {
        land(py, || self.core.hook_config()).map(HookConfig)
    }

    /// Changes where and how the platform sends the app's events. What is not given stays.
    #[pyo3(signature = (*, url=None, content_type=None, secret=None, insecure_ssl=None))]
    fn update_hook_config(
        &self,
        py: Python<'_>,
        url: Given<'_, '_>,
        content_type: Given<'_, '_>,
        secret: Given<'_, '_>,
        insecure_ssl: Given<'_, '_>,
    ) -> PyResult<HookConfig> {
        let change = hook::change(url, content_type, secret, insecure_ssl)?;
        land(py, || self.core.update_hook_config(change)).map(HookConfig)
    }

    /// The events that were sent to the app, newest first, fetched page by page as they are asked
    /// for.
    fn hook_deliveries(&self, py: Python<'_>) -> PyResult<Listing> {
        run(py, || self.core.hook_deliveries())
            .map(|list| Listing::new(list, self.callbacks.clone_ref(py)))
    }

    /// One of them, with what was sent and what the receiver answered in its raw.
    fn hook_delivery(&self, id: Argument<'_, '_>) -> PyResult<HookDelivery> {
        of_id("id", id, |id| self.core.hook_delivery(id)).map(HookDelivery)
    }

    /// Has an event sent once more.
    fn redeliver_hook(&self, delivery_id: Argument<'_, '_>) -> PyResult<()> {
        of_id("delivery_id", delivery_id, |id| self.core.redeliver_hook(id))
    }

    /// A user's token as the platform knows it: its scopes, its expiry and whose it is.
    ///
    /// A ReauthorizeError with reason "bad_token" when it is no longer valid, or another app's. The
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
        let target = operations::target(token.py(), target, target_id)?;
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

    /// Reports credentials that have leaked, whosever they are; the platform ends them and tells
    /// their owners. Needs no credential.
    fn revoke_credentials(&self, credentials: Argument<'_, '_>) -> PyResult<()> {
        let secrets = convert::tokens("credentials", credentials)?;
        land(credentials.py(), || self.core.revoke_credentials(secrets))
    }

    /// Ends an installation token. One that is not valid any more counts as ended.
    fn revoke_installation_token(&self, token: Argument<'_, '_>) -> PyResult<()> {
        of_token(token, |token| self.core.revoke_installation_token(token))
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
        let request = operations::install_request(app_slug, state, redirect_uri)?;
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

    /// A webhook whose signature proved right with one of the secrets; nothing goes out.
    ///
    /// The headers' names may be in any case; the body is the bytes as they came, before anything
    /// decoded or parsed them. Two secrets are for the time while one replaces the other.
    fn verify_webhook(
        &self,
        headers: Argument<'_, '_>,
        body: Argument<'_, '_>,
        secrets: Argument<'_, '_>,
    ) -> PyResult<Webhook> {
        let py = body.py();
        let headers = pairs("headers", headers)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (body, secrets) = (raw_body("body", body)?, convert::secrets("secrets", secrets)?);
        let webhook = compute(py, || self.core.verify_webhook(&headers, &body, &secrets))?;
        Webhook::new(py, webhook)
    }

    /// Forgets the tokens of an installation that a webhook says was suspended, deleted or
    /// changed; how many.
    fn heed_webhook(&self, webhook: Argument<'_, '_>) -> PyResult<usize> {
        let py = webhook.py();
        let webhook = webhook::read("webhook", webhook)?;
        run(py, || Ok(self.core.heed_webhook(&webhook)))
    }

    /// How often things happened since the app was made.
    fn stats(&self) -> Stats {
        Stats(self.core.stats())
    }

    /// Ends the app's threads and forgets its tokens. Calls that are on their way come to their
    /// end; new ones are refused. `with app:` does so at its end.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        compute(py, || {
            self.core.close();
            Ok(())
        })
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_kind, _error, _traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        _kind: Given<'_, '_>,
        _error: Given<'_, '_>,
        _traceback: Given<'_, '_>,
    ) -> PyResult<()> {
        self.close(py)
    }

    /// The URL where a user authorizes the app, with a fresh state.
    #[pyo3(signature = (redirect_uri=None, state=None, scopes=None, login=None))]
    fn authorize(
        &self,
        py: Python<'_>,
        redirect_uri: Given<'_, '_>,
        state: Given<'_, '_>,
        scopes: Given<'_, '_>,
        login: Given<'_, '_>,
    ) -> PyResult<Authorization> {
        let request = AuthorizationRequest {
            redirect_uri: given("redirect_uri", redirect_uri, text)?,
            state: given("state", state, text)?,
            scopes: given("scopes", scopes, texts)?.unwrap_or_default(),
            login: given("login", login, text)?,
        };
        run(py, || self.core.authorize(&request)).map(Authorization)
    }

    /// The code out of a callback URL, once its state is proven equal.
    fn authorization_code<'py>(
        &self,
        callback_url: Argument<'_, 'py>,
        state: Argument<'_, 'py>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = state.py();
        let (url, state) = (secret("callback_url", callback_url)?, secret("state", state)?);
        let code = run(py, || self.core.authorization_code(url.reveal(), state.reveal()))?;
        Ok(PyString::new(py, code.reveal()))
    }

    /// A user token for an authorization code, which is sent once, whatever happens.
    #[pyo3(signature = (code, redirect_uri=None, code_verifier=None))]
    fn exchange_code(
        &self,
        code: Argument<'_, '_>,
        redirect_uri: Given<'_, '_>,
        code_verifier: Given<'_, '_>,
    ) -> PyResult<Token> {
        let redirect_uri = given("redirect_uri", redirect_uri, text)?;
        let code_verifier = given("code_verifier", code_verifier, secret)?;
        let secret = secret("code", code)?;
        land(code.py(), || self.core.exchange_code(secret, redirect_uri, code_verifier)).map(Token)
    }

    /// The user token that an authorization brought, given the URL that the user came back with.
    ///
    /// The state is compared in constant time, `iss` where the platform sends one, the platform must
    /// be the same, and it works once. A DeniedError when the user said no.
    fn finish_authorization(
        &self,
        authorization: Argument<'_, '_>,
        callback_url: Argument<'_, '_>,
    ) -> PyResult<Token> {
        let core = authorization::read("authorization", authorization)?;
        let url = secret("callback_url", callback_url)?;
        let take_off = || self.core.finish_authorization(&core, url.reveal());
        land(callback_url.py(), take_off).map(Token)
    }

    /// An authorization as text that only the app's store_key opens, for the user's cookie or
    /// session until they come back, to whichever process.
    fn seal_authorization(&self, authorization: Argument<'_, '_>) -> PyResult<String> {
        let core = authorization::read("authorization", authorization)?;
        run(authorization.py(), || self.core.seal_authorization(&core))
    }

    /// The authorization that was sealed.
    fn open_authorization(&self, sealed: Argument<'_, '_>) -> PyResult<Authorization> {
        let secret = secret("sealed", sealed)?;
        run(sealed.py(), || self.core.open_authorization(secret.reveal())).map(Authorization)
    }

    /// Begins a login of the person at this machine: a listener on 127.0.0.1 that their browser
    /// comes back to. Nothing goes out yet.
    ///
    /// The ports are tried in order (default: any free one); the path is /callback if it is not
    /// given.
    #[pyo3(signature = (*, scopes=None, login=None, ports=None, path=None))]
    fn start_login(
        &self,
        py: Python<'_>,
        scopes: Given<'_, '_>,
        login: Given<'_, '_>,
        ports: Given<'_, '_>,
        path: Given<'_, '_>,
    ) -> PyResult<Login> {
        let request = login::request(scopes, login, ports, path)?;
        let core = run(py, || self.core.start_login(request))?;
        Ok(Login { core, callbacks: self.callbacks.clone_ref(py) })
    }

    /// Begins a login on another device: shows a code to type there.
    #[pyo3(signature = (*, scopes=None))]
    fn start_device_login(&self, py: Python<'_>, scopes: Given<'_, '_>) -> PyResult<DeviceLogin> {
        let scopes = given("scopes", scopes, texts)?.unwrap_or_default();
        let core = land(py, || self.core.start_device_login(scopes))?;
        Ok(DeviceLogin { core, callbacks: self.callbacks.clone_ref(py) })
    }

    /// A source of one user's tokens, which live in the store under a name of your choice and are
    /// renewed ahead of their end; nothing goes out yet. Processes that share the store renew once.
    fn session(&self, name: Argument<'_, '_>) -> PyResult<TokenSource> {
        let (py, text) = (name.py(), text("name", name)?);
        run(py, || self.core.session(text)).map(|core| self.source(py, core))
    }

    /// Writes a user's Token down: from now on session gives it and renews it. It takes the place
    /// of what was there.
    fn start_session(&self, name: Argument<'_, '_>, token: Argument<'_, '_>) -> PyResult<()> {
        let (text, core) = (text("name", name)?, token::read("token", token)?);
        land(name.py(), || self.core.start_session(text, core))
    }

    /// Forgets a user's session, here and in the store. The tokens themselves go on working:
    /// delete_grant ends them, where the platform has it.
    fn end_session(&self, name: Argument<'_, '_>) -> PyResult<()> {
        let text = text("name", name)?;
        land(name.py(), || self.core.end_session(text))
    }

    /// A new user token for a refresh token, or for a token that has one; it is sent once,
    /// whatever happens.
    fn refresh(&self, refresh_token: Argument<'_, '_>) -> PyResult<Token> {
        let secret = convert::refresh_token("refresh_token", refresh_token)?;
        land(refresh_token.py(), || self.core.refresh(secret)).map(Token)
    }

    /// An API call as the app, or with the token given; any status is an answer. The timeout
    /// (default: the app's) is for the whole of it.
    #[pyo3(signature = (
        method, path, headers=None, json=None, body=None, token=None, *, timeout=None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn request(
        &self,
        method: Argument<'_, '_>,
        path: Argument<'_, '_>,
        headers: Given<'_, '_>,
        json: Given<'_, '_>,
        body: Given<'_, '_>,
        token: Given<'_, '_>,
        timeout: Given<'_, '_>,
    ) -> PyResult<Response> {
        let call = call::read(method, path, headers, json, body, timeout)?;
        let token = given("token", token, convert::token)?;
        let call = token.into_iter().fold(call, appmint_core::Call::token);
        land(method.py(), || self.core.request(call)).map(Response)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.App on {}>", self.core.platform().name())
    }

    fn __reduce_ex__(&self, _protocol: Argument<'_, '_>) -> PyResult<()> {
        Err(unpicklable("App"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callbacks)
    }
}

impl App {
    fn source(&self, py: Python<'_>, core: appmint_core::TokenSource) -> TokenSource {
        TokenSource { core, callbacks: self.callbacks.clone_ref(py) }
    }
}
