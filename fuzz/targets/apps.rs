//! Apps whose platform answers with what the target was given.

use std::sync::{Arc, Mutex, PoisonError};

use appmint_core::{
    App, AppBuilder, Deadline, Error, ErrorKind, ManualClock, Result, Timestamp,
    auth::Signer,
    http::{Request, Response, Transport},
};
use url::Url;

/// A platform that answers every request with the same response.
#[derive(Debug, Default)]
pub(super) struct Answering(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    response: Option<Response>,
    urls: Vec<Url>,
}

impl Answering {
    /// Sets the response; forgets the requests before it.
    pub(super) fn set(&self, response: Response) {
        let state = State { response: Some(response), urls: Vec::new() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The URLs of the requests since then.
    pub(super) fn urls(&self) -> Vec<Url> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).urls.clone()
    }
}

impl Transport for Answering {
    fn send(&self, request: &Request, _: Deadline) -> Result<Response> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.urls.push(request.url.clone());
        state.response.clone().ok_or_else(|| Error::new(ErrorKind::Transport, "no response"))
    }
}

/// Signs without a key, which takes no time.
#[derive(Debug)]
struct Signing;

impl Signer for Signing {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>> {
        Ok(vec![1; 256])
    }
}

/// The settings of an app on a platform that answers.
pub(super) fn settings(platform: &str, answering: &Arc<Answering>) -> AppBuilder {
    App::builder(platform)
        .app_id("75")
        .client_id("Iv1.8a61f9b3a7aba766")
        .client_secret(CLIENT_SECRET)
        .signer(Arc::new(Signing))
        .transport(Arc::<Answering>::clone(answering))
        .clock(ManualClock::new(Timestamp::from_secs(1_700_000_000)))
        .retries(0)
}

/// A response as text: a line with the status, lines with headers, an empty line, the body.
pub(super) fn response(text: &[u8]) -> Response {
    let at = text.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = at.map_or((text, &b""[..]), |at| (&text[..at], &text[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let status = lines.next().and_then(|status| status.trim().parse().ok()).unwrap_or(200);
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    Response { status, headers: headers.collect(), body: body.to_vec() }
}

/// What is promised of every error: no panic was caught, and it fits a line of a log.
pub(super) fn check<T>(result: Result<T>) -> Option<T> {
    let error = match result {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    assert!(!error.message().contains(char::is_control), "{error:?}");
    assert!(error.message().chars().count() <= LONGEST_MESSAGE, "{error}");
    None
}

/// The same of the exchange of a code, in whose errors there is no secret of the request, in any spelling that
/// the seeds have.
pub(super) fn check_exchange(app: &App) {
    let exchanged = app.exchange_code(CODE).wait();
    let text = exchanged.as_ref().map_err(|error| format!("{error} {error:?}")).err();
    for secret in SECRETS {
        let is_in = text.as_ref().is_some_and(|text| text.contains(secret));
        assert!(!is_in, "{secret} in {text:?}");
    }
    check(exchanged);
}

const CLIENT_SECRET: &str = "c1ient-5ecret-0123456789abcdefghij";
const CODE: &str = "c0de-abcdefghij0123456789";

/// Secrets of the requests; the last is the client secret in base64.
const SECRETS: [&str; 3] = [CLIENT_SECRET, CODE, "YzFpZW50LTVlY3JldC0wMTIzNDU2Nzg5YWJjZGVmZ2hpa"];
const LONGEST_MESSAGE: usize = 1001;
