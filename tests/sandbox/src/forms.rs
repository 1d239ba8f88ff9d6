//! Forms that were shown to a person and wait to be posted, each under a token that no other site can guess.
//!
//! A form that was shown in a browser session can be posted in that session only.

use std::collections::HashMap;

use crate::http::Request;
use crate::platform::Context;
use crate::secrets;

pub(crate) struct PendingForms<T> {
    pending: HashMap<String, Pending<T>>,
}

struct Pending<T> {
    form: T,
    expires_ms: i64,
    /// The session in which the page was shown, if somebody was logged in.
    session: Option<String>,
}

impl<T> Default for PendingForms<T> {
    fn default() -> Self {
        Self { pending: HashMap::new() }
    }
}

impl<T> PendingForms<T> {
    /// Keeps a form for ten minutes and returns its token.
    pub(crate) fn add(&mut self, form: T, context: &Context) -> String {
        let form_token = secrets::token("");
        let expires_ms = context.now_ms.saturating_add(FORM_LIFE_MS);
        let session = context.session_id().map(str::to_owned);
        self.pending.insert(form_token.clone(), Pending { form, expires_ms, session });
        form_token
    }

    /// Removes the form with this token and returns it, unless it has expired or belongs to another session.
    pub(crate) fn take(&mut self, form_token: &str, context: &Context) -> Option<T> {
        let Pending { form, expires_ms, session } = self.pending.remove(form_token)?;
        let is_same_session = session.is_none() || session.as_deref() == context.session_id();
        (is_same_session && context.now_ms < expires_ms).then_some(form)
    }
}

/// Whether a form was posted by a page of this server. Browsers send `Origin` with every form; a request without it comes
/// from a program.
pub(crate) fn is_same_origin(request: &Request) -> bool {
    let host = request.header("host");
    request.header("origin").is_none_or(|origin| {
        let bare = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        bare.is_some() && (host.is_none() || bare == host)
    })
}

/// A field of the posted form.
pub(crate) fn field(request: &Request, name: &str) -> Option<String> {
    Some(request.form()?.one(name).ok()??.to_owned())
}

const FORM_LIFE_MS: i64 = 600_000;
