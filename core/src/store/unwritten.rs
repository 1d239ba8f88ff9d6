//! Changes that a store has yet to take: they are written in the background, and before this process
//! looks there next at the latest.

use std::{collections::HashMap, sync::Arc};

use crate::{
    error::Result,
    tasks::{PerProcess, lock, sync::Mutex},
};

/// The changes, by the ids that they are about.
#[derive(Default)]
pub(crate) struct Unwritten(PerProcess<Mutex<HashMap<String, Change>>>);

#[derive(Default)]
struct Change {
    /// How often it was asked for.
    asked: u64,
    /// Held while it is written: a second writing would also undo what was written after the first one.
    writing: Arc<Mutex<()>>,
}

impl Unwritten {
    /// Asks for the change that this id is about.
    pub(crate) fn note(&self, id: &str) {
        lock(&self.0.get_or_default()).entry(id.to_owned()).or_default().asked += 1;
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        lock(&self.0.get_or_default()).keys().cloned().collect()
    }

    /// Writes the change that this id is about, if it was asked for, or waits until somebody else has
    /// written it. If it is asked for again meanwhile, it stays to be written.
    pub(crate) fn write(&self, id: &str, write: impl FnOnce() -> Result<()>) -> Result<()> {
        let all = self.0.get_or_default();
        let writing = lock(&all).get(id).map(|change| Arc::clone(&change.writing));
        let Some(writing) = writing else { return Ok(()) };
        let _one_at_a_time = lock(&writing);
        let Some(asked) = lock(&all).get(id).map(|change| change.asked) else { return Ok(()) };
        write()?;
        let mut all = lock(&all);
        if all.get(id).is_some_and(|change| change.asked == asked) {
            all.remove(id);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::*;

    #[test]
    fn a_change_is_written_once_by_those_who_need_it_at_the_same_time() {
        for _ in 0..100 {
            let (all, begin, written) =
                (Unwritten::default(), Barrier::new(4), AtomicUsize::new(0));
            all.note("14");
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        begin.wait();
                        let count = || {
                            written.fetch_add(1, Ordering::SeqCst);
                            thread::yield_now();
                            Ok(())
                        };
                        all.write("14", count).unwrap();
                        assert_eq!(written.load(Ordering::SeqCst), 1);
                    });
                }
            });
        }
    }

    #[test]
    fn a_change_that_was_asked_for_again_or_failed_stays() {
        let all = Unwritten::default();
        all.note("14");
        let ask_again = || {
            all.note("14");
            Ok(())
        };
        all.write("14", ask_again).unwrap();
        let failed = || Err(crate::error::Error::invalid("no"));
        assert!(all.write("14", failed).is_err() && all.ids() == ["14"]);
        all.write("14", || Ok(())).unwrap();
        assert!(all.ids().is_empty());
    }
}
