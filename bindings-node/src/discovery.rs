use appmint_core::Platform;
use napi_derive::napi;

use crate::{landing::Landings, outcome::Outcome, settings::Settings};

/// The descriptor of the platform that an authorization server says it is.
#[napi(catch_unwind)]
pub fn discover(
    landings: &Landings,
    id: u32,
    issuer: String,
    settings: Settings,
) -> Option<Outcome<String>> {
    let flight = Platform::discover(&issuer, &settings.into());
    landings.await_landing(id, flight, |platform| platform.as_json().to_owned())
}
