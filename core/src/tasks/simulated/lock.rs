//! Locks and condition variables: the scheduler's for a thread of a simulation, else the standard
//! library's.

use std::{
    ops::{Deref, DerefMut},
    panic::Location,
    ptr,
    sync::{self, LockResult, PoisonError, TryLockError, TryLockResult},
    thread,
    time::Duration,
};

use super::current::Current;

/// A mutex.
#[derive(Debug, Default)]
pub struct Mutex<T>(sync::Mutex<T>);

/// Unlocks its mutex when it is dropped.
#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// `None` while a condition variable has it.
    guard: Option<sync::MutexGuard<'a, T>>,
}

/// A condition variable.
#[derive(Debug, Default)]
pub struct Condvar(sync::Condvar);

impl<T> Mutex<T> {
    /// An unlocked mutex.
    pub const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    /// Locks it, and blocks until that is possible.
    ///
    /// # Errors
    /// As the standard library's, if a thread panicked while it held the lock.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match Current::get() {
            None => self.guard(self.0.lock()),
            Some(current) => {
                current.point("lock", Location::caller());
                self.lock_simulated(&current, Location::caller())
            }
        }
    }

    /// Locks it if nobody has.
    ///
    /// # Errors
    /// As the standard library's.
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
            Err(TryLockError::Poisoned(it)) => Ok(self.guard(Err(it))?),
            Ok(guard) => Ok(self.guard(Ok(guard))?),
        }
    }

    fn lock_simulated(
        &self,
        current: &Current,
        place: &'static Location<'static>,
    ) -> LockResult<MutexGuard<'_, T>> {
        loop {
            match self.0.try_lock() {
                Ok(guard) => return self.guard(Ok(guard)),
                Err(TryLockError::Poisoned(poisoned)) => return self.guard(Err(poisoned)),
                Err(TryLockError::WouldBlock) => {
                    current.wait(Some(self.address()), None, "lock", place);
                }
            }
        }
    }

    fn guard<'a>(
        &'a self,
        locked: LockResult<sync::MutexGuard<'a, T>>,
    ) -> LockResult<MutexGuard<'a, T>> {
        let guard = |guard| MutexGuard { mutex: self, guard: Some(guard) };
        locked.map(guard).map_err(|poisoned| PoisonError::new(guard(poisoned.into_inner())))
    }

    fn address(&self) -> usize {
        ptr::from_ref(&self.0).addr()
    }
}

impl<T> MutexGuard<'_, T> {
    fn unlock(&mut self) -> Option<Current> {
        drop(self.guard.take()?);
        let current = Current::get()?;
        current.wake(self.mutex.address(), usize::MAX);
        Some(current)
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.guard.as_ref().expect("it is taken only when the guard is consumed")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.guard.as_mut().expect("it is taken only when the guard is consumed")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let current = self.unlock().filter(|_| !thread::panicking());
        if let Some(current) = current {
            current.point("unlock", Location::caller());
        }
    }
}

/// Whether waiting ended because the time was over.
#[derive(Clone, Copy, Debug)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time was over.
    #[must_use]
    pub fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable that nobody waits for.
    #[must_use]
    pub const fn new() -> Self {
        Self(sync::Condvar::new())
    }

    /// Wakes a thread that waits.
    #[track_caller]
    pub fn notify_one(&self) {
        match Current::get() {
            None => self.0.notify_one(),
            Some(current) => self.notify(&current, 1, "notify one", Location::caller()),
        }
    }

    /// Wakes all threads that wait.
    #[track_caller]
    pub fn notify_all(&self) {
        match Current::get() {
            None => self.0.notify_all(),
            Some(current) => self.notify(&current, usize::MAX, "notify all", Location::caller()),
        }
    }

    /// Waits while a condition holds, at most for `timeout`.
    ///
    /// # Errors
    /// As the standard library's, if a thread panicked while it held the lock.
    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let place = Location::caller();
        let Some(current) = Current::get() else {
            return self.wait_for_real(guard, timeout, condition);
        };
        let until = current.now().saturating_add(timeout);
        loop {
            if !condition(&mut guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            if current.now() >= until {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            let mutex = guard.mutex;
            guard.unlock();
            drop(guard);
            current.wait(Some(self.address()), Some(until), "wait for a condition", place);
            guard = mutex.lock_simulated(&current, place).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn wait_for_real<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let mutex = guard.mutex;
        let real = guard.guard.take().expect("it is taken only when the guard is consumed");
        let waited = self.0.wait_timeout_while(real, timeout, condition);
        let (real, result) = waited.unwrap_or_else(PoisonError::into_inner);
        let guard = MutexGuard { mutex, guard: Some(real) };
        Ok((guard, WaitTimeoutResult(result.timed_out())))
    }

    fn notify(
        &self,
        current: &Current,
        count: usize,
        operation: &'static str,
        place: &'static Location<'static>,
    ) {
        current.point(operation, place);
        current.wake(self.address(), count);
    }

    fn address(&self) -> usize {
        ptr::from_ref(&self.0).addr()
    }
}
