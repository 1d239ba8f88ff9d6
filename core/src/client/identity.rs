//! The app's JWT, and the remedies for a signature that the platform refused.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use url::Url;

use super::{ClientConfig, PlatformClient};
use crate::{
    auth::{Issuer, JwtRules, Signer},
    error::{Error, Reason, Result},
    event::Event,
    http::clock_offset::difference,
    platform::{
        Platform,
        descriptor::{IssuerSource, IssuerType, Jwt},
        oauth::KeyIdMember,
    },
    tasks::Deadline,
    token::Token,
};

impl PlatformClient {
    /// Calls `send` with the app's JWT, and again with another JWT if the first was refused for a
    /// reason that another one can mend.
    pub(crate) fn with_jwt<T>(
        &self,
        deadline: Deadline,
        mut send: impl FnMut(&Token) -> Result<T>,
    ) -> Result<T> {
        let sign = || self.new_jwt(deadline);
        self.with_signature(self.api_root(), sign, |jwt| send(&jwt))
    }

    /// Calls `send` with something signed for a host, and again with a new signature if the first
    /// was refused for a reason that a new one can mend: a clock that is off, or the wrong one of two
    /// keys. Each remedy is tried once.
    pub(super) fn with_signature<S, T>(
        &self,
        host: Option<&Url>,
        sign: impl Fn() -> Result<S>,
        mut send: impl FnMut(S) -> Result<T>,
    ) -> Result<T> {
        let mut tried = Vec::new();
        loop {
            let made_with = self.circumstances(host);
            let error = match send(sign()?) {
                Err(error) => error,
                outcome => return outcome,
            };
            match self.remedy(host, &error, &tried) {
                Some(remedy) if self.apply(host, remedy, made_with, &error) => tried.push(remedy),
                _ => {
                    self.end_offset(host, made_with, &error);
                    return Err(self.doubting_signer(made_with, error));
                }
            }
            self.jwts.forget_made_with(made_with);
        }
    }

    /// The signer in use, on a platform that has JWTs.
    pub(crate) fn jwt_signer(&self) -> Result<&Arc<dyn Signer>> {
        jwt_descriptor(self.platform())?;
        self.signer()
    }

    /// The signer in use.
    pub(super) fn signer(&self) -> Result<&Arc<dyn Signer>> {
        self.signer_of(self.signer_in_use.load(Ordering::Relaxed))
    }

    /// The signer of these circumstances, on a platform that has JWTs.
    pub(super) fn jwt_signer_of(&self, made_with: Circumstances) -> Result<&Arc<dyn Signer>> {
        jwt_descriptor(self.platform())?;
        self.signer_of(made_with.signer)
    }

    fn signer_of(&self, count: usize) -> Result<&Arc<dyn Signer>> {
        let signers = &self.config.signers;
        signers.get(count % signers.len().max(1)).ok_or_else(|| missing("private_key"))
    }

    pub(super) fn jwt_rules(&self) -> Result<JwtRules> {
        let config = &self.config;
        let rules = jwt_descriptor(&config.platform)?;
        Ok(JwtRules {
            issuer: issuer(config, rules)?,
            back_date: config.jwt_back_date.unwrap_or(Duration::from_secs(rules.back_date_s)),
            lifetime: self.jwt_lifetime()?,
            extra_claims: rules.extra_claims.clone(),
            authorization_scheme: config.platform.descriptor().api.authorization_scheme.clone(),
            key_id_member: KeyIdMember::Kid,
        })
    }

    pub(super) fn jwt_lifetime(&self) -> Result<Duration> {
        let rules = jwt_descriptor(self.platform())?;
        Ok(self.config.jwt_lifetime.unwrap_or(Duration::from_secs(rules.lifetime_s)))
    }

    /// The error of a refused signature with what may be wrong with a signer outside: its key is not the
    /// only thing that can be another one.
    fn doubting_signer(&self, made_with: Circumstances, error: Error) -> Error {
        let is_refused = matches!(
            error.reason(),
            Some(Reason::AppKeyMismatch | Reason::InvalidAssertion | Reason::InvalidClient)
        );
        let is_outside = self.signer_of(made_with.signer).is_ok_and(|signer| signer.is_outside());
        if !is_refused || !is_outside {
            return error;
        }
        let hint = error.hint().map(|hint| format!("{hint} ")).unwrap_or_default();
        error.advise(format!("{hint}The signer must sign with RSASSA-PKCS1-v1_5 and SHA-256: PSS and other hashes are refused like another key."))
    }

