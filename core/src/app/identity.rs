//! Who the app is towards the platform: its JWT and its keys.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use url::Url;

use super::App;
use crate::{
    config::Config,
    error::{Error, Reason, Result},
    event::Event,
    jwt::{Issuer, JwtRules, is_reusable},
    platform::{
        Platform,
        descriptor::{Base, IssuerSource, IssuerType, Jwt},
    },
    signer::Signer,
    time::Timestamp,
    token::Token,
};

impl App {
    /// Does something with the app's JWT, and again with another one if the first was refused for
    /// a reason that another one mends.
    pub(super) fn as_app<T>(&self, mut ask: impl FnMut(&Token) -> Result<T>) -> Result<T> {
        self.signed(self.api_root().as_ref(), || self.fresh_jwt(), |jwt| ask(&jwt))
    }

    /// Does something with what the app signed for a host, and again with a new signature if the
    /// first was refused for a reason that another one mends: a clock that was off, or the other of
    /// two keys. Each is tried once.
    pub(super) fn signed<S, T>(
        &self,
        host: Option<&Url>,
        sign: impl Fn() -> Result<S>,
        mut ask: impl FnMut(S) -> Result<T>,
    ) -> Result<T> {
        let mut tried = Vec::new();
        loop {
            let key = self.0.signer.load(Ordering::Relaxed);
            let error = match ask(sign()?) {
                Err(error) => error,
                outcome => return outcome,
            };
            match self.remedy(host, &error, &tried) {
                Some(remedy) if self.applies(host, remedy, key, &error) => tried.push(remedy),
                _ => return Err(error),
            }
            self.0.jwt.store(None);
        }
    }

    pub(super) fn fresh_jwt(&self) -> Result<Token> {
        if let Some(jwt) = self.held_jwt() {
            return Ok(jwt);
        }
        let (signer, rules, now) = (self.signer()?, self.jwt_rules()?, self.now());
        // Signed without the lock: an external signer may take its time.
        let jwt = rules.sign(&**signer, now)?;
        self.0.jwt.store(Some(Arc::new(jwt.clone())));
        Ok(jwt)
    }

    /// The JWT in memory, as long as it does its work.
    pub(super) fn held_jwt(&self) -> Option<Token> {
        let jwt = self.0.jwt.load();
        let jwt = jwt.as_deref()?;
        let lifetime = jwt_lifetime(&self.0.config).ok()?;
        is_reusable(jwt, lifetime, self.now()).then(|| jwt.clone())
    }

    pub(super) fn signer(&self) -> Result<&Arc<dyn Signer>> {
        jwt_descriptor(self.platform())?;
        self.signer_of_any()
    }

    /// The signer in use, whatever is signed.
    pub(super) fn signer_of_any(&self) -> Result<&Arc<dyn Signer>> {
        let signers = &self.0.config.signers;
        let index = self.0.signer.load(Ordering::Relaxed);
        signers.get(index % signers.len().max(1)).ok_or_else(|| missing("private_key"))
    }

    /// What may mend a refusal, by its reason, unless it was tried.
    fn remedy(&self, host: Option<&Url>, error: &Error, tried: &[Remedy]) -> Option<Remedy> {
        let is_far = || self.is_clock_far(host, error);
        // What spends a code is sent again only where the proof of the client is blamed.
        let is_app = host == self.api_root().as_ref();
        let remedies: &[Remedy] = match error.reason() {
            Some(Reason::ClockSkew) => &[Remedy::Clock],
            Some(Reason::AppKeyMismatch | Reason::NoPublicKey) => &[Remedy::OtherKey],
            // Authorization servers do not say what of an assertion is wrong.
            Some(Reason::InvalidAssertion | Reason::InvalidClient) if is_far() => {
                &[Remedy::Clock, Remedy::OtherKey]
            }
            Some(Reason::InvalidAssertion | Reason::InvalidClient) => &[Remedy::OtherKey],
            // Some platforms refuse a JWT without a word about why.
            None if error.status() == Some(401) && is_app && is_far() => &[Remedy::Clock],
            _ => &[],
        };
        remedies.iter().find(|remedy| !tried.contains(remedy)).copied()
    }

    fn applies(&self, host: Option<&Url>, remedy: Remedy, key: usize, error: &Error) -> bool {
        match remedy {
            Remedy::Clock => {
                let now = self.local_now();
                let correct = |host| self.0.offsets.correct(host, error.date(), now);
                let is_corrected = host.is_some_and(correct);
                if is_corrected {
                    self.tell(&Event::skew(self.clock_offset_ms()));
                }
                is_corrected
            }
            Remedy::OtherKey => {
                let has_other = self.0.config.signers.len() > 1;
                if has_other {
                    // Whoever was refused with the same key meanwhile has turned to the other.
                    let turn = |used| (used == key).then_some(key + 1);
                    let _ = self.0.signer.fetch_update(Ordering::Relaxed, Ordering::Relaxed, turn);
                }
                has_other
            }
        }
    }

    fn is_clock_far(&self, host: Option<&Url>, error: &Error) -> bool {
        host.is_some_and(|host| self.0.offsets.is_far(host, error.date(), self.local_now()))
    }

    pub(super) fn now_there(&self, host: &Url) -> Timestamp {
        self.local_now().shifted(self.0.offsets.of(host))
    }

    fn api_root(&self) -> Option<Url> {
        self.platform().endpoint(Base::Api, "/", &[]).ok()
    }

    pub(super) fn jwt_rules(&self) -> Result<JwtRules> {
        let config = &self.0.config;
        let rules = jwt_descriptor(&config.platform)?;
        Ok(JwtRules {
            issuer: issuer(config, rules)?,
            back_date: config.jwt_back_date.unwrap_or(Duration::from_secs(rules.back_date_s)),
            lifetime: jwt_lifetime(config)?,
            extra_claims: rules.extra_claims.clone(),
            authorization_scheme: config.platform.descriptor().api.authorization_scheme.clone(),
        })
    }
}

fn jwt_lifetime(config: &Config) -> Result<Duration> {
    let rules = jwt_descriptor(&config.platform)?;
    Ok(config.jwt_lifetime.unwrap_or(Duration::from_secs(rules.lifetime_s)))
}

pub(super) fn jwt_descriptor(platform: &Platform) -> Result<&Jwt> {
    platform.descriptor().jwt.as_ref().ok_or_else(|| platform.unsupported("app authentication"))
}

pub(super) fn missing(credential: &str) -> Error {
    Error::invalid(format!("this needs {credential}, which the app was not given"))
        .because(Reason::MissingCredential)
        .advise(format!("Give {credential} when you make the app."))
}

fn issuer(config: &Config, rules: &Jwt) -> Result<Issuer> {
    let (app, client) = (config.app_id.as_ref(), config.client_id.as_ref());
    let text = match rules.issuer {
        IssuerSource::AppId => app.ok_or_else(|| missing("app_id")),
        IssuerSource::ClientId => client.ok_or_else(|| missing("client_id")),
        IssuerSource::AppIdOrClientId => app.or(client).ok_or_else(|| missing("app_id")),
    }?;
    let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(match (rules.issuer_type, number) {
        (IssuerType::IntegerIfDigits, Some(number)) => Issuer::Integer(number),
        _ => Issuer::Text(text.clone()),
    })
}

/// What may mend a refused JWT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// The platform's clock instead of ours.
    Clock,
    /// The other of two keys.
    OtherKey,
}
