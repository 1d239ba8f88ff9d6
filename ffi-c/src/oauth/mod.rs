//! Users who authorize the app.

pub mod authorization;
pub mod device;
pub mod introspection;
pub mod login;
pub mod user_tokens;

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{
    Result, Secret, Task, Token, auth::TokenExchange, logins::DeviceLogin, oauth::CodeExchange,
};

use crate::{
    app::{app_of, appmint_app},
    call::{new_object, wait_for},
    convert::{optional_text, required, text, texts},
    errors::{appmint_error, appmint_status},
    oauth::{
        authorization::{appmint_authorization, appmint_authorization_request},
        device::appmint_device_login,
        login::{appmint_login, appmint_login_request},
    },
    tokens::token::appmint_token,
    values::appmint_text,
};

/// Makes the URL of the page on which a user authorizes the app, with a fresh state. On a platform
/// with PKCE (RFC 7636) it has a fresh code verifier, too. Keep the result until the user returns,
/// for appmint_app_finish_authorization. No network I/O.
///
/// `request` has the arguments; it may be NULL for none.
///
/// Free `*authorization` with appmint_authorization_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no client
///   id.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the state is empty.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth, or does not take an argument.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1,
/// https://www.rfc-editor.org/rfc/rfc7636#section-4.3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_authorize(
    app: Option<&appmint_app>,
    request: Option<&appmint_authorization_request>,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("authorization", authorization, error, || {
        let request = appmint_authorization_request::or_default(request)?;
        app_of(app)?.authorize(&request)
    })
}

/// Returns the code in a callback URL, once its state was compared in constant time.
/// appmint_app_finish_authorization does this and exchanges the code. No network I/O.
///
/// Free `*code` with appmint_text_free.
///
/// - `callback_url`: The URL with which the user returned, or its query.
/// - `state`: The state of the authorization.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state,
///   or comes from another server (RFC 9207).
/// - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
/// - APPMINT_ERROR_REJECTED (APPMINT_REASON_REDIRECT_URI_MISMATCH) if the redirect URI is not
///   registered for the app.
/// - APPMINT_ERROR_REJECTED if the platform refused the authorization for another cause.
/// - APPMINT_ERROR_PROTOCOL (APPMINT_REASON_MISSING_MEMBER) if the callback holds no code and no
///   error.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
/// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
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
    new_object("code", code, error, || {
        let callback_url = text("callback_url", callback_url, callback_url_len)?;
        let state = text("state", state, state_len)?;
        app_of(app)?.authorization_code(callback_url, state)
    })
}

/// Exchanges an authorization code for a user token. The code is sent once, even if the call fails,
/// unless the platform refused the client's first private key: then it is sent again with the
/// second.
///
/// `redirect_uri` and `code_verifier` may be NULL.
///
/// Free `*token` with appmint_token_free.
///
/// - `code`: The authorization code.
/// - `redirect_uri`: The redirect URI of the authorization, if it had one. Default: none is sent.
/// - `code_verifier`: The PKCE verifier of the authorization, if it had one. Default: none is sent.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_CODE) if the code is unknown, expired or
///   used.
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
///   wrong.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3,
/// https://www.rfc-editor.org/rfc/rfc7636#section-4.5
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
    new_object("token", token, error, || {
        wait_for(|| {
            exchange_code_task(
                app,
                code,
                code_len,
                redirect_uri,
                redirect_uri_len,
                code_verifier,
                code_verifier_len,
            )
        })
    })
}

/// Exchanges the code with which a user returned for a user token. The state is compared in
/// constant time, and iss if the platform sends it (RFC 9207). An authorization can be finished
/// once, in one of the processes that share the store, within an hour, on the platform on which it
/// began.
///
/// Free `*token` with appmint_token_free.
///
/// - `authorization`: The result of appmint_app_authorize or appmint_app_open_authorization.
/// - `callback_url`: The URL with which the user returned, or its query.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STATE_MISMATCH) if the callback has another state,
///   or comes from another server.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_STALE_AUTHORIZATION) if the authorization was
///   finished before, or began more than an hour ago.
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_CODE) if the code is unknown, expired or
///   used.
/// - APPMINT_ERROR_DENIED (APPMINT_REASON_ACCESS_DENIED) if the user declined.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the authorization began on another platform.
/// - APPMINT_ERROR_STORE if the store failed to record that the authorization is finished; nothing
///   was sent.
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
///   wrong.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2,
/// https://www.rfc-editor.org/rfc/rfc9207#section-2.4
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| finish_authorization_task(app, authorization, callback_url, callback_url_len))
    })
}

