//! Single-use codes for something that a person agreed to.

use std::collections::HashMap;

use crate::secrets;

pub(super) struct Codes<T> {
    issued: HashMap<String, (T, i64)>,
}

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self { issued: HashMap::new() }
    }
}

impl<T> Codes<T> {
    pub(super) fn issue(&mut self, agreed: T, expires_ms: i64) -> String {
        let code = secrets::token("slip-");
        self.issued.insert(code.clone(), (agreed, expires_ms));
        code
    }

    /// Removes a code and returns its value, unless it has expired. The code is invalid afterwards even if the request fails.
    pub(super) fn spend(&mut self, code: &str, now_ms: i64) -> Option<T> {
        let (agreed, expires_ms) = self.issued.remove(code)?;
        (now_ms < expires_ms).then_some(agreed)
    }
}
