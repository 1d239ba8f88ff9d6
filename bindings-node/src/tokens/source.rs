//! Sources of tokens.

use std::convert::identity;

use appmint_core::Timestamp;
use napi_derive::napi;

use super::token::Token;
use crate::{
    app::{
        quota::QuotaRecord,
        request::{RequestRecord, ResponseRecord},
    },
    completions::Completions,
    durations::{from_millis, to_millis},
    errors::{Outcome, outcome},
    installations::listing::Listing,
};

/// A source of tokens for one installation, the app itself or one user.
#[napi]
pub struct TokenSource(pub(crate) appmint_core::TokenSource);

#[napi]
impl TokenSource {
    /// The installation's id.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn installation_id(&self) -> Option<String> {
        self.0.installation_id()
    }

    /// Returns a token that lives at least `min_valid` longer, from memory or newly minted.
    #[napi(catch_unwind)]
    pub fn token(
        &self,
        completions: &Completions,
        id: u32,
        min_valid_ms: Option<f64>,
    ) -> Option<Outcome<Token>> {
        completions.complete(id, self.0.token_valid_for(min_valid_ms.map(from_millis)), Token)
    }

    /// The token in memory, if it lives long enough; `known` is the one that JavaScript has.
    #[napi(catch_unwind)]
    pub fn token_sync(
        &self,
        min_valid_ms: Option<f64>,
        known: Option<&Token>,
    ) -> Outcome<HeldRecord> {
        let held = self.0.held(min_valid_ms.map(from_millis));
        let record = |(token, until_renewal): (appmint_core::Token, _)| HeldRecord {
            token: Some(token).filter(|it| known.is_none_or(|known| known.0 != *it)).map(Token),
            until_renewal_ms: to_millis(until_renewal),
        };
        match held {
            Ok(held) => (None, held.map(record)),
            Err(error) => outcome(Err(error)),
        }
    }

    /// The URL of a path, on one of the platform's hosts, and whose credential it needs.
    #[napi(catch_unwind)]
    pub fn locate(&self, path: String) -> Outcome<LocationRecord> {
        let located = self.0.locate(&path);
        outcome(located.map(|(url, credential)| LocationRecord { url, credential }))
    }

    /// When the token in memory expires.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn expires_at(&self) -> Option<i64> {
        self.0.expires_at().map(Timestamp::as_millis)
    }

    /// Returns the quota of the source's requests, as the platform told it in its last answer to
    /// one of them.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn quota(&self) -> Option<QuotaRecord> {
        self.0.quota().map(QuotaRecord::from)
    }

    /// Forgets a token if it is still the one in memory: the answer to a 401 of a request that was
    /// made with it.
    #[napi(catch_unwind)]
    pub fn invalidate(&self, token: Option<String>) {
        match token {
            Some(token) => self.0.invalidate_token(token),
            None => self.0.invalidate(),
        }
    }

    /// Registers a callback for new tokens, until it is taken back or the app is closed.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn on_change(&self, changes: &Completions) -> Subscription {
        let notify = changes.notifier(change);
        let observer = move |previous: Option<&appmint_core::Token>,
                             token: &appmint_core::Token| {
            notify((previous.cloned(), token.clone()));
        };
        Subscription(self.0.on_change(observer))
    }

    /// Forgets the token in memory and ends it on the platform, for everybody who has it.
    #[napi(catch_unwind)]
    pub fn revoke(&self, completions: &Completions, id: u32) -> Option<Outcome<()>> {
        completions.complete(id, self.0.revoke(), identity)
    }

    /// Lists the repositories that the token can access.
    #[napi(catch_unwind)]
    pub fn repositories(&self) -> Outcome<Listing> {
        outcome(self.0.repositories().map(Listing::from))
    }

    /// Calls the platform's API with the source's token.
    #[napi(catch_unwind)]
    pub fn request(
        &self,
        completions: &Completions,
        id: u32,
        request: RequestRecord,
    ) -> Option<Outcome<ResponseRecord>> {
        completions.complete(id, self.0.request(request.into()), ResponseRecord::from)
    }

    /// Lists the items of any endpoint of the API, with the source's token.
    #[napi(catch_unwind)]
    pub fn paginate(&self, request: RequestRecord, items: Option<String>) -> Outcome<Listing> {
        outcome(self.0.paginate(request.into(), items.as_deref()).map(Listing::from))
    }
}

/// A token in memory.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct HeldRecord {
    /// Null if it is the one that JavaScript has.
    pub token: Option<Token>,
    pub until_renewal_ms: f64,
}

/// The place of a request.
#[napi(object, object_from_js = false)]
pub struct LocationRecord {
    pub url: String,
    pub credential: &'static str,
}

/// A queue that a source notifies.
#[napi]
pub struct Subscription(appmint_core::Subscription);

#[napi]
impl Subscription {
    /// Takes the callback back: it is not called any more, and is not running on another thread.
    #[napi(catch_unwind)]
    pub fn unsubscribe(&self) {
        self.0.unsubscribe();
    }
}

fn change(
    (previous, token): (Option<appmint_core::Token>, appmint_core::Token),
) -> (Option<Token>, Token) {
    (previous.map(Token), Token(token))
}
