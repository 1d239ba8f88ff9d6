//! Text that C reads: UTF-8 with a NUL at its end.

use std::{ffi::c_char, ptr, sync::Arc};

use appmint_core::Secret;
use arc_swap::ArcSwap;
use zeroize::Zeroizing;

use crate::{once::Once, panics};

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

    pub(crate) fn bytes(&self) -> &[u8] {
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

/// Text that is made at the first call that needs it, and then stays at its address.
#[derive(Default)]
pub(crate) struct OnceText(Once<Option<Text>>);

impl OnceText {
    pub(crate) fn required<T: AsRef<str>>(&self, text: impl FnOnce() -> T) -> Option<&Text> {
        self.0.get_or_init(|| Some(text().as_ref().into())).as_ref()
    }

    pub(crate) fn optional<'a>(
        &'a self,
        text: impl FnOnce() -> Option<&'a str>,
    ) -> Option<&'a Text> {
        self.0.get_or_init(|| text().map(Text::from)).as_ref()
    }

    pub(crate) fn owned(&self, text: impl FnOnce() -> Option<String>) -> Option<&Text> {
        self.0.get_or_init(|| text().map(|text| text.as_str().into())).as_ref()
    }

    pub(crate) fn secret(&self, text: impl FnOnce() -> Secret) -> Option<&Text> {
        self.0.get_or_init(|| Some(text().reveal().into())).as_ref()
    }
}

/// Text that changes over time: each text that was ever returned stays at its address.
///
/// It has no lock, which a fork could leave locked in the child.
#[derive(Default)]
pub(crate) struct GrowingTexts(ArcSwap<Vec<Arc<Text>>>);

impl GrowingTexts {
    pub(crate) fn pointer(&self, text: Option<String>) -> *const c_char {
        let Some(text) = text.map(|text| Arc::new(Text::from(&*text))) else { return ptr::null() };
        let found = |all: &[Arc<Text>]| all.iter().find(|it| it.0 == text.0).cloned();
        self.0.rcu(|all| match found(all) {
            Some(_) => Arc::clone(all),
            None => Arc::new(all.iter().chain([&text]).cloned().collect()),
        });
        Text::pointer(found(&self.0.load()).as_deref())
    }
}

/// The names of a fixed list of numbers. They stay at their addresses for ever.
pub(crate) struct Names(Once<Vec<(i32, Text)>>);

impl Names {
    pub(crate) const fn new() -> Self {
        Self(Once::new())
    }

    pub(crate) fn pointer<I: Iterator<Item = (i32, &'static str)>>(
        &self,
        number: i32,
        all: impl FnOnce() -> I,
    ) -> *const c_char {
        let names = || all().map(|(number, name)| (number, name.into())).collect();
        let find = || self.0.get_or_init(names).iter().find(|(candidate, _)| *candidate == number);
        Text::pointer(panics::or(|| None, find).map(|(_, name)| name))
    }
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
    fn a_text_that_was_returned_stays_at_its_address() {
        let texts = GrowingTexts::default();
        let one = texts.pointer(Some("one".to_owned()));
        let two = texts.pointer(Some("two".to_owned()));
        assert!(one != two && texts.pointer(None).is_null());
        assert_eq!(texts.pointer(Some("one".to_owned())), one);
        assert_eq!(texts.0.load().len(), 2);
    }
}
