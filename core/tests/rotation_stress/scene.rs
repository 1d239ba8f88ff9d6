//! A platform under load, and the settings of all who share the session.

use std::{sync::Arc, time::Duration};

use appmint_core::{
    App, Clock, ErrorKind, Reason, Result, Timestamp, Token, binding::Settings,
    oauth::AuthorizationRequest,
};
use appmint_sandbox::{Effect, Entry, Fault, PlatformName, Sandbox};
use serde_json::{Value, json};

use super::{KEY, LOST, NAME, TIMES, common::settings, machine_now};

/// The sandbox's clock, in a process that has no sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FastClock {
    pub(crate) since: Duration,
}

impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = machine_now().saturating_sub(self.since) * u32::from(TIMES);
        Timestamp::from_millis(0).after(self.since + passed)
    }
}

/// What a kind of platform does with refresh tokens, as it says and as its descriptor says.
pub(crate) struct Kind {
    pub(crate) platform: PlatformName,
    pub(crate) descriptor: Option<String>,
    pub(crate) quirks: Value,
    /// A path that a user's token opens.
    pub(crate) path: &'static str,
    pub(crate) scopes: &'static [&'static str],
    /// Whether a refresh ends the token of before.
    pub(crate) ends_old: bool,
    /// Whether an answer that was lost ends the session.
    pub(crate) is_strict: bool,
}

impl Kind {
    pub(crate) fn still() -> Self {
        Self {
            platform: PlatformName::AtomGit,
            descriptor: None,
            quirks: json!({ "user_token_life_ms": 1000 }),
            path: "/user/info",
            scopes: &[],
            ends_old: false,
            is_strict: false,
        }
    }

    /// GitHub with a detector of reuse that ends the whole family, and an app that may look whether
    /// an old token still works.
    pub(crate) fn strict() -> Self {
        let quirks = json!({ "refresh_reuse": "revoke_family", "user_token_life_ms": LIFE_MS });
        let (platform, path) = (PlatformName::GitHub, "/user");
        let (ends_old, is_strict) = (true, true);
        Self { platform, quirks, path, ends_old, is_strict, ..Self::still() }
    }

    /// The same, and a descriptor that does not let it look.
    pub(crate) fn blind() -> Self {
        Self { descriptor: patch("ends_old_token", &json!(false)), ..Self::strict() }
    }

    /// The same with a grace period, on both sides.
    pub(crate) fn lenient() -> Self {
        let mut kind = Self::strict();
        kind.quirks["refresh_grace_s"] = json!(600);
        Self { descriptor: patch("grace_s", &json!(500)), is_strict: false, ..kind }
    }

    /// The fictional platform, which has a grace period and lets old tokens live.
    pub(crate) fn acme() -> Self {
        let mut descriptor: Value = serde_json::from_str(ACME).unwrap();
        descriptor["oauth"]["refresh"]["grace_s"] = json!(500);
        Self {
            platform: PlatformName::Acme,
            descriptor: Some(descriptor.to_string()),
            path: "/v9/me/works",
            scopes: &["read:all"],
            ends_old: false,
            ..Self::lenient()
        }
    }
}

/// Read as one second. The difference makes up for the way of an answer, which the clock's pace
/// makes longer.
pub(crate) const LIFE_MS: i64 = 1999;

pub(crate) fn patch(member: &str, value: &Value) -> Option<String> {
    let oauth = json!({ "refresh": { member: value } });
    Some(json!({ "extends": "github", "name": "other", "oauth": oauth }).to_string())
}

/// A platform under load, and the settings of all who share the session.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) settings: Settings,
    pub(crate) clock: FastClock,
    pub(crate) kind: Kind,
}

impl Scene {
    pub(crate) fn new(kind: Kind, store: &str, seed: u64) -> Self {
        let clock = FastClock { since: Duration::from_millis(machine_now().as_millis() as u64) };
        let since_ms = i64::try_from(clock.since.as_millis()).unwrap();
        let fast = appmint_sandbox::Clock::fast(since_ms, TIMES);
        let sandbox = Sandbox::builder().platform(kind.platform).clock(fast).start().unwrap();
        sandbox.quirks(&kind.quirks).unwrap();
        sandbox.quirks(&json!({ "rate_limit": 1_000_000_000 })).unwrap();
        for (effect, seed) in [
            (Effect::LostResponse, seed),
            (Effect::Truncated { keep_bytes: None }, seed.wrapping_add(1)),
        ] {
            let fault = Fault::on(REFRESH, effect).times(u32::MAX).by_chance(LOST, seed);
            sandbox.fault(fault).unwrap();
        }
        let mut settings = settings(&sandbox).0;
        if kind.descriptor.is_some() {
            (settings.platform, settings.platform_descriptor) = (None, kind.descriptor.clone());
        }
        settings.web_url = Some(sandbox.web_url());
        settings.clock = Some(Arc::new(clock));
        settings.store = Some(store.into());
        settings.store_key = Some(KEY.into());
        settings.retry_wait = Some(Duration::from_millis(1));
        Self { sandbox, settings, clock, kind }
    }

    /// A user authorizes, anew if need be.
    pub(crate) fn start(&self) {
        let app = self.settings.clone().build().unwrap();
        let request = AuthorizationRequest {
            redirect_uri: Some(self.sandbox.registration().redirect_uri),
            scopes: self.kind.scopes.iter().map(ToString::to_string).collect(),
            ..AuthorizationRequest::default()
        };
        let authorization = app.authorize(&request).unwrap();
        let callback = self.sandbox.press(authorization.url()).unwrap();
        let token = app.finish_authorization(&authorization, &callback).wait().unwrap();
        app.start_session(NAME, token, None).wait().unwrap();
    }

    /// Begins the session anew if it is over; whether it was.
    pub(crate) fn revive(&self) -> bool {
        let app = self.settings.clone().build().unwrap();
        loop {
            match outcome_of(token(&app)) {
                None => return false,
                Some(INTERRUPTED) => break,
                Some((ErrorKind::Transport, _)) => {}
                Some(other) => panic!("the session ended with {other:?}"),
            }
        }
        self.start();
        true
    }

    pub(crate) fn refreshes(&self) -> Vec<Entry> {
        let mut entries = self.sandbox.ledger().entries();
        entries.retain(|entry| entry.operation == REFRESH);
        entries
    }
}

pub(crate) const REFRESH: &str = "refresh_user_token";
pub(crate) const INTERRUPTED: Failure = (ErrorKind::Reauthorize, Some(Reason::RotationInterrupted));

pub(crate) type Failure = (ErrorKind, Option<Reason>);

pub(crate) fn token(app: &App) -> Result<Token> {
    app.session(NAME)?.token().wait()
}

pub(crate) fn outcome_of<T>(outcome: Result<T>) -> Option<Failure> {
    outcome.err().map(|error| (error.kind(), error.reason()))
}

const ACME: &str = include_str!("../../../tests/platforms/acme.json");
