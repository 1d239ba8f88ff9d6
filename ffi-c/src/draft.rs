//! An object that setters put together. A wrong argument of a setter is remembered, and reported by
//! the function that uses the object.

use appmint_core::{Error, Result};

use crate::panics::catch;

/// A value, and the first mistake of a setter.
#[derive(Default)]
pub(crate) struct Draft<T> {
    value: T,
    mistake: Option<Error>,
}

impl<T> Draft<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value, mistake: None }
    }

    /// Changes the value, or remembers why it cannot be changed.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut T) -> Result<()>) {
        if let Err(mistake) = catch(|| change(&mut self.value)) {
            self.mistake.get_or_insert(mistake);
        }
    }

    /// The value.
    ///
    /// # Errors
    /// The first mistake, at every call.
    pub(crate) fn checked(&self) -> Result<&T> {
        self.mistake.clone().map_or(Ok(&self.value), Err)
    }
}

/// Changes an object through a setter; NULL is ignored, as the function that uses it refuses NULL.
pub(crate) fn set<T>(draft: Option<&mut Draft<T>>, change: impl FnOnce(&mut T) -> Result<()>) {
    if let Some(draft) = draft {
        draft.change(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mistake_is_reported_every_time() {
        let mut draft = Draft::new(1);
        set(Some(&mut draft), |value| {
            *value = 2;
            Ok(())
        });
        assert_eq!(draft.checked().unwrap(), &2);
        for message in ["the first", "the second"] {
            draft.change(|_| Err(Error::invalid(message)));
        }
        draft.change(|value| {
            *value = 3;
            Ok(())
        });
        for _ in 0..2 {
            assert_eq!(draft.checked().unwrap_err().message(), "the first");
        }
    }

    #[test]
    fn a_panic_in_a_setter_is_remembered() {
        let mut draft = Draft::new(1);
        draft.change(|_| panic!("on purpose"));
        assert_eq!(draft.checked().unwrap_err().message(), "appmint panicked");
    }
}
