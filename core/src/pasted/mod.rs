//! Texts as people paste them: one idea of cleaning for every setting.
//!
//! White space around a text goes, and so does a byte order mark before it: they come with a file's last
//! line. Whatever else is not part of the setting (quotes, characters that nobody sees, a number that a
//! tool has rewritten, a reference in the place of a value) is refused by the setting's name: a platform
//! would refuse it, too, but it would not say why.

pub(crate) mod file;
pub(crate) mod pem;
mod seen;
mod text;

use self::seen::{invisible_character, is_in_quotes, is_rewritten_number};
pub(crate) use self::{
    seen::{is_path, is_reference, placeholder},
    text::{decoded, unwrapped},
};
use crate::error::{Error, Result};

/// A kind of text, which decides about the characters that it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A number or a word that the platform has given: `app_id`.
    Id,
    /// A name that people have given: a login, a repository.
    Name,
    /// A host, or a URL that may hold a password.
    Url,
    /// A secret that the platform or a tool has made.
    Secret,
    /// A secret that a person has chosen, and which may be any line of text.
    ChosenSecret,
}

impl Form {
    /// Whether a message may quote the text.
    fn is_shown(self) -> bool {
        matches!(self, Self::Id | Self::Name)
    }
}

/// The text without what surrounds it in a file. `what` names the setting in errors.
///
/// # Errors
/// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a text that is empty or cannot be meant.
pub(crate) fn clean<'a>(what: &str, text: &'a str, form: Form) -> Result<&'a str> {
    if text.contains('\0') {
        return Err(Error::invalid(format!("{what} contains a NUL")));
    }
    let text = trimmed(text);
    if text.is_empty() {
        return Err(Error::invalid(format!("{what} is empty")));
    }
    refuse_characters(what, text)?;
    match form {
        Form::Id => refuse_no_id(what, text)?,
        Form::Secret => refuse_no_value(what, text)?,
        Form::Name | Form::Url | Form::ChosenSecret => {}
    }
    if is_in_quotes(text, form == Form::ChosenSecret) {
        let message = format!("{} has quotes around it", quoted(what, text, form));
        return Err(Error::invalid(message).advise(
            "Write the value without them: `docker run --env-file` and Kubernetes keep the quotes.",
        ));
    }
    Ok(text)
}

/// The text without white space around it and a byte order mark before it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim().trim_start_matches('\u{feff}').trim()
}

/// The same of a text that is owned.
pub(crate) fn cleaned(what: &str, text: &str, form: Form) -> Result<String> {
    clean(what, text, form).map(str::to_owned)
}

fn refuse_characters(what: &str, text: &str) -> Result<()> {
    if let Some((place, character)) = invisible_character(text) {
        let code = u32::from(character);
        let message =
            format!("{what} has the invisible character U+{code:04X} as its character {place}");
        return Err(Error::invalid(message).advise(
            "It came along when the text was copied: type the text, or remove the character.",
        ));
    }
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Err(Error::invalid(format!("{what} has a line break in it"))
            .advise("Give one line: the file probably holds more than this value."));
    }
    match text.chars().find(|character| character.is_control()) {
        Some(character) => {
            let code = u32::from(character);
            Err(Error::invalid(format!("{what} has the control character U+{code:04X} in it")))
        }
        None => Ok(()),
    }
}

fn refuse_no_id(what: &str, text: &str) -> Result<()> {
    if is_rewritten_number(text) {
        return Err(Error::invalid(format!("{what} is `{}`, which is not how an id is written", shown(text)))
            .advise("Write all of its digits and nothing else: YAML and Helm turn a long number into 1e+06 unless it is quoted."));
    }
    if text.strip_prefix('-').is_some_and(is_digits) {
        return Err(Error::invalid(format!("{what} is {}, and no id is negative", shown(text))));
    }
    refuse_no_value(what, text)
}

fn refuse_no_value(what: &str, text: &str) -> Result<()> {
    if let Some(written_by) = placeholder(text) {
        let message = format!("{what} is `{}`: {written_by}", shown(text));
        return Err(Error::invalid(message)
            .advise("Look at the place where the value should have been filled in."));
    }
    if is_reference(text) {
        return Err(Error::invalid(format!("{what} is a reference to a value, not the value"))
            .advise("Have the secret manager resolve it, and give the text that it returns."));
    }
    Ok(())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn quoted(what: &str, text: &str, form: Form) -> String {
    if form.is_shown() { format!("{what} `{}`", shown(text)) } else { what.to_owned() }
}

fn shown(text: &str) -> String {
    text.chars().take(LONGEST_SHOWN).collect()
}

const LONGEST_SHOWN: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, form: Form) -> String {
        clean("it", text, form).unwrap_err().message().to_owned()
    }

    #[test]
    fn what_surrounds_a_line_of_a_file_goes() {
        for text in ["1", "1\n", " 1\r\n", "\u{feff}1\n", "\u{a0}1\u{a0}", "\t1"] {
            assert_eq!(clean("it", text, Form::Id).unwrap(), "1", "{text:?}");
        }
    }

    #[test]
    fn rewritten_numbers_are_no_ids() {
        for text in ["1e+06", "1e0", "1E6", "1.0", "1.234567e+06", "12e+1", "1,234", "1_000", "+1"]
        {
            assert!(message(text, Form::Id).contains(text), "{text}");
        }
        for text in ["12e4", "Iv1.8a61f9b3a7aba766", "1-2", "1a2b", "abc.def"] {
            assert_eq!(clean("it", text, Form::Id).unwrap(), text);
        }
    }

    #[test]
    fn quotes_of_every_kind_are_refused_and_secrets_not_shown() {
        for text in ["\"1\"", "'1'", "`1`", "\"1", "1'", "\u{201c}1\u{201d}"] {
            assert_eq!(message(text, Form::Id), format!("it `{text}` has quotes around it"));
            assert_eq!(message(text, Form::Secret), "it has quotes around it");
        }
        assert!(clean("it", "It's a Secret to Everybody'", Form::ChosenSecret).is_ok());
    }

    #[test]
    fn characters_that_nobody_sees_are_named_with_their_place() {
        for (text, code) in [
            ("a\u{200b}b", "200B"),
            ("a\u{2060}", "2060"),
            ("a\u{ad}b", "00AD"),
            ("a\u{feff}b", "FEFF"),
        ] {
            assert!(message(text, Form::Name).contains(&format!("U+{code} as its character 2")));
        }
        assert!(message("a\nb", Form::Secret).contains("line break"));
        assert!(message("a\u{1b}b", Form::Secret).contains("U+001B"));
    }

    #[test]
    fn a_value_that_was_never_filled_in_is_named() {
        for text in [
            "undefined",
            "null",
            "None",
            "<no value>",
            "${APP_ID}",
            "$APP_ID",
            "{{ .Values.id }}",
            "***",
        ] {
            assert!(message(text, Form::Id).contains(text), "{text}");
            assert!(clean("it", text, Form::ChosenSecret).is_ok());
        }
        assert!(clean("it", "null", Form::Name).is_ok());
        for text in ["op://team/app/secret", "arn:aws:secretsmanager:eu-west-1:1:secret:x"] {
            assert!(message(text, Form::Secret).contains("a reference"), "{text}");
        }
    }
}
