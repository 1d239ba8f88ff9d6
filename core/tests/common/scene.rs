//! A platform with a user's session, and apps that use it.

use super::{places::Folder, scripted::KEY, settings};
use appmint_core::{
    App, ManualClock, Timestamp, Token,
    binding::Settings,
    oauth::{AuthorizationRequest, CodeExchange},
};
use appmint_sandbox::{Effect, Fault, PlatformName, Sandbox};
use std::{sync::Arc, time::Duration};

/// A platform whose clock runs, and an app whose sessions lie in a file.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: Folder,
    pub(crate) settings: Settings,
}

impl Scene {
    pub(crate) fn on(platform: PlatformName) -> Self {
        let sandbox = Sandbox::builder().platform(platform).start().unwrap();
        let folder = Folder::new();
        let mut settings = settings(&sandbox).0;
        settings.clock = None;
        settings.store = Some(folder.url().into());
        settings.store_key = Some(KEY.into());
        settings.timeout = Some(Duration::from_secs(5));
        settings.retry_wait = Some(Duration::from_millis(1));
        Self { sandbox, folder, settings }
    }

    /// GitHub with a detector of reuse that ends the whole family.
    pub(crate) fn strict() -> Self {
        let scene = Self::on(PlatformName::GitHub);
        scene.quirks(&serde_json::json!({ "refresh_reuse": "revoke_family" }));
        scene
    }

    /// The same with a grace period, on both sides.
    pub(crate) fn lenient() -> Self {
        let mut scene = Self::strict();
        scene.quirks(&serde_json::json!({ "refresh_grace_s": 40 }));
        scene.settings.platform = None;
        let patch = r#"{ "extends": "github", "name": "lenient",
            "oauth": { "refresh": { "grace_s": 40 } } }"#;
        scene.settings.platform_descriptor = Some(patch.to_owned());
        scene
    }

    pub(crate) fn quirks(&self, change: &serde_json::Value) {
        self.sandbox.quirks(change).unwrap();
    }

    /// From now on time stands still here and there, unless it is moved.
    pub(crate) fn stop_time(&mut self) -> (ManualClock, Timestamp) {
        let now = Timestamp::from(std::time::SystemTime::now());
        let clock = ManualClock::new(now);
        self.settings.clock = Some(Arc::new(clock.clone()));
        self.sandbox.clock().set_ms(now.as_millis());
        self.sandbox.clock().freeze();
        (clock, now)
    }

    pub(crate) fn app(&self) -> App {
        self.settings.clone().build().unwrap()
    }

    /// A user authorizes anew.
    pub(crate) fn start(&self, app: &App) -> Token {
        let authorization = app.authorize(&AuthorizationRequest::default()).unwrap();
        let callback = self.sandbox.press(authorization.url()).unwrap();
        let code = app.authorization_code(&callback, authorization.state()).unwrap();
        let verifier = authorization.code_verifier().cloned();
        let token = app
            .exchange_code(CodeExchange { code_verifier: verifier, ..CodeExchange::new(code) })
            .wait()
            .unwrap();
        app.start_session("alice", token.clone(), None).wait().unwrap();
        token
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.sandbox.ledger().count("refresh_user_token")
    }

    pub(crate) fn reuses(&self) -> usize {
        self.sandbox.ledger().entries().iter().filter(|entry| entry.reuse).count()
    }

    pub(crate) fn fault(&self, effect: Effect) {
        self.sandbox.fault(Fault::on("refresh_user_token", effect)).unwrap();
    }
}
