//! What this library is, and which platforms it knows.

use std::{ffi::c_char, sync::OnceLock};

use appmint_core::{Platform, VERSION};

use crate::{
    border::{look, show},
    text::{Memo, appmint_list},
};

/// The library's version, such as "0.1.0"; APPMINT_VERSION is the header's. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_version() -> *const c_char {
    static TEXT: OnceLock<Memo> = OnceLock::new();
    show(Some(&TEXT), |text| text.get_or_init(Memo::default).some(|| VERSION))
}

/// The version of the library's binary interface; APPMINT_ABI_VERSION is the header's. They are
/// the same where the program runs at all, unless it loaded the library by hand.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_abi_version() -> u32 {
    look(Some(env!("APPMINT_ABI_VERSION")), 0, |text| text.parse().unwrap_or(0))
}

/// The names of the built-in platforms. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_platforms() -> Option<&'static appmint_list> {
    static LIST: OnceLock<appmint_list> = OnceLock::new();
    look(Some(&LIST), None, |list| Some(list.get_or_init(|| Platform::names().iter().collect())))
}
