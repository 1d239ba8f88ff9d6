//! What an app does beside finding installations and getting tokens, as C asks for it.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{App, Flight, InstallRequest, Result, Target};

use crate::{
    app::appmint_app,
    authorization::appmint_authorization,
    border::{Out, answer, given, make, optional_text, secrets, text},
    error::{appmint_error, appmint_status},
    installation::appmint_installation,
    introspection::appmint_introspection,
    registration::appmint_registration,
    scope::appmint_scope,
    token::appmint_token,
    webhook_config::{
        appmint_webhook_config, appmint_webhook_deliveries, appmint_webhook_delivery,
        appmint_webhook_update,
    },
};

/// Makes a call that is about one text and brings nothing back.
fn act<'a>(
    app: Option<&appmint_app>,
    error: Out<'_, appmint_error>,
    read: impl FnOnce() -> Result<&'a str>,
    call: impl FnOnce(&App, &str) -> Flight<()>,
) -> appmint_status {
    answer(error, || {
        let argument = read()?;
        call(&given("app", app)?.core, argument).wait()
    })
}

/// The app as the platform has it registered. You own `*registration`: appmint_registration_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_registration(
    app: Option<&appmint_app>,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("registration", registration, error, || given("app", app)?.core.registration().wait())
}

/// The app that a manifest's code stands for, with its key and secrets, which are told once: a code
/// works once. Needs no credential. You own `*registration`: appmint_registration_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_convert_manifest(
    app: Option<&appmint_app>,
    code: *const c_char,
    code_len: usize,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("registration", registration, error, || {
        let code = text("code", code, code_len)?;
        given("app", app)?.core.convert_manifest(code).wait()
    })
}

/// Suspends an installation: its tokens stop working until it is unsuspended.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_suspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    act(app, error, || text("id", id, id_len), |app, id| app.suspend_installation(id))
}

/// Lets a suspended installation work again.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_unsuspend_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    act(app, error, || text("id", id, id_len), |app, id| app.unsuspend_installation(id))
}

/// Uninstalls the app from where this installation is. There is no way back.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_installation(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    act(app, error, || text("id", id, id_len), |app, id| app.delete_installation(id))
}

/// Where the platform sends the app's events. You own `*webhook_config`: appmint_webhook_config_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_config(
    app: Option<&appmint_app>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("webhook_config", webhook_config, error, || {
        given("app", app)?.core.webhook_config().wait()
    })
}

/// Changes where and how the platform sends the app's events. `change` stays yours, and must change
/// something. You own `*webhook_config`: appmint_webhook_config_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_update_webhook_config(
    app: Option<&appmint_app>,
    change: Option<&appmint_webhook_update>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("webhook_config", webhook_config, error, || {
        let change = given("change", change)?.core.clone();
        given("app", app)?.core.update_webhook_config(change).wait()
    })
}

/// The events that were sent to the app, newest first, fetched page by page as they are asked for;
/// nothing goes out yet. You own `*listing`: appmint_webhook_deliveries_free. It goes on working when
/// `app` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_deliveries(
    app: Option<&appmint_app>,
    listing: Option<&mut MaybeUninit<*mut appmint_webhook_deliveries>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("listing", listing, error, || given("app", app)?.core.webhook_deliveries())
}

/// One of them, with what was sent and what the receiver answered in its appmint_webhook_delivery_raw.
/// You own `*webhook_delivery`: appmint_webhook_delivery_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_webhook_delivery(
    app: Option<&appmint_app>,
    id: *const c_char,
    id_len: usize,
    webhook_delivery: Option<&mut MaybeUninit<*mut appmint_webhook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("webhook_delivery", webhook_delivery, error, || {
        let id = text("id", id, id_len)?;
        given("app", app)?.core.webhook_delivery(id).wait()
    })
}

/// Has an event sent once more.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_redeliver_webhook(
    app: Option<&appmint_app>,
    delivery_id: *const c_char,
    delivery_id_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let id = || text("delivery_id", delivery_id, delivery_id_len);
    act(app, error, id, |app, id| app.redeliver_webhook(id))
}

/// A user's token as the platform knows it: its scopes, its expiry and whose it is. Its refresh
/// token is not told: keep the one you have. You own `*checked`: appmint_token_free.
///
/// APPMINT_ERROR_REAUTHORIZE with APPMINT_REASON_INVALID_TOKEN when it is not valid any more, or
/// another app's. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_check_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    checked: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("checked", checked, error, || {
        let token = text("token", token, token_len)?;
        given("app", app)?.core.check_token(token).wait()
    })
}

/// A new token in the place of a user's token, which stops working. You own `*fresh`:
/// appmint_token_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_reset_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    fresh: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("fresh", fresh, error, || {
        let token = text("token", token, token_len)?;
        given("app", app)?.core.reset_token(token).wait()
    })
}

