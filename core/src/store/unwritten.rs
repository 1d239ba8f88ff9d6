//! Changes that a store has yet to take: they are written in the background, and before this process
//! looks there next at the latest.

use std::collections::HashMap;

use crate::{
    error::Result,
    tasks::{PerProcess, lock, sync::Mutex},
};

/// The ids that changes are about, and how often each was asked for.
#[derive(Default)]
pub(crate) struct Unwritten(PerProcess<Mutex<HashMap<String, u64>>>);

impl Unwritten {
    /// Asks for the change that this id is about.
    pub(crate) fn note(&self, id: &str) {
        *lock(&self.0.get_or_default()).entry(id.to_owned()).or_default() += 1;
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        lock(&self.0.get_or_default()).keys().cloned().collect()
    }

    /// Writes the change that this id is about, if it was asked for. If it is asked for again meanwhile,
    /// it stays to be written.
    pub(crate) fn write(&self, id: &str, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let all = self.0.get_or_default();
        let Some(asked) = lock(&all).get(id).copied() else { return Ok(()) };
        write()?;
        let mut all = lock(&all);
        if all.get(id) == Some(&asked) {
            all.remove(id);
        }
        Ok(())
    }
}
