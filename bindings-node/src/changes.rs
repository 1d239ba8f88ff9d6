//! The count of changes of tokens in memory, where JavaScript reads it without a call of native code.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use napi::{Env, bindgen_prelude::Uint32Array};
use napi_derive::napi;

use crate::completions::lock;

/// A counter in memory of JavaScript's, which grows after each change of a token in memory.
#[napi]
pub struct Changes(Arc<Mutex<Option<Counter>>>);

/// The array, whose reference keeps its memory; none once its environment has ended.
struct Counter(Uint32Array);

#[napi]
impl Changes {
    /// Counts in the first element of `array`, which has to be all that its buffer holds: a buffer of its own
    /// never moves.
    ///
    /// # Errors
    /// If the environment is being torn down.
    #[napi(catch_unwind, constructor)]
    pub fn new(env: Env, array: Uint32Array) -> napi::Result<Self> {
        let counter = Arc::new(Mutex::new((!array.is_empty()).then_some(Counter(array))));
        env.add_env_cleanup_hook(Arc::clone(&counter), |counter| drop(lock(&counter).take()))?;
        Ok(Self(counter))
    }

    /// A function that counts a change, on any thread.
    pub(crate) fn counter(&self) -> Arc<dyn Fn() + Send + Sync> {
        let counter = Arc::clone(&self.0);
        Arc::new(move || {
            if let Some(counter) = &*lock(&counter) {
                counter.add_one();
            }
        })
    }
}

impl Counter {
    fn add_one(&self) {
        let first: *const u32 = self.0.as_ptr();
        // SAFETY: the array is not empty and aligned, its memory lives as long as `self`, and whoever else reads
        // it, JavaScript, only reads.
        unsafe { AtomicU32::from_ptr(first.cast_mut()) }.fetch_add(1, Ordering::Release);
    }
}