/// A user token that reaches a part of what `token` does, on exactly one account: `target` is its
/// name, or `target_id` its id; the other one is NULL. `scope` stays yours, and may be NULL for all
/// that `token` reaches there; if not, it must name something. You own `*scoped`:
/// appmint_token_free.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_scope_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    target: *const c_char,
    target_len: usize,
    target_id: *const c_char,
    target_id_len: usize,
    scope: Option<&appmint_scope>,
    scoped: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("scoped", scoped, error, || {
        let token = text("token", token, token_len)?;
        let target = optional_text("target", target, target_len)?.map(str::to_owned);
        let target_id = optional_text("target_id", target_id, target_id_len)?.map(str::to_owned);
        let target = Target::only(target, target_id)?;
        let scope = scope.map(|scope| scope.core.clone().narrowing()).transpose()?;
        given("app", app)?.core.scope_token(token, &target, &scope.unwrap_or_default()).wait()
    })
}

/// Ends a user's token. One that is not valid any more counts as ended.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    act(app, error, || text("token", token, token_len), |app, token| app.delete_token(token))
}

/// Ends a user's authorization of the app with all its tokens, given one of them.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_delete_grant(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    act(app, error, || text("token", token, token_len), |app, token| app.delete_grant(token))
}

/// Ends an access or a refresh token at the authorization server (RFC 7009), with what the server
/// ties to it. `token_type_hint` is "access_token" or "refresh_token" and saves the server a search,
/// or NULL. One that the server does not know counts as ended.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let token = text("token", token, token_len)?;
        let hint = optional_text("token_type_hint", token_type_hint, token_type_hint_len)?;
        given("app", app)?.core.revoke_token(token, hint.map(str::to_owned)).wait()
    })
}

/// What the authorization server knows of an access or a refresh token (RFC 7662). `token_type_hint`
/// is "access_token" or "refresh_token" and saves the server a search, or NULL. A token that is over,
/// or somebody else's, is not an error: it is not active. You own `*introspection`:
/// appmint_introspection_free.
///
/// APPMINT_ERROR_UNSUPPORTED on a platform without it. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_introspect_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    token_type_hint: *const c_char,
    token_type_hint_len: usize,
    introspection: Option<&mut MaybeUninit<*mut appmint_introspection>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("introspection", introspection, error, || {
        let token = text("token", token, token_len)?;
        let hint = optional_text("token_type_hint", token_type_hint, token_type_hint_len)?;
        given("app", app)?.core.introspect_token(token, hint.map(str::to_owned)).wait()
    })
}

/// Reports credentials that have leaked, whosever they are; the platform ends them and tells their
/// owners. Needs no credential. `credentials` are `credentials_len` texts, each with a NUL at its
/// end; they stay yours.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_credentials(
    app: Option<&appmint_app>,
    credentials: *const *const c_char,
    credentials_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let leaked = secrets("credentials", "credential", credentials, credentials_len)?;
        given("app", app)?.core.revoke_credentials(leaked).wait()
    })
}

/// Ends an installation token. One that is not valid any more counts as ended.
///
/// Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_revoke_installation_token(
    app: Option<&appmint_app>,
    token: *const c_char,
    token_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let token = || text("token", token, token_len);
    act(app, error, token, |app, token| app.revoke_installation_token(token))
}

/// The URL where a person installs the app; nothing goes out. `app_slug` is the app's short name,
/// as its page's URL has it. `state` is one of your own, which must be unguessable, or NULL for 256
/// random bits where the platform takes a state; where it does not, the authorization's is empty.
/// `redirect_uri` is where the person returns to, where the platform takes it, or NULL. You own
/// `*authorization`: appmint_authorization_free.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_install_url(
    app: Option<&appmint_app>,
    app_slug: *const c_char,
    app_slug_len: usize,
    state: *const c_char,
    state_len: usize,
    redirect_uri: *const c_char,
    redirect_uri_len: usize,
    authorization: Option<&mut MaybeUninit<*mut appmint_authorization>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("authorization", authorization, error, || {
        let app_slug = text("app_slug", app_slug, app_slug_len)?.to_owned();
        let state = optional_text("state", state, state_len)?.map(str::to_owned);
        let redirect_uri = optional_text("redirect_uri", redirect_uri, redirect_uri_len)?;
        let redirect_uri = redirect_uri.map(str::to_owned);
        let request = InstallRequest { app_slug, state, redirect_uri };
        given("app", app)?.core.install_url(&request)
    })
}

/// The installation that a person came back from making, once the state in the URL has proved equal
/// to `state` and the platform has confirmed that it is this app's. You own `*installation`:
/// appmint_installation_free.
///
/// APPMINT_ERROR_REAUTHORIZE for another state. Blocks at most for the app's timeout.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_app_finish_install(
    app: Option<&appmint_app>,
    callback_url: *const c_char,
    callback_url_len: usize,
    state: *const c_char,
    state_len: usize,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    make("installation", installation, error, || {
        let callback_url = text("callback_url", callback_url, callback_url_len)?;
        let state = text("state", state, state_len)?;
        given("app", app)?.core.finish_install(callback_url, state).wait()
    })
}
