//! What is said to the platform inside a flight.

use std::{collections::HashSet, sync::Arc};

use url::Url;

use super::{App, Shared};
use crate::{
    call::Call,
    error::{ErrorKind, Result},
    flight::Deadline,
    grant::{Grant, with_api_headers},
    http::{Request, Response},
    installation::{self, Installation},
    lookup::Lookup,
    offset,
    platform::{Route, descriptor::Operation},
    refusal::Answered,
    secret::Secret,
    source::Key,
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

    pub(super) fn mint_now(&self, key: &Key, jwt: &Token, deadline: Deadline) -> Result<Token> {
        let (id, jwt, scope) = (key.installation_id.clone(), jwt.clone(), key.scope.clone());
        self.redeem(&Grant::Installation { id, jwt, scope }, deadline)
    }

    pub(super) fn list(&self, jwt: &Token, deadline: Deadline) -> Result<Vec<Installation>> {
        let mut all: Vec<Installation> = Vec::new();
        let mut seen = HashSet::new();
        let mut visited = HashSet::new();
        let mut next = Some(installation::first_page(self.platform())?);
        // A server may send us in a circle.
        while let Some(url) = next.filter(|url| visited.insert(url.clone())) {
            let (page, after) =
                self.ask(url, "the list of installations", jwt, deadline, |it| {
                    let page = installation::listed(it)?;
                    let new = page.iter().filter(|one| !seen.contains(&one.id)).count();
                    Ok((page, installation::next_page(it, new)?))
                })?;
            all.extend(page.into_iter().filter(|one| seen.insert(one.id.clone())));
            next = after;
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
            match self.ask(url, &lookup.subject(), jwt, deadline, installation::found) {
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

    /// An answer to the credential that the call's path wants: the caller's, unless the platform
    /// keeps that path for the app or the OAuth client.
    pub(super) fn answer_by_route(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        match self.platform().route(&call.location(self.platform())?) {
            Route::Client => self.answer(call, self.client()?.basic(), deadline),
            Route::App | Route::Caller => self.answer_as_app(call, deadline),
        }
    }

    /// Any status is an answer, but a 401 may be about a JWT that can be mended.
    pub(super) fn answer_as_app(&self, call: &Call, deadline: Deadline) -> Result<Arc<Response>> {
        let mut refused = None;
        let outcome = self.as_app(|jwt| {
            let request = call.request(self.platform(), self.0.config.max_response_body)?;
            let request = request.authorized(jwt.authorization());
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

    /// A GET as the app, and what its answer is read as.
    fn ask<T>(
        &self,
        url: Url,
        subject: &str,
        jwt: &Token,
        deadline: Deadline,
        read: impl FnOnce(&Answered<'_>) -> Result<T>,
    ) -> Result<T> {
        let request = Request::new("GET", url).authorized(jwt.authorization()).repeatable();
        let request = with_api_headers(self.platform(), request);
        let response = self.send(&request, deadline)?;
        read(&self.answered(Operation::Installations, subject, &request, &response))
    }

    fn answered<'a>(
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

    fn send(&self, request: &Request, deadline: Deadline) -> Result<Response> {
        let Shared { config, transport, .. } = &*self.0;
        config.retry.send(&**transport, request, deadline, &*config.clock)
    }
}
