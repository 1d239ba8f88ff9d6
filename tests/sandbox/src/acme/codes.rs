//! Codes that stand for something a person agreed to, until they are shown or forgotten.

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

    /// What a code stands for; whatever is made of it, the code is spent.
    pub(super) fn spend(&mut self, code: &str, now_ms: i64) -> Option<T> {
        let (agreed, expires_ms) = self.issued.remove(code)?;
        (now_ms < expires_ms).then_some(agreed)
    }
}
