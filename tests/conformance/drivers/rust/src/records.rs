//! A store in the driver's memory, through the same trait as any other.

use std::{collections::HashMap, sync::Mutex, time::Duration};

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

/// A store whose callbacks fail.
#[derive(Debug)]
pub(crate) struct Broken;

fn failed<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Callback, "the store callback failed"))
}

impl Store for Broken {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>> {
        failed()
    }

    fn put(&self, _: &str, _: &[u8], _: Option<&[u8]>, _: Option<Timestamp>) -> Result<bool> {
        failed()
    }

    fn remove(&self, _: &str, _: &[u8]) -> Result<()> {
        failed()
    }

    fn lock(&self, _: &str, _: &str, _: Duration) -> Result<bool> {
        failed()
    }

    fn unlock(&self, _: &str, _: &str) -> Result<()> {
        failed()
    }
}
