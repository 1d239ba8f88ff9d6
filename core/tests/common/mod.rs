//! An app that speaks to a sandbox in this process.

#![allow(dead_code, reason = "each test file uses a part of it")]

#[cfg(unix)]
pub(crate) mod places;
pub(crate) mod put_store;
#[cfg(unix)]
pub(crate) mod scene;
pub(crate) mod scripted;

use appmint_core::{App, ManualClock, Timestamp, binding::Settings};
use appmint_sandbox::{Clock, PlatformName, Sandbox};

/// Half an hour before the documentation's sample token expires.
pub(crate) const NOW_MS: i64 = 1_683_401_560_758;

/// A sandbox whose clock stands still.
pub(crate) fn sandbox() -> Sandbox {
    Sandbox::builder().clock(Clock::frozen(NOW_MS)).start().unwrap()
}

/// A sandbox that is another platform.
pub(crate) fn sandbox_of(platform: PlatformName) -> Sandbox {
    Sandbox::builder().platform(platform).clock(Clock::frozen(NOW_MS)).start().unwrap()
}

/// Settings of the sandbox's app, with a clock that agrees with the sandbox's.
pub(crate) fn settings(sandbox: &Sandbox) -> (Settings, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_millis(NOW_MS));
    let app = sandbox.registration();
    let settings = Settings {
        platform: Some(app.platform.to_string()),
        api_url: Some(sandbox.api_url().to_owned()),
        web_url: Some(sandbox.url().to_owned()),
        app_id: Some(app.app_id.to_string()),
        client_id: given(app.client_id),
        client_secret: given(app.client_secret).map(Into::into),
        private_key: sandbox.private_key_pem().map(|pem| pem.as_bytes().to_vec().into()),
        proxy: Some("".into()),
        clock: Some(std::sync::Arc::new(clock.clone())),
        ..Settings::default()
    };
    (settings, clock)
}

/// The sandbox's app.
pub(crate) fn app(sandbox: &Sandbox) -> App {
    settings(sandbox).0.build().unwrap()
}

/// What a platform without OAuth has none of.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}
