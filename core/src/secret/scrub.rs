//! Scrubs secrets out of a platform's text.
//!
//! The text comes from outside, so its size and content must not decide how long this takes: it is cut
//! first, and what is left is read a fixed number of times. A known secret is found in other spellings
//! too (percent-encoded, base64, base64url), and so is half of it.

use std::collections::HashSet;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

/// A platform's text without anything that could be a secret: the `known` secrets in the spellings in
/// which servers repeat them, and every word that looks like a token or a JWT. At most
/// [`LONGEST_MESSAGE`] characters of it are left.
pub(crate) fn scrub(text: &str, known: &[&str], prefixes: &[String]) -> String {
    let read = start_of(text, LONGEST_READ);
    let is_cut = read.len() < text.len();
    let read = read.replace(char::is_control, " ");
    let mut marked = Marked { is_secret: vec![false; read.len()], text: &read };
    marked.mark_known(known);
    marked.mark_tokens(prefixes);
    marked.written(is_cut)
}

/// As many whole characters as fit into this many bytes.
fn start_of(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

/// A text, and which of its bytes belong to a secret.
struct Marked<'a> {
    text: &'a str,
    is_secret: Vec<bool>,
}

impl Marked<'_> {
    fn mark_known(&mut self, known: &[&str]) {
        let views = [Some(View::plain(self.text)), View::percent_decoded(self.text)];
        let known = known.iter().filter(|secret| secret.len() >= SHORTEST_SECRET);
        let spellings: Vec<_> = known.flat_map(|secret| spellings(secret)).collect();
        for view in views.iter().flatten() {
            view.find(&spellings, |from, to| self.is_secret[from..to].fill(true));
        }
    }

    fn mark_tokens(&mut self, prefixes: &[String]) {
        let mut at = 0;
        for word in self.text.split_inclusive(|c: char| !is_token_character(c)) {
            let bare = word.trim_end_matches(|c: char| !is_token_character(c));
            if let Some(start) = start_of_token(bare, prefixes) {
                self.is_secret[at + start..at + bare.len()].fill(true);
            }
            at += word.len();
        }
    }

    /// The text with `[redacted]` for each secret. Of a text that was cut the end is left out, because
    /// a secret that is cut off there cannot be recognised.
    fn written(&self, is_cut: bool) -> String {
        let end = self.text.len().saturating_sub(if is_cut { LONGEST_UNRECOGNISED } else { 0 });
        let mut written = String::new();
        let (mut length, mut was_secret) = (0, false);
        for (at, character) in self.text.char_indices().take_while(|(at, _)| *at < end) {
            if length >= LONGEST_MESSAGE {
                written.push('…');
                return written;
            }
            let is_secret = self.is_secret[at..at + character.len_utf8()].contains(&true);
            if is_secret && !was_secret {
                written.push_str(REDACTED);
                length += REDACTED.len();
            } else if !is_secret {
                written.push(character);
                length += 1;
            }
            was_secret = is_secret;
        }
        if is_cut {
            written.push('…');
        }
        written
    }
}

/// A text as bytes, each with its place in the text that was given.
struct View {
    bytes: Vec<u8>,
    /// One more than `bytes`: the end.
    places: Vec<usize>,
}

impl View {
    fn plain(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), places: (0..=text.len()).collect() }
    }

    /// The text with its `%41`s decoded, if it has any.
    fn percent_decoded(text: &str) -> Option<Self> {
        let mut view = Self { bytes: Vec::new(), places: Vec::new() };
        let text = text.as_bytes();
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let decoded = Some(byte).filter(|byte| **byte == b'%').and_then(|_| hex(text, at + 1));
            view.bytes.push(decoded.unwrap_or(*byte));
            view.places.push(at);
            at += if decoded.is_some() { 3 } else { 1 };
        }
        view.places.push(at);
        (view.bytes.len() < text.len()).then_some(view)
    }

    /// Reports where the spellings, or the larger part of one, are in the text.
    fn find(&self, spellings: &[Zeroizing<String>], mut report: impl FnMut(usize, usize)) {
        let spellings = || spellings.iter().map(|spelling| spelling.as_bytes());
        for whole in spellings() {
            self.find_any(whole.len(), |bytes| bytes == whole, &mut report);
        }
        for (length, secrets) in [(8, 16..24), (12, 24..usize::MAX)] {
            let present: HashSet<_> = self.bytes.windows(length).collect();
            let long = spellings().filter(|spelling| secrets.contains(&spelling.len()));
            let parts: HashSet<_> = long
                .flat_map(|spelling| spelling.windows(length))
                .filter(|part| has_digit(part) && present.contains(part))
                .collect();
            self.find_any(length, |bytes| parts.contains(bytes), &mut report);
        }
    }

    fn find_any(
        &self,
        length: usize,
        is_secret: impl Fn(&[u8]) -> bool,
        report: &mut impl FnMut(usize, usize),
    ) {
        for (at, _) in self.bytes.windows(length).enumerate().filter(|(_, bytes)| is_secret(bytes))
        {
            report(self.places[at], self.places[at + length]);
        }
    }
}

