//! The ledger: a record of all requests and their outcomes, without secrets.
//!
//! An entry holds the kind of a credential (`ats`, `jwt`) and the names of parameters, never their values.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::http::{FORM, JSON, Request};

/// A handle on the record of requests. Clones share the record.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl Ledger {
    /// All requests since the start or the last `clear`, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// The number of requests for an operation, failed ones included.
    pub fn count(&self, operation: &str) -> usize {
        self.lock().iter().filter(|entry| entry.operation == operation).count()
    }

    /// The number of requests for each operation.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in self.lock().iter() {
            *counts.entry(entry.operation.clone()).or_default() += 1;
        }
        counts
    }

    /// Removes all entries.
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
    /// When the request arrived, by the sandbox's clock, in milliseconds since 1970.
    pub time_ms: i64,
    /// The request id that the reply carries in `x-request-id` or the platform's header for it.
    pub request_id: String,
    /// The method, in upper case.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The operation, such as `mint_installation_token`; `unknown` if the platform has none for this request.
    pub operation: String,
    /// The scheme of the `Authorization` header, in lower case.
    pub auth_scheme: Option<String>,
    /// The kind of the credential, such as `jwt` or `ats`.
    pub auth_kind: Option<String>,
    /// The names of the query's parameters.
    pub query_names: Vec<String>,
    /// The names of the members of a JSON object or a form.
    pub body_names: Vec<String>,
    /// The size of the body in bytes.
    pub body_bytes: usize,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// The status that the client received; `None` if the connection was cut before the reply.
    pub status: Option<u16>,
    /// The status of the platform's own reply; `None` if a fault replaced it.
    pub work_status: Option<u16>,
    /// The kind of the fault that applied, such as `lost_response`.
    pub fault: Option<String>,
    /// Whether a refresh token was used a second time, after its grace period.
    pub reuse: bool,
}

impl Entry {
    /// The part of an entry that is known before the request is handled.
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
