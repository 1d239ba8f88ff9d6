//! An app on a platform, as C holds it.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
    ptr,
};

use appmint_core::{App, AppTokenRequest, Scope, Secret};

use crate::{
    authorization::{appmint_authorization, appmint_authorization_request},
    border::{self, bytes, free, given, look, make, optional_text, show, text},
    config::appmint_config,
    error::{appmint_error, appmint_status},
    event::appmint_stats,
    installation::{appmint_installation, appmint_installations},
    lookup::{appmint_lookup, lookup},
    request::appmint_request,
    response::appmint_response,
    scope::appmint_scope,
    source::appmint_source,
    text::{Changing, Memo, appmint_text},
    token::appmint_token,
    webhook::{self, appmint_header, appmint_webhook_event},
};

/// An app on a platform.
pub struct appmint_app {
    pub(crate) core: App,
    fingerprint: Changing,
    platform_name: Memo,
}

impl From<App> for appmint_app {
    fn from(core: App) -> Self {
        let (fingerprint, platform_name) = Default::default();
        Self { core, fingerprint, platform_name }
    }
}

/// An app with this configuration, which is checked here; nothing goes out. `config` stays yours.
/// You own `*app`: appmint_app_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_new(
    config: Option<&appmint_config>,
    app: Option<&mut MaybeUninit<*mut appmint_app>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("app", app, error, || given("config", config)?.settings.clone().app())
}

/// The app's own JWT, reused until 60 s before it expires. You own `*token`: appmint_token_free.
///
/// Blocks at most for the app's timeout, while the signer signs.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_jwt(
    app: Option<&appmint_app>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || given("app", app)?.core.jwt().wait())
}

/// SHA-256 of the public key in use, as the platform's settings page shows it; NULL without a private
/// key. Borrowed until `app` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_fingerprint(app: Option<&appmint_app>) -> *const c_char {
    look(app, ptr::null(), |app| app.fingerprint.shown(app.core.fingerprint()))
}

/// The platform's name. Borrowed until `app` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_platform_name(app: Option<&appmint_app>) -> *const c_char {
    show(app, |app| app.platform_name.some(|| app.core.platform().name()))
}

/// How far the platform's clock is ahead of ours in milliseconds, as far as is known; 0 at first.
/// Learned when the platform blames a JWT's times, and applied from then on.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_clock_offset_ms(app: Option<&appmint_app>) -> i64 {
    look(app, 0, |app| app.core.clock_offset_ms())
}

/// The installations of the app, fetched page by page as they are asked for; nothing goes out yet.
/// You own `*listing`: appmint_installations_free. It goes on working when `app` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installations(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_installations>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("listing", listing, error, || given("app", app)?.core.installations())
}

/// The installation on an account of any kind, as the platform writes it: its path, login, name or
/// id. You own `*installation`: appmint_installation_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_find_installation(
    app: Option<&appmint_app>,
    account: *const c_char,
    account_len: usize,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("installation", installation, error, || {
        let account = text("account", account, account_len)?;
        given("app", app)?.core.find_installation(account).wait()
    })
}

/// The installation that is looked up by `text`, which is what `kind` says: an organization's name
/// for APPMINT_LOOKUP_ORGANIZATION. You own `*installation`: appmint_installation_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_find_installation_by(
    app: Option<&appmint_app>,
    kind: appmint_lookup,
    text: *const c_char,
    text_len: usize,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("installation", installation, error, || {
        let lookup = lookup(kind, border::text("text", text, text_len)?)?;
        given("app", app)?.core.find_installation(lookup).wait()
    })
}

/// A source of tokens for one installation; nothing goes out yet. You own `*source`:
/// appmint_source_free. It goes on working when `app` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("source", source, error, || given("app", app)?.core.installation(text("id", id, id_len)?))
}

/// A source of tokens for a part of what an installation was granted; nothing goes out yet. `scope`
/// stays yours, and must name something. You own `*source`: appmint_source_free. It goes on working
/// when `app` is freed.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without narrowed tokens.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_narrowed_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    scope: Option<&appmint_scope>,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("source", source, error, || {
        let id = text("id", id, id_len)?;
        let scope = given("scope", scope)?.core.clone().narrowing()?;
        given("app", app)?.core.narrowed_installation(id, scope)
    })
}

/// A source of tokens for the installation that is looked up by `text`, which is what `kind` says:
/// once, when a token is first needed, and again when the platform no longer knows what was found.
/// Nothing goes out yet. `scope` stays yours, and may be NULL for all that the installation was
/// granted; if not, it must name something. You own `*source`: appmint_source_free. It goes on
/// working when `app` is freed.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without narrowed tokens, or without this lookup.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_installation_on(
    app: Option<&appmint_app>,
    kind: appmint_lookup,
    text: *const c_char,
    text_len: usize,
    scope: Option<&appmint_scope>,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("source", source, error, || {
        let lookup = lookup(kind, border::text("text", text, text_len)?)?;
        let scope = scope.map_or(Ok(Scope::all()), |scope| scope.core.clone().narrowing())?;
        given("app", app)?.core.installation_on(lookup, scope)
    })
}

