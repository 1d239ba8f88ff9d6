//! Texts that users bring back or that programs pass on: callbacks, and the paths of calls.

use std::sync::{Arc, LazyLock};

use appmint_core::{App, Call};

use super::apps::{Answering, check, response, settings};

/// A callback is believed only if it has the state that was sent.
pub(super) fn callbacks(data: &[u8]) {
    static APPS: LazyLock<Vec<App>> = LazyLock::new(|| {
        let app = |platform| settings(platform, &Arc::default()).store_key(STORE_KEY).build();
        ["github", "atomgit"].map(|platform| app(platform).expect("the settings are valid")).into()
    });
    let text = String::from_utf8_lossy(data);
    for app in APPS.iter() {
        if let Some(code) = check(app.authorization_code(&text, STATE)) {
            assert!(!code.is_empty());
        }
        assert!(check(app.authorization_code(&text, OTHER_STATE)).is_none());
        check(app.finish_install(&text, STATE).wait());
        assert!(check(app.open_authorization(&text)).is_none());
    }
}

/// A call goes to the platform's own API, and to the path that it names.
pub(super) fn paths(data: &[u8]) {
    static APP: LazyLock<(Arc<Answering>, App)> = LazyLock::new(|| {
        let answering = Arc::default();
        let app = settings("github-enterprise", &answering).host("git.corp.example").build();
        (answering, app.expect("the settings are valid"))
    });
    let (answering, app) = &*APP;
    answering.set(response(b"200\n\n{}"));
    let path = String::from_utf8_lossy(data);
    check(app.request(Call::get(&*path)).wait());
    check(app.request(Call::get(&*path).token("ghu_16C7e42F292c6912E7710c838347Ae178B4a")).wait());
    for url in answering.urls() {
        assert_eq!(url.origin().ascii_serialization(), "https://git.corp.example", "{path}");
        assert!(url.username().is_empty() && url.password().is_none(), "{path}");
        let decoded = percent_encoding::percent_decode_str(url.path()).decode_utf8_lossy();
        let mut segments = decoded.split(['/', '\\']);
        assert!(!segments.any(|segment| matches!(segment, "." | "..")), "{path}: {url}");
    }
}

const STATE: &str = "state-4711";
/// Too long to be guessed by a fuzzer.
const OTHER_STATE: &str = "b5c1f3e0d2a94c7f8e6d5b4a39281706";
const STORE_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