/// The byte that two hexadecimal digits stand for.
fn hex(text: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

/// The forms in which a server may repeat a secret, all but the percent-encoded one.
fn spellings(secret: &str) -> Vec<Zeroizing<String>> {
    let mut all = vec![Zeroizing::new(secret.to_owned())];
    for before in 0..3 {
        all.push(within_base64(&STANDARD_NO_PAD, secret, before));
        all.push(within_base64(&URL_SAFE_NO_PAD, secret, before));
    }
    all.retain(|spelling| spelling.len() >= SHORTEST_SECRET);
    all
}

/// The characters by which a secret shows in the base64 of a longer text (`client_id:secret`), where
/// `before` more bytes than a multiple of three come before it.
fn within_base64(base64: &impl Engine, secret: &str, before: usize) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(before + secret.len()));
    bytes.resize(before, 0);
    bytes.extend_from_slice(secret.as_bytes());
    let text = Zeroizing::new(base64.encode(&*bytes));
    // Each character has six bits; those of a neighbour's bits are left out.
    let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    Zeroizing::new(text[start..end].to_owned())
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The start of a token within a word such as `bad_ats_6c91…`.
fn start_of_token(word: &str, prefixes: &[String]) -> Option<usize> {
    let last_digit = word.rfind(|c: char| c.is_ascii_digit());
    let is_start = |at: usize| at == 0 || !word.as_bytes()[at - 1].is_ascii_alphanumeric();
    let mut starts = (0..word.len()).filter(|at| is_start(*at));
    starts.find(|at| {
        is_token(&word[*at..], last_digit.and_then(|digit| digit.checked_sub(*at)), prefixes)
    })
}

/// Whether a word is a token. Its last digit is looked for once for all starts in the word: at each of
/// them, the time would grow with the square of the word's length.
fn is_token(word: &str, last_digit: Option<usize>, prefixes: &[String]) -> bool {
    #[cfg(test)]
    tests::count_look();
    // `eyJ` is how base64url of `{"` begins: a JWT, or a part of one.
    // A token has digits; `refresh_token` is a word that only begins like one.
    let has_digit_after = |prefix: &String| last_digit.is_some_and(|digit| digit >= prefix.len());
    word.len() >= SHORTEST_TOKEN
        && (word.starts_with("eyJ")
            || prefixes
                .iter()
                .any(|prefix| word.starts_with(prefix.as_str()) && has_digit_after(prefix)))
}

/// Part of a secret rather than of a word such as `refresh_token`.
fn has_digit(part: &[u8]) -> bool {
    part.iter().any(u8::is_ascii_digit)
}

