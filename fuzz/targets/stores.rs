//! Records of a store that somebody else can write to.

use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use appmint_core::{App, Result, Timestamp, store::Store};

use super::apps::{Answering, check, response, settings};

/// A store that has the same record under each name.
#[derive(Debug, Default)]
struct Holding(Mutex<Vec<u8>>);

impl Store for Holding {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
        Ok(Some(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }

    fn put(&self, _: &str, _: &[u8], _: Option<&[u8]>, _: Option<Timestamp>) -> Result<bool> {
        Ok(true)
    }

    fn remove(&self, _: &str, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        Ok(true)
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }
}

struct Apps {
    answering: Arc<Answering>,
    store: Arc<Holding>,
    sealed: App,
    open: App,
}

impl Apps {
    fn new() -> Self {
        let (store, answering) = (Arc::<Holding>::default(), Arc::<Answering>::default());
        let settings = || settings("github", &answering).own_store(Arc::<Holding>::clone(&store));
        let sealed = settings().store_key(STORE_KEY).build();
        let open = settings().store_unencrypted(true).build();
        let built = "the settings are valid";
        Self { sealed: sealed.expect(built), open: open.expect(built), store, answering }
    }
}

/// Whatever a store holds: without the key nobody writes a record that is believed.
pub(super) fn records(data: &[u8]) {
    static APPS: LazyLock<Apps> = LazyLock::new(Apps::new);
    APPS.answering.set(response(b"500\n\n"));
    *APPS.store.0.lock().unwrap_or_else(PoisonError::into_inner) = data.to_vec();
    for (app, is_sealed) in [(&APPS.sealed, true), (&APPS.open, false)] {
        let token = app.installation("14").and_then(|source| {
            source.invalidate();
            source.token().wait()
        });
        assert!(check(token).is_none() || !is_sealed);
    }
}

const STORE_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