/// Encrypts an authorization with the app's store key, to be kept in the user's cookie or web
/// session. No network I/O. Free `*sealed` with appmint_text_free.
///
/// - `authorization`: The result of appmint_app_authorize.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store
///   key.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_seal_authorization(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    sealed: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("sealed", sealed, error, || {
        let authorization = required("authorization", authorization)?;
        app_of(app)?.seal_authorization(&authorization.core).map(Secret::from)
    })
}

/// Decrypts an authorization, in any process with the same store key. No network I/O. Free
/// `*authorization` with appmint_authorization_free.
///
/// - `sealed`: The result of appmint_app_seal_authorization.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no store
///   key.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the app's store keys do not open the text.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_open_authorization(
    app: Option<&appmint_app>,
    sealed: *const c_char,
    sealed_len: usize,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("authorization", authorization, error, || {
        let sealed = text("sealed", sealed, sealed_len)?;
        app_of(app)?.open_authorization(sealed)
    })
}

/// Exchanges a refresh token for a new user token. The refresh token is sent once, even if the call
/// fails, unless the platform refused the client's first private key: then it is sent again with
/// the second. After a lost answer it may be spent where the platform rotates refresh tokens: that
/// error is not retryable. A appmint_app_session keeps what can be kept. The answer is returned
/// even if its access token has expired, because its refresh token works.
///
/// Free `*token` with appmint_token_free.
///
/// - `refresh_token`: The refresh token's text.
///
/// Errors:
/// - APPMINT_ERROR_REAUTHORIZE (APPMINT_REASON_INVALID_REFRESH_TOKEN) if the refresh token is
///   unknown, expired or revoked.
/// - APPMINT_ERROR_INVALID_ARGUMENT if there is no refresh token.
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
///   wrong.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6749#section-6,
/// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_refresh(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| refresh_task(app, refresh_token, refresh_token_len))
    })
}

/// Exchanges a token of another server, such as the OIDC id token of a workload, for one of the
/// platform. The app's OAuth client authenticates if the app has a client id. Each call sends a
/// request: keep the token for as long as it lives.
///
/// `subject_token_type`, `audience` and `resource` may be NULL; `scopes` is an array of texts,
/// which may be empty.
///
/// Free `*token` with appmint_token_free.
///
/// - `subject_token`: The token of the other server.
/// - `subject_token_type`: Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
/// - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
/// - `audience`: The name of the service that the new token is for. Default: none is sent.
/// - `resource`: The URI of the service that the new token is for. Default: none is sent.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no token exchange.
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_TOKEN) if the platform does not accept the
///   token.
/// - APPMINT_ERROR_UNAUTHORIZED (APPMINT_REASON_INVALID_CLIENT) if the client id or its secret is
///   wrong.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8693#section-2.1
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_exchange_token(
    app: Option<&appmint_app>,
    subject_token: *const c_char,
    subject_token_len: usize,
    subject_token_type: *const c_char,
    subject_token_type_len: usize,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    audience: *const c_char,
    audience_len: usize,
    resource: *const c_char,
    resource_len: usize,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("token", token, error, || {
        wait_for(|| {
            exchange_token_task(
                app,
                subject_token,
                subject_token_len,
                subject_token_type,
                subject_token_type_len,
                scopes,
                scopes_lens,
                scopes_count,
                audience,
                audience_len,
                resource,
                resource_len,
            )
        })
    })
}

