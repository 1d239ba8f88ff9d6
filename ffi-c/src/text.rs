//! Texts, lists of texts and maps of texts, as C reads them.

use std::{
    ffi::c_char,
    mem::MaybeUninit,
    ptr,
    sync::{Arc, OnceLock},
};

use appmint_core::{Permissions, Secret};
use arc_swap::ArcSwap;
use zeroize::Zeroizing;

use crate::border::{self, free, look, show, show_with_len};

/// Text with a NUL at its end, zeroized when dropped. A NUL inside, which would hide what follows
/// it, becomes U+FFFD.
pub(crate) struct Text(Zeroizing<Vec<u8>>);

impl Text {
    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    pub(crate) fn pointer(text: Option<&Self>) -> *const c_char {
        text.map_or(ptr::null(), |text| text.0.as_ptr().cast())
    }

    fn bytes(&self) -> &[u8] {
        &self.0[..self.len()]
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let nuls = text.bytes().filter(|byte| *byte == 0).count();
        // Room for all at once: a buffer that grows leaves copies of secrets behind.
        let mut bytes = Vec::with_capacity(text.len() + nuls * 2 + 1);
        for byte in text.bytes() {
            match byte {
                0 => bytes.extend_from_slice("\u{fffd}".as_bytes()),
                byte => bytes.push(byte),
            }
        }
        bytes.push(0);
        Self(Zeroizing::new(bytes))
    }
}

/// Text that is made when it is first asked for, and then stays where it is.
#[derive(Default)]
pub(crate) struct Memo(OnceLock<Option<Text>>);

impl Memo {
    pub(crate) fn some<'a>(&'a self, text: impl FnOnce() -> &'a str) -> Option<&'a Text> {
        self.0.get_or_init(|| Some(text().into())).as_ref()
    }

    pub(crate) fn maybe<'a>(&'a self, text: impl FnOnce() -> Option<&'a str>) -> Option<&'a Text> {
        self.0.get_or_init(|| text().map(Text::from)).as_ref()
    }

    pub(crate) fn made(&self, text: impl FnOnce() -> Option<String>) -> Option<&Text> {
        self.0.get_or_init(|| text().map(|text| text.as_str().into())).as_ref()
    }

    pub(crate) fn secret(&self, text: impl FnOnce() -> Secret) -> Option<&Text> {
        self.0.get_or_init(|| Some(text().reveal().into())).as_ref()
    }
}

/// Text that becomes another one now and then: whatever was shown stays where it is.
///
/// It has no lock, which a fork could leave locked in the child.
#[derive(Default)]
pub(crate) struct Changing(ArcSwap<Vec<Arc<Text>>>);

impl Changing {
    pub(crate) fn shown(&self, text: Option<String>) -> *const c_char {
        let Some(text) = text.map(|text| Arc::new(Text::from(&*text))) else { return ptr::null() };
        let found = |all: &[Arc<Text>]| all.iter().find(|it| it.0 == text.0).cloned();
        self.0.rcu(|all| match found(all) {
            Some(_) => Arc::clone(all),
            None => Arc::new(all.iter().chain([&text]).cloned().collect()),
        });
        Text::pointer(found(&self.0.load()).as_deref())
    }
}

/// A text of your own, which may be a secret, such as an authorization code. Zeroized when freed.
pub struct appmint_text(Text);

impl From<Secret> for appmint_text {
    fn from(secret: Secret) -> Self {
        Self(secret.reveal().into())
    }
}

/// A list of texts, borrowed from the object that it was read from.
pub struct appmint_list(Vec<Text>);

impl<S: AsRef<str>> FromIterator<S> for appmint_list {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        Self(texts.into_iter().map(|text| text.as_ref().into()).collect())
    }
}

/// Names and their values in order, borrowed from the object that they were read from.
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

/// The text itself. Its length goes to `len` unless that is NULL.
///
/// Borrowed until `text` is freed. NULL for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_text_reveal(
    text: Option<&appmint_text>,
    len: Option<&mut MaybeUninit<usize>>,
) -> *const c_char {
    show_with_len(text, len, |text| Some(&text.0))
}

/// Zeroizes and frees a text. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_text_free(text: Option<Box<appmint_text>>) {
    free(text);
}

/// How many texts there are. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_list_len(list: Option<&appmint_list>) -> usize {
    look(list, 0, |list| list.0.len())
}

/// The text at `index`, counted from 0. Borrowed like the list. NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_list_at(list: Option<&appmint_list>, index: usize) -> *const c_char {
    show(list, |list| list.0.get(index))
}

/// How many entries there are. 0 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_len(map: Option<&appmint_map>) -> usize {
    look(map, 0, |map| map.0.len())
}

/// The name of the entry at `index`, counted from 0. Borrowed like the map. NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_name_at(map: Option<&appmint_map>, index: usize) -> *const c_char {
    show(map, |map| map.0.get(index).map(|(name, _)| name))
}

/// The value of the entry at `index`, counted from 0. Borrowed like the map. NULL beyond the end.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_value_at(map: Option<&appmint_map>, index: usize) -> *const c_char {
    show(map, |map| map.0.get(index).map(|(_, value)| value))
}

/// The value of the first entry with this very name, or NULL. Borrowed like the map.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_map_find(
    map: Option<&appmint_map>,
    name: *const c_char,
    name_len: usize,
) -> *const c_char {
    show(map, |map| {
        let name = border::text("name", name, name_len).ok()?;
        let found = map.0.iter().find(|(candidate, _)| candidate.bytes() == name.as_bytes());
        found.map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_with_its_only_nul() {
        let text = Text::from("a\0b");
        assert_eq!(text.bytes(), "a\u{fffd}b".as_bytes());
        assert_eq!(text.0.last(), Some(&0));
        assert_eq!(text.0.len(), text.0.capacity());
    }

    #[test]
    fn what_was_shown_stays_where_it_is() {
        let texts = Changing::default();
        let one = texts.shown(Some("one".to_owned()));
        let two = texts.shown(Some("two".to_owned()));
        assert!(one != two && texts.shown(None).is_null());
        assert_eq!(texts.shown(Some("one".to_owned())), one);
        assert_eq!(texts.0.load().len(), 2);
    }
}
