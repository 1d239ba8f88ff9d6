//! The library's versions, and the platforms that are built in.

use std::ffi::c_char;

use appmint_core::{
    VERSION,
    platform::{Platform, secret_pattern},
};

use crate::{
    access::{read, text_of},
    once::Once,
    text::OnceText,
    values::appmint_list,
};

/// The library's version.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_version() -> *const c_char {
    static TEXT: Once<OnceText> = Once::new();
    text_of(Some(&TEXT), |text| text.get_or_init(OnceText::default).required(|| VERSION))
}

/// The version of the library's binary interface. APPMINT_ABI_VERSION is the header's; only a
/// program that loads the library by hand can see two different numbers.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_abi_version() -> u32 {
    read(Some(env!("APPMINT_ABI_VERSION")), 0, |text| text.parse().unwrap_or(0))
}

/// The names of the built-in platforms, one of which is the setting platform.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_platforms() -> Option<&'static appmint_list> {
    static LIST: Once<appmint_list> = Once::new();
    read(Some(&LIST), None, |list| Some(list.get_or_init(|| Platform::names().iter().collect())))
}

/// A regular expression that finds the secrets of the built-in platforms in a text: their tokens,
/// of any length and with the dots of a JWT in them, and JWTs, for whatever scrubs logs. It uses no
/// more than POSIX extended regular expressions have, so it works in every language.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_secret_pattern() -> *const c_char {
    static TEXT: Once<OnceText> = Once::new();
    text_of(Some(&TEXT), |text| text.get_or_init(OnceText::default).required(secret_pattern))
}
