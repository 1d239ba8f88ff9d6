//! Structs of callbacks that begin with their size, by which a library and a program of different versions
//! understand each other.
//!
//! A program that was built with an older header gives a shorter struct: what it lacks is NULL. One that
//! was built with a newer header gives a longer one, which is refused if it sets anything that this library
//! would ignore.

use std::{mem::MaybeUninit, ptr, slice};

use appmint_core::{Error, Result};

/// A struct of C whose first member is its size, and which may be all zeros.
///
/// # Safety
/// The type is `repr(C)`, begins with a `usize`, and zeros are a valid value of it.
pub(crate) unsafe trait SizedStruct: Copy {
    /// The name of the argument, and of the type in C.
    const NAMES: (&'static str, &'static str);
    /// The size of the struct in the first version of the header: no program has a shorter one.
    const FIRST_SIZE: usize;
}

/// A copy of the struct that `start` points to: the members that are there, zeros for the others.
pub(crate) fn read<T: SizedStruct>(start: *const T) -> Result<Copied<T>> {
    let (name, type_name) = T::NAMES;
    if start.is_null() {
        return Err(Error::invalid(format!("{name} is NULL")));
    }
    // SAFETY: the header demands a struct whose first member, its size, can be read.
    let size = unsafe { start.cast::<usize>().read() };
    if !(T::FIRST_SIZE..=MAX_SIZE).contains(&size) {
        return Err(Error::invalid(format!("{name} has size {size}"))
            .advise(format!("Set `size` to sizeof({type_name}).")));
    }
    let mut value = MaybeUninit::<T>::zeroed();
    let known = size.min(size_of::<T>());
    // SAFETY: the struct is as large as it says, and the copy has room for what is known of it. Zeros and
    // the members of a program's struct are valid values of this type.
    let value = unsafe {
        ptr::copy_nonoverlapping(start.cast::<u8>(), value.as_mut_ptr().cast(), known);
        value.assume_init()
    };
    // SAFETY: as above; beyond the known members are at most padding and members of later versions.
    let beyond = unsafe { slice::from_raw_parts(start.cast::<u8>().add(known), size - known) };
    Ok(Copied { value, has_unknown: beyond.iter().any(|byte| *byte != 0) })
}

/// A copy of a struct.
#[derive(Clone, Copy)]
pub(crate) struct Copied<T> {
    pub(crate) value: T,
    /// Whether the struct sets a member that this library does not know.
    has_unknown: bool,
}

impl<T: SizedStruct> Copied<T> {
    /// Refuses a struct that wants more than this library can do.
    pub(crate) fn check(self) -> Result<()> {
        if !self.has_unknown {
            return Ok(());
        }
        let message = format!("{} sets a member that this library does not know", T::NAMES.0);
        Err(Error::invalid(message)
            .advise("Leave it zero, or use a library that is at least as new as the header."))
    }
}

/// Far more than any version will have: a larger number is not a size.
const MAX_SIZE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    #[derive(Clone, Copy)]
    struct Struct {
        size: usize,
        first: usize,
        second: usize,
    }

    // SAFETY: it has that form.
    unsafe impl SizedStruct for Struct {
        const NAMES: (&'static str, &'static str) = ("callbacks", "appmint_struct");
        const FIRST_SIZE: usize = 2 * size_of::<usize>();
    }

    fn read_words(words: &[usize]) -> Result<Copied<Struct>> {
        read(words.as_ptr().cast())
    }

    const WORD: usize = size_of::<usize>();

    #[test]
    fn a_shorter_struct_of_an_older_program_has_zeros_in_its_place() {
        let copied = read_words(&[2 * WORD, 7, 8]).unwrap();
        assert_eq!((copied.value.first, copied.value.second), (7, 0));
        assert!(copied.check().is_ok());
    }

    #[test]
    fn a_longer_struct_may_hold_only_zeros_beyond_what_is_known() {
        assert!(read_words(&[5 * WORD, 7, 8, 0, 0]).unwrap().check().is_ok());
        let copied = read_words(&[5 * WORD, 7, 8, 0, 1]).unwrap();
        assert_eq!(copied.value.second, 8); // what is known is there, so that it can be dropped
        let error = copied.check().unwrap_err();
        assert_eq!(error.message(), "callbacks sets a member that this library does not know");
    }

    #[test]
    fn a_size_that_no_version_has_is_refused() {
        for size in [0, WORD, 2 * WORD - 1, MAX_SIZE + 1, usize::MAX] {
            let error = read_words(&[size, 7, 8]).map(|_| ()).unwrap_err();
            assert_eq!(error.message(), format!("callbacks has size {size}"));
        }
        assert_eq!(
            read::<Struct>(ptr::null()).map(|_| ()).unwrap_err().message(),
            "callbacks is NULL"
        );
    }
}
