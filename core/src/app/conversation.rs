//! What is said to the platform inside a flight.

use std::sync::Arc;

use url::Url;

use super::{App, Shared};
use crate::{
    call::Call,
    cell::{Key, Subject},
    error::{Error, ErrorKind, Reason, Result},
    event::{Event, EventKind},
    flight::Deadline,
    grant::{Grant, with_api_headers},
    http::{Repeat, Request, Response},
    installation::{self, Installation},
    listing::{Listed, Walk},
    lookup::Lookup,
    offset,
    platform::{Route, descriptor::Operation},
    refusal::Answered,
    repository::Repository,
    retry::{Look, retry_after},
    scope::Scope,
    secret::Secret,
    source::{self, Tried},
    time::Timestamp,
    token::Token,
};

impl App {
    /// Puts a grant to the platform: the sentence that this library is about.
    pub(super) fn redeem(&self, grant: &Grant, deadline: Deadline) -> Result<Token> {
        let request = grant.request(self.platform())?;
        let response = self.send(&request, deadline)?;
        grant.token(self.platform(), &request, &response, self.now_at(&request, &response))
    }

    /// A token for a key that is no user's.
    pub(super) fn mint_now(&self, key: &Key, deadline: Deadline) -> Result<Token> {
        match &key.subject {
            Subject::Assertion(wanted) => self.redeem_assertion(wanted, deadline),
            Subject::Installation(id) => {
                self.as_app(|jwt| self.mint_for_installation(id, &key.scope, jwt, deadline))
            }
            Subject::App | Subject::Session(_) => {
                self.as_app(|jwt| self.redeem(&Grant::App { jwt: jwt.clone() }, deadline))
            }
        }
    }

    fn mint_for_installation(
        &self,
        id: &str,
        scope: &Scope,
        jwt: &Token,
        deadline: Deadline,
    ) -> Result<Token> {
        let (id, jwt, scope) = (id.to_owned(), jwt.clone(), scope.clone());
        let grant = Grant::Installation { id, jwt, scope };
        self.redeem(&grant, deadline).map_err(|error| match error.reason() {
            Some(Reason::RepositoryNotAccessible) => self.named(error, grant, deadline),
            _ => error,
        })
    }

    /// A refusal that does not say which repository it is about, with those that the installation
    /// was not granted, by asking what it was.
    fn named(&self, error: Error, grant: Grant, deadline: Deadline) -> Error {
        let Grant::Installation { id, jwt, scope } = grant else { return error };
        let all = Grant::Installation { id: id.clone(), jwt, scope: scope.everywhere() };
        let granted = self.redeem(&all, deadline).and_then(|token| {
            let mut walk = Walk::start(self.platform(), Repository::list(self.platform())?)?;
            let mut granted = Vec::new();
            while let Some(page) = self.page::<Repository>(&mut walk, &token, deadline)? {
                granted.extend(page);
            }
            Ok(granted)
        });
        match granted.map(|granted| scope.missing_from(&granted)) {
            Ok(missing) if !missing.is_empty() => {
                error.about(format!("installation {id} does not reach {}", missing.join(", ")))
            }
            _ => error,
        }
    }

    /// The next page of a list, as the bearer of a token; `None` after the last.
    pub(crate) fn page<T: Listed>(
        &self,
        walk: &mut Walk,
        token: &Token,
        deadline: Deadline,
    ) -> Result<Option<Vec<T>>> {
        let Some(url) = walk.next.clone() else { return Ok(None) };
        let subject = format!("the {}", T::LIST);
        self.ask(url, T::OPERATION, &subject, token, deadline, |it| walk.step(it)).map(Some)
    }

    fn list(&self, jwt: &Token, deadline: Deadline) -> Result<Vec<Installation>> {
        let mut walk = Walk::start(self.platform(), Installation::list(self.platform())?)?;
        let mut all = Vec::new();
        while let Some(page) = self.page(&mut walk, jwt, deadline)? {
            all.extend(page);
        }
        Ok(all)
    }

