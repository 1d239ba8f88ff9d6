//! Who asked for what, and what came of it: enough for a test to assert, never a secret.
//!
//! A credential appears by its kind (`ats`, `jwt`), a query or a body by its parameters' names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::exchange::{FORM, JSON, Request};

/// A handle on the list of what was asked; clones read the same list.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Ledger {
    /// Everything asked since the start, or since the last `clear`, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// How often an operation was asked for, whatever came of it.
    pub fn count(&self, operation: &str) -> usize {
        self.lock().iter().filter(|entry| entry.operation == operation).count()
    }

    /// How often each operation was asked for.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in self.lock().iter() {
            *counts.entry(entry.operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Forgets everything asked so far.
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn record(&self, entry: Entry) {
        self.lock().push(entry);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request and its outcome.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// When it arrived, by the sandbox's clock.
    pub time_ms: i64,
    /// The reply's `x-request-id`, or what the platform calls it.
    pub request_id: String,
    /// The method, in capitals.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// What the platform understood it to be, such as `mint_installation_token`; `unknown` when nothing.
    pub operation: String,
    /// The scheme of the `Authorization` header, in lower case.
    pub auth_scheme: Option<String>,
    /// What kind of credential came with it, such as `jwt` or `ats`.
    pub auth_kind: Option<String>,
    /// The names of the query's parameters.
    pub query_names: Vec<String>,
    /// The names of the members of a JSON object or a form.
    pub body_names: Vec<String>,
    /// The size of the body.
    pub body_bytes: usize,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The status the client saw; none when the connection was cut before the reply.
    pub status: Option<u16>,
    /// The status of the work that was done; none when a fault answered in its stead.
    pub work_status: Option<u16>,
    /// The kind of the fault that struck, such as `lost_response`.
    pub fault: Option<String>,
    /// Whether a refresh token was offered that had been spent before, and that no grace period saved.
    pub reuse: bool,
}

impl Entry {
    /// What a request says about itself; the outcome is added by its caller.
    pub(crate) fn of(request: &Request, operation: &str) -> Self {
        let header = |name| request.header(name).map(str::to_owned);
        Self {
            time_ms: 0,
            request_id: String::new(),
            method: request.method.to_string(),
            path: request.path.clone(),
            operation: operation.to_owned(),
            auth_scheme: request.authorization().map(|(scheme, _)| scheme),
            auth_kind: None,
            query_names: request.query.names(),
            body_names: body_names(request),
            body_bytes: request.body.len(),
            content_type: header("content-type"),
            accept: header("accept"),
            user_agent: header("user-agent"),
            status: None,
            work_status: None,
            fault: None,
            reuse: false,
        }
    }
}

fn body_names(request: &Request) -> Vec<String> {
    if request.is(FORM) {
        request.form().map(|form| form.names()).unwrap_or_default()
    } else if request.is(JSON) {
        request.json().map(|json| json.keys().cloned().collect()).unwrap_or_default()
    } else {
        Vec::new()
    }
}