const REDACTED: &str = "[redacted]";
const SHORTEST_SECRET: usize = 4;
const SHORTEST_TOKEN: usize = 12;
const LONGEST_MESSAGE: usize = 300;
/// The bytes of a text that are read at all: a few tokens, and as much of a message as is shown.
const LONGEST_READ: usize = 4096;
/// The longest start of a secret that is not recognised without its end: 15 characters, percent-encoded.
const LONGEST_UNRECOGNISED: usize = 48;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static LOOKS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count_look() {
        LOOKS.set(LOOKS.get() + 1);
    }

    fn looks(text: &str) -> usize {
        LOOKS.set(0);
        scrub(text, &[SECRET], &prefixes());
        LOOKS.get()
    }

    fn prefixes() -> Vec<String> {
        vec!["ats_".to_owned(), "refresh_".to_owned()]
    }

    #[test]
    fn known_secrets_and_tokens_are_scrubbed() {
        let text = "token ats_6c91b91bc9ca751e, (secret hunter2): eyJhbGciOiJSUzI1NiJ9.x is bad";
        assert_eq!(
            scrub(text, &["hunter2"], &prefixes()),
            "token [redacted], (secret [redacted]): [redacted] is bad"
        );
    }

    #[test]
    fn a_token_within_a_word_is_scrubbed_and_a_word_like_one_is_not() {
        let text = "bad_ats_6c91b91bc9ca751e, not bad_refresh_token nor refresh_tokens";
        let scrubbed = "bad_[redacted], not bad_refresh_token nor refresh_tokens";
        assert_eq!(scrub(text, &[], &prefixes()), scrubbed);
        assert_eq!(scrub("1_refresh_tokens", &[], &prefixes()), "1_refresh_tokens");
    }

    #[test]
    fn a_known_secret_is_scrubbed_in_other_spellings() {
        let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let upper = SECRET.replace('+', "%2B").replace('/', "%2F");
        let mut spellings = vec![SECRET.to_owned(), percent, upper];
        for before in ["", "i", "id", "id:"] {
            let text = format!("{before}{SECRET}");
            spellings.push(STANDARD_NO_PAD.encode(&text));
            spellings.push(URL_SAFE_NO_PAD.encode(&text));
        }
        for spelling in spellings {
            let scrubbed = scrub(&format!("not valid: ({spelling})"), &[SECRET], &[]);
            assert!(scrubbed.starts_with("not valid: ("), "{scrubbed}");
            assert!(scrubbed.contains(REDACTED), "{scrubbed}");
            for part in spelling.as_bytes().windows(12) {
                let part = str::from_utf8(part).unwrap();
                assert!(!scrubbed.contains(part), "{part} of {spelling} in {scrubbed}");
            }
        }
    }

    #[test]
    fn half_of_a_known_secret_is_scrubbed_and_a_word_that_is_in_it_is_not() {
        let (first, last) = SECRET.split_at(SECRET.len() / 2);
        for half in [first, last] {
            let text = format!("{half} is wrong");
            assert_eq!(scrub(&text, &[SECRET], &[]), "[redacted] is wrong");
        }
        let text = "refresh_token is wrong";
        assert_eq!(scrub(text, &["refresh_token_of_octocat_1"], &[]), text);
    }

    #[test]
    fn a_secret_at_the_cut_is_not_shown_in_part() {
        for before in LONGEST_READ - 100..LONGEST_READ {
            let tokens = " eyJhbGciOiJSUzI1NiJ9".repeat(300);
            for secret in [SECRET, "correct horse"] {
                let text = format!("{} {secret} {tokens}", &tokens[..before]);
                let scrubbed = scrub(&text, &[secret], &[]);
                assert!(!scrubbed.contains(&secret[..6]), "{before}: {scrubbed}");
            }
        }
    }

    #[test]
    fn long_messages_are_cut_at_a_character() {
        assert_eq!(scrub(&"é".repeat(1000), &[], &[]).chars().count(), LONGEST_MESSAGE + 1);
        let whole = "é".repeat(LONGEST_MESSAGE);
        assert_eq!(scrub(&whole, &[], &[]), whole);
    }

    #[test]
    fn the_work_grows_no_faster_than_the_text_and_not_at_all_beyond_the_cut() {
        for words in ["-ats_", "ats_-", "eyJ-", "a.", "refresh_1 "] {
            let text = words.repeat((256 << 10) / words.len());
            let [short, longer, cut] = [1000, 2000, LONGEST_READ].map(|size| looks(&text[..size]));
            assert!(longer <= 2 * short + 1, "{words}: {short}, {longer}");
            assert!(cut <= LONGEST_READ, "{words}: {cut}");
            assert_eq!(looks(&text), cut, "{words}");
        }
    }

    const SECRET: &str = "q7+Zt3/9fLmPzX81vWuKe5Rj0sHdYb2C";
}