    pub(super) fn find(
        &self,
        lookup: &Lookup,
        jwt: &Token,
        deadline: Deadline,
    ) -> Result<Installation> {
        lookup.name()?;
        let mut not_found = None;
        for url in lookup.endpoints(self.platform())? {
            let (operation, subject) = (Operation::Installations, lookup.subject());
            match self.ask(url, operation, &subject, jwt, deadline, installation::found) {
                Err(error) if error.kind() == ErrorKind::NotFound => not_found = Some(error),
                outcome => return outcome,
            }
        }
        match not_found {
            Some(error) => Err(error),
            None => installation::pick(self.platform(), &self.list(jwt, deadline)?, lookup),
        }
    }

    pub(super) fn answer(
        &self,
        call: &Call,
        authorization: Secret,
        deadline: Deadline,
    ) -> Result<Arc<Response>> {
        let request = call.request(self.platform(), self.0.config.max_response_body)?;
        self.send(&request.authorized(authorization), deadline).map(Arc::new)
    }

    /// An API call with an installation's token.
    pub(crate) fn try_call(
        &self,
        call: &Call,
        token: &Token,
        deadline: Deadline,
    ) -> Tried<Arc<Response>> {
        let tried = || {
            let request = call.request(self.platform(), self.0.config.max_response_body)?;
            let request = request.authorized(token.authorization_header());
            let response = Arc::new(self.send(&request, deadline)?);
            let refusal = matches!(response.status, 401 | 403 | 404)
                .then(|| self.answered(Operation::Call, "the call", &request, &response).refusal());
            Ok((response, refusal.as_ref().and_then(source::doubt)))
        };
        match tried() {
            Ok((response, doubt)) => Tried { outcome: Ok(response), doubt },
            Err(error) => Tried { outcome: Err(error), doubt: None },
        }
    }

    /// An answer to the credential that the call's path wants: the caller's, unless the platform
    /// keeps that path for the app or the OAuth client.
    pub(super) fn answer_by_route(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        match self.platform().route(&call.location(self.platform())?) {
            Route::Client => self.answer(call, self.client_basic()?, deadline),
            Route::App | Route::Caller => self.answer_as_app(call, deadline),
        }
    }

    /// Any status is an answer, but a 401 may be about a JWT that can be mended.
    pub(super) fn answer_as_app(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        let mut refused = None;
        let outcome = self.as_app(|jwt| {
            let request = call.request(self.platform(), self.0.config.max_response_body)?;
            let request = request.authorized(jwt.authorization_header());
            let response = Arc::new(self.send(&request, deadline)?);
            if response.status != 401 {
                return Ok(response);
            }
            let error = self.answered(Operation::Call, "the call", &request, &response).refusal();
            refused = Some(response);
            Err(error)
        });
        match (outcome, refused) {
            (Err(error), Some(response)) if error.status() == Some(401) => Ok(response),
            (outcome, _) => outcome,
        }
    }

    /// A GET as the bearer of a token, and what its answer is read as.
    fn ask<T>(
        &self,
        url: Url,
        operation: Operation,
        subject: &str,
        token: &Token,
        deadline: Deadline,
        read: impl FnOnce(&Answered<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut request = Request::new("GET", url).authorized(token.authorization_header());
        request.repeat = Repeat::Own;
        let request = with_api_headers(self.platform(), request);
        let response = self.send(&request, deadline)?;
        read(&self.answered(operation, subject, &request, &response))
    }

    pub(crate) fn answered<'a>(
        &'a self,
        operation: Operation,
        subject: &'a str,
        request: &'a Request,
        response: &'a Response,
    ) -> Answered<'a> {
        let (platform, now) = (self.platform(), self.now_at(request, response));
        Answered { platform, operation, subject, request, response, now }
    }

    /// The time at the host that answered: its `Date` matters where an expiry is read.
    fn now_at(&self, request: &Request, response: &Response) -> Timestamp {
        let (offsets, now) = (&self.0.offsets, self.local_now());
        if response.is_success() {
            offsets.note(&request.url, offset::date(response), now);
        }
        now.shifted(offsets.of(&request.url))
    }

    pub(crate) fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let Shared { config, transport, .. } = &*self.0;
        let look = |response: &Response| {
            let answered = self.answered(Operation::Call, "", request, response);
            Look { limit: answered.limit(), told: retry_after(response, answered.now) }
        };
        let waits = |wait| self.tell(&Event::new(EventKind::Retried).lasting(wait));
        config.retry.send(&**transport, request, deadline, look, waits)
    }
}
