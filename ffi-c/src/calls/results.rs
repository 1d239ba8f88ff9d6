//! The results of calls that have completed.

use std::{mem::MaybeUninit, ptr};

use appmint_core::Error;

use crate::{
    app::appmint_app,
    app::request::appmint_response,
    call::{Out, try_call},
    calls::{appmint_call, value::Object},
    convert::required,
    errors::{appmint_error, appmint_status},
    installations::installation::appmint_installation,
    installations::repository::appmint_repository,
    oauth::device::appmint_device_login,
    oauth::introspection::appmint_introspection,
    operations::registration::appmint_registration,
    tokens::token::appmint_token,
    values::appmint_text,
    webhooks::config::appmint_webhook_config,
    webhooks::delivery::appmint_webhook_delivery,
};

/// The outcome of a call whose result, if it has one, is not needed: APPMINT_OK, or its error.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_outcome(
    call: Option<&appmint_call>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || required("call", call)?.state().outcome().map(drop))
}

/// The app of appmint_app_new_async.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_app(
    call: Option<&appmint_call>,
    app: Option<&mut MaybeUninit<*mut appmint_app>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("app", app, error, call)
}

/// A token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_token(
    call: Option<&appmint_call>,
    token: Option<&mut MaybeUninit<*mut appmint_token>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("token", token, error, call)
}

/// An authorization header, a platform's descriptor, or the JSON of an item; `*text` is NULL after a
/// list's last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_text(
    call: Option<&appmint_call>,
    text: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("text", text, error, call)
}

/// The response to an API call.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_response(
    call: Option<&appmint_call>,
    response: Option<&mut MaybeUninit<*mut appmint_response>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("response", response, error, call)
}

/// An installation; `*installation` is NULL after a list's last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_installation(
    call: Option<&appmint_call>,
    installation: Option<&mut MaybeUninit<*mut appmint_installation>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("installation", installation, error, call)
}

/// A repository; `*repository` is NULL after a list's last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_repository(
    call: Option<&appmint_call>,
    repository: Option<&mut MaybeUninit<*mut appmint_repository>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("repository", repository, error, call)
}

/// A login on another device.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_device_login(
    call: Option<&appmint_call>,
    device_login: Option<&mut MaybeUninit<*mut appmint_device_login>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("device_login", device_login, error, call)
}

/// The authorization server's view of a token.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_introspection(
    call: Option<&appmint_call>,
    introspection: Option<&mut MaybeUninit<*mut appmint_introspection>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("introspection", introspection, error, call)
}

/// Where the platform sends webhooks.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_webhook_config(
    call: Option<&appmint_call>,
    webhook_config: Option<&mut MaybeUninit<*mut appmint_webhook_config>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("webhook_config", webhook_config, error, call)
}

/// A delivery; `*webhook_delivery` is NULL after a list's last.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_webhook_delivery(
    call: Option<&appmint_call>,
    webhook_delivery: Option<&mut MaybeUninit<*mut appmint_webhook_delivery>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("webhook_delivery", webhook_delivery, error, call)
}

/// The app's registration.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_call_registration(
    call: Option<&appmint_call>,
    registration: Option<&mut MaybeUninit<*mut appmint_registration>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    result("registration", registration, error, call)
}

/// Writes a new object of the call's result.
fn result<T: Object>(
    name: &str,
    place: Out<'_, T>,
    error: Out<'_, appmint_error>,
    call: Option<&appmint_call>,
) -> appmint_status {
    try_call(error, || {
        let (place, call) = (required(name, place)?, required("call", call)?);
        let value = call.state().outcome()?;
        let object = T::of(value).ok_or_else(|| {
            Error::invalid(format!("the call's result is not a {name}"))
                .advise(format!("Read it by {}.", value.reader()))
        })?;
        place.write(object.map_or(ptr::null_mut(), |object| Box::into_raw(Box::new(object))));
        Ok(())
    })
}
