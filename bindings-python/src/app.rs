//! The app.

use std::sync::Arc;

use appmint_core::{AuthorizationRequest, Clock, Lookup, Secret, Settings, Signer};
use pyo3::{prelude::*, types::PyString};

use crate::{
    authorization::Authorization,
    call,
    clock::ManualClock,
    convert::{
        self, callable, count, file, given, id, json_text, pairs, raw_body, secret, span, text,
        text_file, texts, wrong,
    },
    error::invalid,
    installation::Installation,
    response::Response,
    scope,
    signer::Callback,
    source::TokenSource,
    time::Offset,
    token::{Token, unpicklable},
    wait::{compute, land, run},
    webhook::Webhook,
};

type Given<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// A program's app on a platform.
///
/// One is enough for a program: it holds the connections and the tokens, and any thread may use
/// it. Times are timedeltas or seconds; a key or certificates are text, bytes or a Path to read.
#[pyclass(frozen, weakref, module = "appmint")]
pub(crate) struct App(appmint_core::App);

#[pymethods]
impl App {
    #[new]
    #[pyo3(signature = (
        platform=None, *, platform_descriptor=None, host=None, api_url=None, web_url=None,
        app_id=None, client_id=None, client_secret=None, private_key=None, other_private_key=None,
        private_key_passphrase=None, signer=None, jwt_back_date=None, jwt_lifetime=None,
        timeout=None, connect_timeout=None, proxy=None, root_certificates=None, user_agent=None,
        allow_plain_http=false, max_response_body=None, retries=None, clock=None,
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
        clock: Given<'_, '_>,
    ) -> PyResult<Self> {
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
            signer: given("signer", signer, callable)?.map(signs),
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
            clock: given("clock", clock, manual_clock)?,
        };
        compute(py, || settings.app()).map(Self)
    }

    /// The app's own JWT, reused until 60 s before it expires.
    fn jwt(&self, py: Python<'_>) -> PyResult<Token> {
        land(py, || self.0.jwt()).map(Token)
    }

    /// SHA-256 of the public key as the settings page shows it; None with an external signer.
    #[getter]
    fn fingerprint(&self) -> Option<String> {
        self.0.fingerprint()
    }

    /// The platform's name.
    #[getter]
    fn platform_name(&self) -> &str {
        self.0.platform().name()
    }

    /// How far the platform's clock is ahead of ours, as far as is known; 0 at first.
    #[getter]
    fn clock_offset(&self) -> Offset {
        Offset(self.0.clock_offset_ms())
    }

    /// Every installation of the app.
    fn installations(&self, py: Python<'_>) -> PyResult<Vec<Installation>> {
        let installations = land(py, || self.0.installations())?;
        Ok(installations.into_iter().map(Installation).collect())
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
        let things = [
            ("account", given("account", account, convert::id)?),
            ("id", given("id", id, convert::id)?),
            ("organization", given("organization", organization, text)?),
            ("user", given("user", user, text)?),
            ("repository", given("repository", repository, text)?),
            ("enterprise", given("enterprise", enterprise, text)?),
        ];
        let things = things.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let lookup = run(py, || Lookup::only(things))?;
        land(py, || self.0.find_installation(lookup)).map(Installation)
    }

    /// A source of tokens for one installation; nothing goes out yet.
    ///
    /// Its tokens reach all that the installation was granted, or only the repositories (by name
    /// without owner, or by id) and permissions (names to levels) given. One that is given but
    /// empty is refused: to a platform it would mean everything.
    #[pyo3(
        name = "installation",
        signature = (id, *, repositories=None, repository_ids=None, permissions=None),
        text_signature = "($self, id, *, repositories=None, repository_ids=None, permissions=None)",
    )]
    fn token_source(
        &self,
        id: &Bound<'_, PyAny>,
        repositories: Given<'_, '_>,
        repository_ids: Given<'_, '_>,
        permissions: Given<'_, '_>,
    ) -> PyResult<TokenSource> {
        let name = convert::id("id", id)?;
        let scope = scope::read(repositories, repository_ids, permissions)?;
        run(id.py(), || self.0.narrowed_installation(name, scope)).map(TokenSource)
    }

    /// A webhook whose signature proved right with one of the secrets; nothing goes out.
    ///
    /// The headers' names may be in any case; the body is the bytes as they came, before anything
    /// decoded or parsed them. Two secrets are for the time while one replaces the other.
    fn verify_webhook(
        &self,
        headers: &Bound<'_, PyAny>,
        body: &Bound<'_, PyAny>,
        secrets: &Bound<'_, PyAny>,
    ) -> PyResult<Webhook> {
        let py = body.py();
        let headers = pairs("headers", headers)?;
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (body, secrets) = (raw_body("body", body)?, convert::secrets("secrets", secrets)?);
        let webhook = compute(py, || self.0.verify_webhook(&headers, &body, &secrets))?;
        Webhook::new(py, webhook)
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
        run(py, || self.0.authorize(&request)).map(Authorization)
    }

    /// The code out of a callback URL, once its state is proven equal.
    fn authorization_code<'py>(
        &self,
        callback_url: &Bound<'py, PyAny>,
        state: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyString>> {
        let py = state.py();
        let (url, state) = (secret("callback_url", callback_url)?, secret("state", state)?);
        let code = run(py, || self.0.authorization_code(url.reveal(), state.reveal()))?;
        Ok(PyString::new(py, code.reveal()))
    }

    /// A user token for an authorization code, which is sent once, whatever happens.
    #[pyo3(signature = (code, redirect_uri=None, code_verifier=None))]
    fn exchange_code(
        &self,
        code: &Bound<'_, PyAny>,
        redirect_uri: Given<'_, '_>,
        code_verifier: Given<'_, '_>,
    ) -> PyResult<Token> {
        let redirect_uri = given("redirect_uri", redirect_uri, text)?;
        let code_verifier = given("code_verifier", code_verifier, secret)?;
        let secret = secret("code", code)?;
        land(code.py(), || self.0.exchange_code(secret, redirect_uri, code_verifier)).map(Token)
    }

    /// A new user token for a refresh token, or for a token that has one; it is sent once,
    /// whatever happens.
    fn refresh(&self, refresh_token: &Bound<'_, PyAny>) -> PyResult<Token> {
        let secret = refresh_secret(refresh_token)?;
        land(refresh_token.py(), || self.0.refresh(secret)).map(Token)
    }

    /// An API call as the app, or with the token given; any status is an answer.
    #[pyo3(signature = (method, path, headers=None, json=None, body=None, token=None))]
    fn request(
        &self,
        method: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        headers: Given<'_, '_>,
        json: Given<'_, '_>,
        body: Given<'_, '_>,
        token: Given<'_, '_>,
    ) -> PyResult<Response> {
        let call = call::read(method, path, headers, json, body)?;
        let token = given("token", token, token_secret)?;
        let call = token.into_iter().fold(call, appmint_core::Call::token);
        land(method.py(), || self.0.request(call)).map(Response)
    }

    fn __repr__(&self) -> String {
        format!("<appmint.App on {}>", self.0.platform().name())
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(unpicklable("App"))
    }
}

fn signs(callable: Py<PyAny>) -> Arc<dyn Signer> {
    Arc::new(Callback(callable))
}

fn manual_clock(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Arc<dyn Clock>> {
    let clock = value.cast::<ManualClock>().map_err(|_| wrong(name, "a ManualClock", value))?;
    Ok(Arc::new(clock.get().0.clone()))
}

fn token_secret(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    match value.cast::<Token>() {
        Ok(token) => Ok(token.get().0.reveal().into()),
        Err(_) => secret(name, value),
    }
}

fn refresh_secret(value: &Bound<'_, PyAny>) -> PyResult<Secret> {
    let Ok(token) = value.cast::<Token>() else { return secret("refresh_token", value) };
    let refresh_token = token.get().0.refresh_token().cloned();
    refresh_token.ok_or_else(|| invalid(value.py(), "this token came without a refresh token"))
}
