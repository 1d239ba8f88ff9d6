//! Authorizations: begun, sealed for the way through a browser, and finished once.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    client::{PlatformClient, missing},
    error::{Error, Result},
    oauth::{Authorization, AuthorizationRequest, CodeExchange, authorization::stale, callback},
    secret::Secret,
    store::{Sealer, TokenStore},
    tasks::{Deadline, PerProcess, lock, sync::Mutex},
    time::ClockReading,
    token::Token,
};

/// The authorizations of one app.
pub(crate) struct Authorizations {
    client: Arc<PlatformClient>,
    store: Option<Arc<TokenStore>>,
    sealer: Arc<Sealer>,
    /// The states of authorizations that were finished, and when they may be forgotten.
    finished: PerProcess<Mutex<HashMap<String, ClockReading>>>,
}

impl Authorizations {
    pub(crate) fn new(
        client: Arc<PlatformClient>,
        store: Option<Arc<TokenStore>>,
        sealer: Arc<Sealer>,
    ) -> Self {
        Self { client, store, sealer, finished: PerProcess::default() }
    }

    pub(crate) fn begin(&self, request: &AuthorizationRequest) -> Result<Authorization> {
        let (platform, now) = (self.client.platform(), self.client.clock().system_now());
        Authorization::new(platform, self.client.client_id()?, request, now)
    }

    /// The authorization as text that only the app's store key opens.
    pub(crate) fn seal(&self, authorization: &Authorization) -> Result<String> {
        self.require_key()?;
        let sealed = self.sealer.seal(SEALED_AS, &authorization.to_json())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(crate) fn open(&self, sealed: &str) -> Result<Authorization> {
        self.require_key()?;
        let bytes = URL_SAFE_NO_PAD.decode(sealed.trim()).ok();
        let plain = bytes.and_then(|bytes| self.sealer.open(SEALED_AS, &bytes).ok());
        plain.and_then(|plain| Authorization::from_json(&plain)).ok_or_else(|| {
            Error::invalid("the text is not an authorization sealed with the app's store key")
        })
    }

    /// The code of a callback, if the callback is this authorization's.
    pub(crate) fn check_callback(
        &self,
        authorization: &Authorization,
        callback: &str,
    ) -> Result<Secret> {
        authorization.check(self.client.platform(), self.client.clock().system_now())?;
        callback::authorization_code(self.client.platform(), callback, authorization.state())
    }

    /// Exchanges the code of an authorization, which is done once; again only if the code was not sent,
    /// or the platform refused to look at it for now.
    pub(crate) fn finish(
        &self,
        authorization: &Authorization,
        code: &Secret,
        deadline: Deadline,
    ) -> Result<Token> {
        self.finish_once(authorization, deadline)?;
        let takes_uri = self.client.platform().oauth()?.exchange.redirect_uri;
        let redirect_uri = authorization.redirect_uri().filter(|_| takes_uri);
        let mut exchange = CodeExchange::new(code.clone());
        exchange.redirect_uri = redirect_uri.map(str::to_owned);
        exchange.code_verifier = authorization.code_verifier().cloned();
        self.client.exchange_code(&exchange, deadline).inspect_err(|error| {
            if error.is_retryable() || error.is_on_the_way() {
                self.forget_finished(authorization.state(), deadline);
            }
        })
    }

    /// Lets an authorization be finished whose code is not spent. If the store fails, it stays finished
    /// for other processes.
    fn forget_finished(&self, state: &str, deadline: Deadline) {
        lock(&self.finished.get_or_default()).remove(state);
        if let Some(store) = &self.store {
            let _ = store.until(deadline).forget_once(state);
        }
    }

    fn finish_once(&self, authorization: &Authorization, deadline: Deadline) -> Result<()> {
        let (state, until) = (authorization.state(), authorization.expires_at());
        let all = self.finished.get_or_default();
        let mut finished = lock(&all);
        let now = self.client.clock().reading();
        // A wall clock that goes ahead and back again must not make a state one that was never used.
        finished.retain(|_, end| !now.is_past(*end));
        let life_ms = until.as_millis().saturating_sub(now.wall_ms);
        let is_first = finished.insert(state.to_owned(), now.shifted(life_ms)).is_none();
        drop(finished);
        let is_first_anywhere = match &self.store {
            // Nothing was sent, so the authorization can be finished once the store works again.
            Some(store) if is_first => {
                let recorded = store.until(deadline).record_once(state, until);
                recorded.inspect_err(|_| {
                    lock(&all).remove(state);
                })?
            }
            _ => is_first,
        };
        if is_first_anywhere {
            return Ok(());
        }
        Err(stale("this authorization was finished before"))
    }

    fn require_key(&self) -> Result<()> {
        if self.sealer.is_sealing() { Ok(()) } else { Err(missing("store_key")) }
    }
}

/// The name that sealed authorizations are bound to.
const SEALED_AS: &str = "authorization";