/// A source of the app's own tokens, where the platform has them beside the JWT; nothing goes out
/// yet. You own `*source`: appmint_source_free. It goes on working when `app` is freed.
///
/// On a platform that takes the app's assertion (RFC 7523: a service account) they may be asked for
/// with OAuth scopes, and for a user whom the app acts for. `scopes` are `scopes_len` texts, each
/// with a NUL at its end; they stay yours. `subject` is the user, or NULL.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without them, or without what is asked for.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_app_tokens(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_len: usize,
    subject: *const c_char,
    subject_len: usize,
    source: Option<&mut MaybeUninit<*mut appmint_source>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("source", source, error, || {
        let scopes = border::texts("scopes", "scope", scopes, scopes_len)?;
        let subject = optional_text("subject", subject, subject_len)?.map(str::to_owned);
        given("app", app)?.core.app_tokens(AppTokenRequest { scopes, subject })
    })
}

/// The URL where a user authorizes the app, with a fresh state; nothing goes out. `request` stays
/// yours, and may be NULL to ask for nothing in particular. You own `*authorization`:
/// appmint_authorization_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_authorize(
    app: Option<&appmint_app>,
    request: Option<&appmint_authorization_request>,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("authorization", authorization, error, || {
        let request = request.map(|request| request.core.clone()).unwrap_or_default();
        given("app", app)?.core.authorize(&request)
    })
}

/// The code out of the URL that the user came back with, once its state has proved equal to
/// `state`. You own `*code`: appmint_text_free.
///
/// APPMINT_ERROR_REAUTHORIZE for another state, APPMINT_ERROR_DENIED when the user said no.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_authorization_code(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
    code: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("code", code, error, || {
        let callback_url = text("callback_url", callback_url, callback_url_len)?;
        let state = text("state", state, state_len)?;
        given("app", app)?.core.authorization_code(callback_url, state)
    })
}

/// A user token for an authorization code, which is sent once, whatever happens; again only with
/// the second key, where the first was refused as the client's. `redirect_uri` is the one that the authorization had, or NULL; `code_verifier` the one of the authorization, or
/// NULL. You own `*token`: appmint_token_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_code(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    code_verifier: *const c_char,
    code_verifier_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || {
        let code = text("code", code, code_len)?;
        let redirect_uri = optional_text("redirect_uri", redirect_uri, redirect_uri_len)?;
        let verifier = optional_text("code_verifier", code_verifier, code_verifier_len)?;
        let (redirect_uri, verifier) =
            (redirect_uri.map(str::to_owned), verifier.map(Secret::from));
        given("app", app)?.core.exchange_code(code, redirect_uri, verifier).wait()
    })
}

/// A new user token for a refresh token, which is sent once, whatever happens; again only with the
/// second key, where the first was refused as the client's. You own `*token`: appmint_token_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_refresh(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("token", token, error, || {
        let refresh_token = text("refresh_token", refresh_token, refresh_token_len)?;
        given("app", app)?.core.refresh(refresh_token).wait()
    })
}

/// A webhook, once its signature has proved right with any of the secrets: two, while one replaces
/// the other. Nothing goes out.
///
/// `headers` are the `headers_len` headers that came, all of them: which of them matter depends on
/// the platform. `body` is the bytes as they came: a body that was parsed and written again has
/// another signature. `secrets` are `secrets_len` texts, each with a NUL at its end. All of these
/// stay yours. You own `*webhook`: appmint_webhook_event_free.
///
/// APPMINT_ERROR_UNAUTHORIZED with APPMINT_REASON_INVALID_SIGNATURE when no secret fits,
/// APPMINT_ERROR_UNSUPPORTED where the platform signs nothing.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_verify_webhook(
    app: Option<&appmint_app>,
    headers: *const appmint_header,
    headers_len: usize,
    body: *const c_void,
    body_len: usize,
    secrets: *const *const c_char,
    secrets_len: usize,
    webhook: Option<&mut MaybeUninit<*mut appmint_webhook_event>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("webhook", webhook, error, || {
        let body = bytes("body", body, body_len)?;
        let headers = webhook::headers(headers, headers_len)?;
        let secrets = border::secrets("secrets", "secret", secrets, secrets_len)?;
        given("app", app)?.core.verify_webhook(&headers, body, &secrets)
    })
}

/// Forgets the tokens that a webhook says are worth asking for anew: its installation was suspended,
/// deleted, or given other permissions or repositories. Answers how many; 0 for NULL. Nothing goes
/// out.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_apply_webhook(
    app: Option<&appmint_app>,
    webhook: Option<&appmint_webhook_event>,
) -> usize {
    look(app.zip(webhook), 0, |(app, webhook)| app.core.apply_webhook(&webhook.core))
}

/// How often things happened since the app was made. You own `*stats`: appmint_stats_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_stats(
    app: Option<&appmint_app>,
    stats: Option<&mut MaybeUninit<*mut appmint_stats>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("stats", stats, error, || Ok(given("app", app)?.core.stats()))
}

/// Ends the app's threads and forgets its tokens, before it is freed and whatever sources there are
/// of it. Calls that are on their way come to their end; new ones are refused.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_close(app: Option<&appmint_app>) {
    look(app, (), |app| app.core.close());
}

/// An API call as the app, or with the request's own token; any HTTP status is an answer, and
/// APPMINT_OK. `request` stays yours. You own `*response`: appmint_response_free.
///
/// Blocks at most for the request's timeout, or the app's.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_request(
    app: Option<&appmint_app>,
    request: Option<&appmint_request>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("response", response, error, || {
        let call = given("request", request)?.core.clone();
        given("app", app)?.core.request(call).wait()
    })
}

/// Frees an app. NULL is fine. Sources of it go on working; calls on their way on other threads
/// come to their end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_free(app: Option<Box<appmint_app>>) {
    free(app);
}
