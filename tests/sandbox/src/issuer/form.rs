//! The form of a request: a repeated field is an error, an empty field counts as missing
//! ([RFC 6749, section 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).

use std::collections::HashSet;

use super::refusals::{OAuthError, invalid_request};
use crate::http::{Pairs, Request};

pub(super) struct Form(Pairs);

impl Form {
    pub(super) fn of(request: &Request) -> Result<Self, OAuthError> {
        if request.query.iter().any(|(name, _)| CREDENTIALS.contains(&name)) {
            return Err(invalid_request("credentials are not for addresses"));
        }
        let form = request.form().ok_or_else(|| invalid_request("the body is a form"))?;
        let mut seen = HashSet::new();
        if !form.iter().all(|(name, _)| seen.insert(name)) {
            return Err(invalid_request("a parameter appears twice"));
        }
        Ok(Self(form))
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.0.one(name).ok().flatten().filter(|value| !value.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.field(name).ok_or_else(|| invalid_request("a parameter is missing"))
    }
}

const CREDENTIALS: [&str; 2] = ["client_secret", "client_assertion"];
