//! Replies of a platform: tokens, refusals, forms, and the links between pages.

use std::sync::{Arc, LazyLock};

use appmint_core::{App, Lookup};

use super::apps::{Answering, check, check_exchange, response, settings};

/// Apps of platforms that differ in how they answer.
struct Apps {
    answering: Arc<Answering>,
    apps: Vec<App>,
}

impl Apps {
    fn new(platforms: &[&str]) -> Self {
        let answering = Arc::new(Answering::default());
        let app = |platform: &&str| {
            settings(platform, &answering).build().expect("the settings are valid")
        };
        Self { apps: platforms.iter().map(app).collect(), answering }
    }
}

pub(super) fn replies(data: &[u8]) {
    static APPS: LazyLock<Apps> = LazyLock::new(|| Apps::new(&["github", "atomgit", "icr"]));
    APPS.answering.set(response(data));
    for app in &APPS.apps {
        check(app.installation("14").and_then(|source| {
            source.invalidate();
            source.token().wait()
        }));
        check_exchange(app);
        check(app.registration().wait());
        check(app.find_installation(Lookup::Account("octocat".into())).wait());
    }
}

pub(super) fn forms(data: &[u8]) {
    static APPS: LazyLock<Apps> = LazyLock::new(|| Apps::new(&["github", "gitcode"]));
    for status in [200, 400] {
        let mut response = response(b"");
        (response.status, response.body) = (status, data.to_vec());
        APPS.answering.set(response);
        for app in &APPS.apps {
            check_exchange(app);
            check(app.start_device_login(Vec::new()).wait());
        }
    }
}

/// A page whose `Link` header is the data. No link leads to another origin.
pub(super) fn links(data: &[u8]) {
    static APPS: LazyLock<Apps> = LazyLock::new(|| Apps::new(&["github"]));
    let mut response = response(b"200\n\n[{\"id\":1,\"account\":{\"login\":\"octocat\"}}]");
    response.headers = vec![("link".to_owned(), String::from_utf8_lossy(data).into_owned())];
    APPS.answering.set(response);
    for app in &APPS.apps {
        let Some(listing) = check(app.installations()) else { continue };
        for item in listing.into_iter().take(10) {
            check(item);
        }
    }
    for url in APPS.answering.urls() {
        assert_eq!(url.origin().ascii_serialization(), "https://api.github.com", "{url}");
        assert_eq!(url.path(), "/app/installations", "{url}");
    }
}
