//! Reading objects that C holds, and freeing them. NULL is never an error here.

use std::{ffi::c_char, mem::MaybeUninit};

use crate::{panics, text::Text};

/// The result of `work` on an object; `absent` for NULL.
pub(crate) fn read<H, R>(object: Option<H>, absent: R, work: impl FnOnce(H) -> R) -> R {
    panics::or(|| None, || object.map(work)).unwrap_or(absent)
}

/// A text of an object, which lives as long as the object.
pub(crate) fn text_of<'a, T>(
    object: Option<&'a T>,
    work: impl FnOnce(&'a T) -> Option<&'a Text>,
) -> *const c_char {
    Text::pointer(read(object, None, work))
}

/// Like [`text_of`]; writes the text's length to `len`.
pub(crate) fn text_and_len_of<'a, T>(
    object: Option<&'a T>,
    len: Option<&mut MaybeUninit<usize>>,
    work: impl FnOnce(&'a T) -> Option<&'a Text>,
) -> *const c_char {
    let text = read(object, None, work);
    if let Some(len) = len {
        len.write(text.map_or(0, Text::len));
    }
    Text::pointer(text)
}

/// A new object that C will own.
pub(crate) fn new<T>(value: impl FnOnce() -> T) -> Option<Box<T>> {
    panics::or(|| None, || Some(Box::new(value())))
}

/// Drops an object.
pub(crate) fn free<T>(object: Option<Box<T>>) {
    panics::or(|| (), || drop(object));
}
