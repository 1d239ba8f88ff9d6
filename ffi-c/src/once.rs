//! A value that is made when it is first needed, and then stays at its address.
//!
//! It has no lock: a fork while another thread made the value would leave that locked in the child, which
//! would wait in a getter for ever. Threads that come at the same time each make the value, and one of
//! them is kept.

use once_cell::race::OnceBox;

/// A value, once it is needed.
pub(crate) struct Once<T>(OnceBox<T>);

impl<T> Once<T> {
    pub(crate) const fn new() -> Self {
        Self(OnceBox::new())
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(|| Box::new(make()))
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_value_that_is_being_made_elsewhere_makes_nobody_wait() {
        let once = Once::new();
        let outer = once.get_or_init(|| {
            let inner = thread::scope(|scope| scope.spawn(|| *once.get_or_init(|| 1)).join());
            assert_eq!(inner.unwrap(), 1);
            2
        });
        assert_eq!((*outer, *once.get_or_init(|| 3)), (1, 1));
    }
}