    /// The remedy for a refusal, by its reason, unless it was tried.
    fn remedy(&self, host: Option<&Url>, error: &Error, tried: &[Remedy]) -> Option<Remedy> {
        let is_clock_doubtful = || self.is_clock_doubtful(host, error);
        let is_api = host == self.api_root();
        let remedies: &[Remedy] = match error.reason() {
            Some(Reason::ClockSkew) => &[Remedy::CorrectClock],
            Some(Reason::AppKeyMismatch | Reason::NoPublicKey) => &[Remedy::OtherKey],
            // Authorization servers do not say which part of an assertion is wrong.
            Some(Reason::InvalidAssertion | Reason::InvalidClient) if is_clock_doubtful() => {
                &[Remedy::CorrectClock, Remedy::OtherKey]
            }
            Some(Reason::InvalidAssertion | Reason::InvalidClient) => &[Remedy::OtherKey],
            // Some platforms refuse a JWT without a reason. At a token endpoint a 401 without a reason
            // is final, because the request may have spent a code.
            None if error.status() == Some(401) && is_api && is_clock_doubtful() => {
                &[Remedy::CorrectClock]
            }
            _ => &[],
        };
        remedies.iter().find(|remedy| !tried.contains(remedy)).copied()
    }

    /// Applies a remedy; whether there was anything to change.
    fn apply(
        &self,
        host: Option<&Url>,
        remedy: Remedy,
        made_with: Circumstances,
        error: &Error,
    ) -> bool {
        match remedy {
            Remedy::CorrectClock => {
                let (offsets, shown) = (self.clock.offsets(), self.difference_shown(error));
                let correct = |host| offsets.correct(host, made_with.offset_ms, shown);
                let is_corrected = host.is_some_and(correct);
                if is_corrected {
                    self.events.emit(&Event::clock_skew(self.clock.offsets().of_api()));
                }
                is_corrected
            }
            Remedy::OtherKey => {
                let has_other = self.config.signers.len() > 1;
                if has_other {
                    // Another caller who was refused with the same key may have turned already.
                    let turn =
                        |current| (current == made_with.signer).then_some(made_with.signer + 1);
                    let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
                    let _ = self.signer_in_use.fetch_update(set, fetch, turn);
                }
                has_other
            }
        }
    }

    /// After a refusal that no remedy helps against: an offset by which a JWT was refused for its
    /// times ends, and the JWT with it.
    fn end_offset(&self, host: Option<&Url>, made_with: Circumstances, error: &Error) {
        if let Some(host) = host.filter(|_| error.reason() == Some(Reason::ClockSkew)) {
            self.clock.offsets().end(host, made_with.offset_ms);
            self.jwts.forget_made_with(made_with);
        }
    }

    fn is_clock_doubtful(&self, host: Option<&Url>, error: &Error) -> bool {
        let shown = self.difference_shown(error);
        host.is_some_and(|host| self.clock.offsets().is_doubtful(host, shown))
    }

    fn difference_shown(&self, error: &Error) -> Option<i64> {
        difference(error.date()?, self.clock.system_now())
    }

    /// The circumstances of a JWT for the API.
    pub(super) fn api_circumstances(&self) -> Circumstances {
        let signer = self.signer_in_use.load(Ordering::Relaxed);
        Circumstances { signer, offset_ms: self.clock.offsets().of_api() }
    }

    fn circumstances(&self, host: Option<&Url>) -> Circumstances {
        Circumstances {
            signer: self.signer_in_use.load(Ordering::Relaxed),
            offset_ms: host.map_or(0, |host| self.clock.offsets().of(host)),
        }
    }

    pub(crate) fn api_root(&self) -> Option<&Url> {
        self.api_root.as_ref()
    }
}

/// The descriptor's rules for JWTs.
pub(crate) fn jwt_descriptor(platform: &Platform) -> Result<&Jwt> {
    platform.descriptor().jwt.as_ref().ok_or_else(|| platform.unsupported("app authentication"))
}

/// The error of an operation that requires a setting which the app was made without.
pub(crate) fn missing(setting: &str) -> Error {
    Error::invalid(format!("this operation requires {setting}, and the app was made without it"))
        .because(Reason::MissingCredential)
        .advise(format!("Give {setting} when you make the app."))
}

fn issuer(config: &ClientConfig, rules: &Jwt) -> Result<Issuer> {
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

/// The circumstances in which a signature is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Circumstances {
    /// The count of the signer in use.
    pub(super) signer: usize,
    /// The offset of the host's clock in use.
    pub(super) offset_ms: i64,
}

/// A way to mend a refused signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remedy {
    /// Use the host's clock instead of ours.
    CorrectClock,
    /// Use the other of two keys.
    OtherKey,
}
