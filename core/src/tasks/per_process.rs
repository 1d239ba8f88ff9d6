//! Values that belong to one process, because of `fork()`.
//!
//! The child of a `fork()` has the memory of its parent but none of its threads: a lock that one of
//! them held is never released, and their work is never done. Values that are bound to threads or
//! sockets are therefore kept per process, and made anew when a child first asks for them.

use std::{mem, ops::Deref, process, sync::Arc};

use arc_swap::ArcSwap;

/// A value of this process.
#[derive(Debug)]
pub struct PerProcess<T>(ArcSwap<Owned<T>>);

/// A value and whose it is.
#[derive(Debug)]
pub struct Owned<T> {
    process: Process,
    value: T,
}

/// A process, as distinct from those that it was forked from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    /// Tells the child of a bare `clone()`, which no handler counts.
    id: u32,
    /// Tells a child in another PID namespace, where ids begin anew.
    generation: u64,
}

impl Process {
    /// This process.
    #[must_use]
    pub fn current() -> Self {
        Self { id: process::id(), generation: appmint_fork_generation::current() }
    }
}

impl<T> PerProcess<T> {
    /// A value that is this process's.
    pub fn new(value: T) -> Self {
        Self(ArcSwap::from_pointee(Owned::of_this(value)))
    }

    /// The value of this process: in a child that was just forked, one made of its parent's.
    pub fn get(&self, renew: impl Fn(&T) -> T) -> Arc<Owned<T>> {
        loop {
            let current = self.0.load_full();
            if current.is_of_this() {
                return current;
            }
            let renewed = Arc::new(Owned::of_this(renew(&current.value)));
            // Never dropped here: that would wait for threads that this process does not have.
            mem::forget(Arc::clone(&current));
            let before = self.0.compare_and_swap(&current, Arc::clone(&renewed));
            if Arc::ptr_eq(&before, &current) {
                return renewed;
            }
        }
    }
}

impl<T: Default> PerProcess<T> {
    /// Replaces the value by a new one. The old one is dropped after its last use, unless it is the
    /// parent's.
    pub(crate) fn reset(&self) {
        let before = self.0.swap(Arc::new(Owned::of_this(T::default())));
        if !before.is_of_this() {
            mem::forget(before);
        }
    }

    /// The value of this process: in a child that was just forked, a new one.
    pub fn get_or_default(&self) -> Arc<Owned<T>> {
        self.get(|_| T::default())
    }
}

impl<T: Default> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let current = self.0.load_full();
        if !current.is_of_this() {
            mem::forget(current);
        }
    }
}

impl<T> Owned<T> {
    fn of_this(value: T) -> Self {
        Self { process: Process::current(), value }
    }

    fn is_of_this(&self) -> bool {
        self.process == Process::current()
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[derive(Debug)]
    struct Counted(u32);

    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn another_process_value_is_left_alone() {
        let here = Process::current();
        for elsewhere in [
            Process { id: 0, ..here },
            // A child with the id of its parent, which is in a PID namespace of its own.
            Process { generation: here.generation + 1, ..here },
        ] {
            assert_value_is_left_alone(elsewhere);
        }
    }

    fn assert_value_is_left_alone(process: Process) {
        DROPPED.store(0, Ordering::SeqCst);
        let elsewhere = Owned { process, value: Counted(1) };
        let kept = PerProcess(ArcSwap::from_pointee(elsewhere));
        let renew = |parent: &Counted| Counted(parent.0 + 1);
        assert_eq!((kept.get(renew).0, kept.get(renew).0), (2, 2));
        assert_eq!(DROPPED.load(Ordering::SeqCst), 0);
        drop(kept);
        assert_eq!(DROPPED.load(Ordering::SeqCst), 1);
        let unused = Owned { process, value: Counted(1) };
        drop(PerProcess(ArcSwap::from_pointee(unused)));
        assert_eq!(DROPPED.load(Ordering::SeqCst), 1);
    }
}
