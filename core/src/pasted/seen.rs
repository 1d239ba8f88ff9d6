//! Recognises what is not part of a setting, and what stands in the place of one.

/// The first character that is not seen, and its place, counted from one.
pub(super) fn invisible_character(text: &str) -> Option<(usize, char)> {
    let found = text.chars().enumerate().find(|(_, character)| is_invisible(*character));
    found.map(|(index, character)| (index + 1, character))
}

/// Unicode's `Default_Ignorable_Code_Point`, and the marks of writing direction.
///
/// <https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>
pub(super) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text begins or ends with a quote; if it was chosen by a person, whether it does both.
pub(super) fn is_in_quotes(text: &str, is_chosen: bool) -> bool {
    let (starts, ends) = (text.starts_with(QUOTES), text.ends_with(QUOTES));
    if is_chosen { starts && ends && text.chars().count() > 1 } else { starts || ends }
}

/// Whether a number was written anew by something that took it for a quantity: `1e+06`, `1.0`, `1,234`.
/// An id of hexadecimal digits may have an `e` among its digits.
pub(super) fn is_rewritten_number(text: &str) -> bool {
    let Some(number) = text.strip_prefix('+') else { return is_quantity(text) };
    number.starts_with(|first: char| first.is_ascii_digit())
}

fn is_quantity(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let is_signed = exponent.starts_with(['+', '-']);
        let exponent = exponent.trim_start_matches(['+', '-']);
        let is_short = mantissa.len() == 1 && exponent.len() <= 2;
        let is_number = digits(mantissa) || is_quantity(mantissa);
        return is_number && digits(exponent) && (is_signed || is_short || mantissa.contains('.'));
    }
    let parts: Vec<&str> = text.split(['.', ',', '_']).collect();
    parts.len() > 1
        && digits(parts[0])
        && parts[1..].iter().all(|part| part.is_empty() || digits(part))
}

/// The origin of a text that stands where a value is missing.
pub(crate) fn placeholder(text: &str) -> Option<&'static str> {
    let is_template = text.starts_with("${")
        || text.starts_with("$(")
        || text.starts_with("{{")
        || text.starts_with("<%")
        || text.strip_prefix('$').is_some_and(is_variable)
        || text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_variable);
    if is_template {
        return Some("this is a template, and nothing has filled it in");
    }
    let is_masked = text.chars().all(|character| matches!(character, '*' | '•'));
    if is_masked {
        return Some("this is what a page shows instead of the value");
    }
    let word = text.to_ascii_lowercase();
    let is_missing =
        ["null", "undefined", "none", "nil", "nan", "<no value>", "<nil>", "[object object]"]
            .contains(&word.as_str());
    is_missing.then_some("this is what a program writes for a missing value")
}

fn is_variable(text: &str) -> bool {
    let is_word = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_word && text.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Whether a text says where a secret is, in the way of a secret manager.
pub(crate) fn is_reference(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_name = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    lower.split_once("://").is_some_and(|(scheme, _)| is_name(scheme))
        || REFERENCES.iter().any(|start| lower.starts_with(start))
        || (lower.starts_with("projects/") && lower.contains("/secrets/"))
}

/// Whether a short text is the path of a file. Base64 of a key begins neither with `/` nor with `.`.
pub(crate) fn is_path(text: &str) -> bool {
    let has_drive = text.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/");
    let has_name = [".pem", ".key", ".der", ".crt", ".cer", ".p12", ".pfx", ".txt", ".json"]
        .iter()
        .any(|end| text.to_ascii_lowercase().ends_with(end));
    text.len() < LONGEST_PATH
        && !text.contains(['\n', '\r'])
        && (text.starts_with(['/', '.', '~', '\\'])
            || has_drive
            || has_name
            || (text.len() < LONGEST_RELATIVE_PATH && text.contains(['/', '\\'])))
}

const QUOTES: [char; 12] = [
    '"', '\'', '`', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201c}', '\u{201d}',
    '\u{201e}', '\u{b4}',
];
/// Where AWS, Azure, Google, HashiCorp, 1Password, Docker, Spring and their like keep secrets.
const REFERENCES: [&str; 12] = [
    "arn:",
    "@microsoft.keyvault(",
    "{{resolve:",
    "vault:",
    "ref+",
    "secretref:",
    "secretsmanager:",
    "keyvault:",
    "ssm:",
    "env:",
    "file:",
    "enc[",
];
const LONGEST_PATH: usize = 1024;
/// The shortest text of a key is longer.
const LONGEST_RELATIVE_PATH: usize = 200;
