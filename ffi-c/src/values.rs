//! Texts, lists and maps, as C reads them.

use std::{ffi::c_char, mem::MaybeUninit};

use appmint_core::{Permissions, Secret};
use serde_json::Value;

use crate::{
    access::{free, read, text_and_len_of, text_of},
    convert,
    text::Text,
};

/// A text that you own, and that may be a secret, such as an authorization code. Zeroized when
/// freed.
pub struct appmint_text(Text);

impl From<Secret> for appmint_text {
    fn from(secret: Secret) -> Self {
        Self(secret.reveal().into())
    }
}

impl From<Value> for appmint_text {
    fn from(json: Value) -> Self {
        Self(json.to_string().as_str().into())
    }
}

/// A list of texts. Borrowed from the object that it was read from.
pub struct appmint_list(Vec<Text>);

impl<S: AsRef<str>> FromIterator<S> for appmint_list {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        Self(texts.into_iter().map(|text| text.as_ref().into()).collect())
    }
}

/// Names and values, in order. Borrowed from the object that it was read from.
pub struct appmint_map(Vec<(Text, Text)>);

impl From<&Permissions> for appmint_map {
    fn from(permissions: &Permissions) -> Self {
        Self(permissions.iter().map(pair).collect())
    }
}

impl From<&Vec<(String, String)>> for appmint_map {
    fn from(headers: &Vec<(String, String)>) -> Self {
        Self(headers.iter().map(|(name, value)| pair((name, value))).collect())
    }
}

fn pair((name, value): (&String, &String)) -> (Text, Text) {
    (name.as_str().into(), value.as_str().into())
}

/// A header of a webhook, or of a request. Both texts follow the text convention: a length of APPMINT_NTS means that
/// a NUL ends the text.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_header {
    /// The name, in any case: "X-Hub-Signature-256" is "x-hub-signature-256".
    pub name: *const c_char,
    /// The length of `name`.
    pub name_len: usize,
    /// The value, without the white space around it.
    pub value: *const c_char,
    /// The length of `value`.
    pub value_len: usize,
}

/// The text itself.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_text_reveal(
    text: Option<&appmint_text>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    text_and_len_of(text, len, |text| Some(&text.0))
}

/// Zeroizes and frees a text.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_text_free(text: Option<Box<appmint_text>>) {
    free(text);
}

/// The number of texts.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_list_len(list: Option<&appmint_list>) -> usize {
    read(list, 0, |list| list.0.len())
}

/// The text at `index`, counted from 0; NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_list_at(list: Option<&appmint_list>, index: usize) -> *const c_char {
    text_of(list, |list| list.0.get(index))
}

/// The number of entries.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_len(map: Option<&appmint_map>) -> usize {
    read(map, 0, |map| map.0.len())
}

/// The name of the entry at `index`, counted from 0; NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_name_at(map: Option<&appmint_map>, index: usize) -> *const c_char {
    text_of(map, |map| map.0.get(index).map(|(name, _)| name))
}

/// The value of the entry at `index`, counted from 0; NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_value_at(map: Option<&appmint_map>, index: usize) -> *const c_char {
    text_of(map, |map| map.0.get(index).map(|(_, value)| value))
}

/// The value of the first entry with exactly this name, or NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_find(
    map: Option<&appmint_map>,
    name: *const c_char,
    name_len: usize,
) -> *const c_char {
    text_of(map, |map| {
        let name = convert::text("name", name, name_len).ok()?;
        let found = map.0.iter().find(|(candidate, _)| candidate.bytes() == name.as_bytes());
        found.map(|(_, value)| value)
    })
}
