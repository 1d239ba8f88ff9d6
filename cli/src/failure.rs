//! Errors at the end of the program: the library's sentence and hint on standard error, and an exit code
//! that tells the kind.

use std::{io::Write as _, process::ExitCode};

use appmint_core::{Error, ErrorKind};
use serde_json::json;

/// Prints an error, and returns the exit code of its kind.
pub(crate) fn report(error: &Error, as_json: bool) -> ExitCode {
    print(error, as_json);
    ExitCode::from(code(error.kind()))
}

/// Prints an error on standard error. If nobody reads that, there is nobody to tell.
pub(crate) fn print(error: &Error, as_json: bool) {
    let text = if as_json { value(error).to_string() } else { sentence(error) };
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The message, and the hint on a line of its own.
fn sentence(error: &Error) -> String {
    let mut text = format!("appmint: {}", error.message());
    if let Some(hint) = error.hint() {
        text.push_str("\n  ");
        text.push_str(hint);
    }
    if let Some(url) = error.sso_url() {
        text.push_str("\n  Single sign-on: ");
        text.push_str(url);
    }
    text
}

fn value(error: &Error) -> serde_json::Value {
    json!({ "error": {
        "kind": error.kind().name(),
        "reason": error.reason().map(appmint_core::Reason::name),
        "message": error.message(),
        "hint": error.hint(),
        "status": error.status(),
        "platform_code": error.platform_code(),
        "request_id": error.request_id(),
        "retry_after_ms": error.retry_after().map(|wait| wait.as_millis()),
        "is_retryable": error.is_retryable(),
        "missing_permissions": error.missing_permissions(),
        "sso_url": error.sso_url(),
    }})
}

/// The exit code of a kind: 2 for wrong arguments, as clap has it, and else 10 and the kind's number.
pub(crate) fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::InvalidArgument => 2,
        kind => u8::try_from(10 + kind.number()).unwrap_or(u8::MAX),
    }
}

/// The output of the parser: help and versions on standard output, mistakes on standard error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition;

    #[test]
    fn the_help_lists_the_code_of_every_kind() {
        let help = definition().render_long_help().to_string();
        for kind in ErrorKind::ALL {
            let (code, name) = (code(*kind), kind.name());
            let is_listed = |line: &str| {
                let words: Vec<_> = line.split_whitespace().collect();
                words.windows(2).any(|pair| pair[0] == code.to_string() && pair[1] == name)
                    || (words.first() == Some(&"2") && line.contains(&format!("({name})")))
            };
            assert!(help.lines().any(is_listed), "{code} {name}\n{help}");
        }
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: std::collections::HashSet<_> =
            ErrorKind::ALL.iter().map(|it| code(*it)).collect();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
        assert!(codes.iter().all(|code| !(125..=255).contains(code) && *code > 1));
    }
}
