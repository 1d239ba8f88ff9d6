//! A store in the driver's memory, through the same trait as any other.

use std::{collections::HashMap, sync::Mutex, thread, time::Duration};

use appmint_core::{Error, ErrorKind, Result, Timestamp, store::Store};

#[derive(Debug, Default)]
pub(crate) struct Records {
    records: Mutex<HashMap<String, Vec<u8>>>,
    locks: Mutex<HashMap<String, String>>,
}

impl Store for Records {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.records.lock().unwrap().get(name).cloned())
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        _: Option<Timestamp>,
    ) -> Result<bool> {
        let mut records = self.records.lock().unwrap();
        let is_expected = records.get(name).map(Vec::as_slice) == expected;
        if is_expected {
            records.insert(name.to_owned(), value.to_vec());
        }
        Ok(is_expected)
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        let mut records = self.records.lock().unwrap();
        if records.get(name).is_some_and(|there| there == expected) {
            records.remove(name);
        }
        Ok(())
    }

    fn lock(&self, name: &str, owner: &str, _: Duration) -> Result<bool> {
        let mut locks = self.locks.lock().unwrap();
        Ok(locks.entry(name.to_owned()).or_insert_with(|| owner.to_owned()) == owner)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        let mut locks = self.locks.lock().unwrap();
        if locks.get(name).is_some_and(|holder| holder == owner) {
            locks.remove(name);
        }
        Ok(())
    }
}

/// A store that is of no use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Broken {
    Fails,
    AnswersNo,
    Blocks,
}

impl Broken {
    pub(crate) fn new(how: &str) -> Self {
        match how {
            "no" => Self::AnswersNo,
            "block" => Self::Blocks,
            _ => Self::Fails,
        }
    }

    fn answer<T>(self, no: T) -> Result<T> {
        match self {
            Self::Fails => Err(Error::new(ErrorKind::Callback, "the store callback failed")),
            Self::AnswersNo => Ok(no),
            Self::Blocks => loop {
                thread::park();
            },
        }
    }
}

impl Store for Broken {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
        self.answer(None)
    }

    fn put(&self, _: &str, _: &[u8], _: Option<&[u8]>, _: Option<Timestamp>) -> Result<bool> {
        self.answer(false)
    }

    fn remove(&self, _: &str, _: &[u8]) -> Result<()> {
        self.answer(())
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        self.answer(false)
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        self.answer(())
    }
}