/// Starts the login of a user in a browser on this machine. It listens on 127.0.0.1 until the
/// browser returns. No network I/O.
///
/// `request` has the arguments; it may be NULL for none.
///
/// Free `*login` with appmint_login_free.
///
/// Errors:
/// - APPMINT_ERROR_INVALID_ARGUMENT (APPMINT_REASON_MISSING_CREDENTIAL) if the app has no client
///   id.
/// - APPMINT_ERROR_INVALID_ARGUMENT if the path is malformed, or the host is another machine's.
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no OAuth, or does not take an argument.
/// - APPMINT_ERROR_TRANSPORT (APPMINT_REASON_UNREACHABLE) if no port is free.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8252#section-7.3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_login(
    app: Option<&appmint_app>,
    request: Option<&appmint_login_request>,
    login: Option<&mut MaybeUninit<*mut appmint_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("login", login, error, || {
        let request = appmint_login_request::or_default(request)?;
        app_of(app)?.start_login(request)
    })
}

/// Starts the login of a user on another device, on which they type a code. `scopes` is an array of
/// texts, which may be empty.
///
/// Free `*login` with appmint_device_login_free.
///
/// - `scopes`: OAuth scopes, on a platform that takes them. Default: none.
///
/// Errors:
/// - APPMINT_ERROR_UNSUPPORTED if the platform has no device logins.
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8628#section-3.1
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_start_device_login(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    login: Option<&mut MaybeUninit<*mut appmint_device_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    new_object("login", login, error, || {
        wait_for(|| start_device_login_task(app, scopes, scopes_lens, scopes_count))
    })
}

pub(crate) fn exchange_code_task(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    code_verifier: *const c_char,
    code_verifier_len: usize,
) -> Result<Task<Token>> {
    let code = text("code", code, code_len)?;
    let redirect_uri = optional_text("redirect_uri", redirect_uri, redirect_uri_len)?;
    let verifier = optional_text("code_verifier", code_verifier, code_verifier_len)?;
    let exchange = CodeExchange {
        redirect_uri: redirect_uri.map(str::to_owned),
        code_verifier: verifier.map(Secret::from),
        ..CodeExchange::new(code)
    };
    Ok(app_of(app)?.exchange_code(exchange))
}

pub(crate) fn finish_authorization_task(
    app: Option<&appmint_app>,
    authorization: Option<&appmint_authorization>,
    callback_url: *const c_char,
    callback_url_len: usize,
) -> Result<Task<Token>> {
    let callback_url = text("callback_url", callback_url, callback_url_len)?;
    let authorization = required("authorization", authorization)?;
    Ok(app_of(app)?.finish_authorization(&authorization.core, callback_url))
}

pub(crate) fn refresh_task(
    app: Option<&appmint_app>,
    refresh_token: *const c_char,
    refresh_token_len: usize,
) -> Result<Task<Token>> {
    let refresh_token = text("refresh_token", refresh_token, refresh_token_len)?;
    Ok(app_of(app)?.refresh(refresh_token))
}

#[expect(clippy::too_many_arguments, reason = "they are those of a function of C")]
pub(crate) fn exchange_token_task(
    app: Option<&appmint_app>,
    subject_token: *const c_char,
    subject_token_len: usize,
    subject_token_type: *const c_char,
    subject_token_type_len: usize,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
    audience: *const c_char,
    audience_len: usize,
    resource: *const c_char,
    resource_len: usize,
) -> Result<Task<Token>> {
    let subject_token = text("subject_token", subject_token, subject_token_len)?;
    let token_type =
        optional_text("subject_token_type", subject_token_type, subject_token_type_len)?;
    let audience = optional_text("audience", audience, audience_len)?;
    let resource = optional_text("resource", resource, resource_len)?;
    let exchange = TokenExchange {
        subject_token_type: token_type.map(str::to_owned),
        scopes: texts("scopes", "scope", scopes, scopes_lens, scopes_count)?,
        audience: audience.map(str::to_owned),
        resource: resource.map(str::to_owned),
        ..TokenExchange::new(subject_token)
    };
    Ok(app_of(app)?.exchange_token(exchange))
}

pub(crate) fn start_device_login_task(
    app: Option<&appmint_app>,
    scopes: *const *const c_char,
    scopes_lens: *const usize,
    scopes_count: usize,
) -> Result<Task<DeviceLogin>> {
    let scopes = texts("scopes", "scope", scopes, scopes_lens, scopes_count)?;
    Ok(app_of(app)?.start_device_login(scopes))
}
