//! How the demo writes what it did, in every language to the letter.

use std::{env, io::Write as _};

use appmint_core::{Installation, Permissions, Response, Timestamp, Token};

pub(crate) fn line(label: &str, text: impl AsRef<[u8]>) {
    let mut output = std::io::stdout().lock();
    let written = write!(output, "{label:<14}")
        .and_then(|()| output.write_all(text.as_ref()))
        .and_then(|()| output.write_all(b"\n"));
    written.expect("standard output");
}

pub(crate) fn granted(installation: &Installation) -> String {
    let account = installation.account.as_deref().unwrap_or_default();
    let selection = installation.repository_selection.as_deref().unwrap_or_default();
    let permissions = words(&installation.permissions);
    format!("{} {account} ({selection}; {permissions})", installation.id)
}

pub(crate) fn token(token: &Token) -> String {
    let shown = if env::var("APPMINT_SHOW_SECRETS").is_ok_and(|value| value == "1") {
        token.reveal()
    } else {
        "[redacted]"
    };
    let expires = token.expires_at().map_or_else(|| "never".to_owned(), whole_seconds);
    match words(token.permissions()) {
        none if none.is_empty() => format!("{shown} expires {expires}"),
        permissions => format!("{shown} expires {expires} ({permissions})"),
    }
}

pub(crate) fn exchange(path: &str, response: &Response) -> Vec<u8> {
    let mut text = format!("{path} {} ", response.status).into_bytes();
    text.extend_from_slice(&response.body);
    text
}

fn words(permissions: &Permissions) -> String {
    let words: Vec<_> = permissions.iter().map(|(name, level)| format!("{name}:{level}")).collect();
    words.join(" ")
}

/// `2026-11-21T05:00:00Z`
fn whole_seconds(time: Timestamp) -> String {
    Timestamp::from_secs(time.as_secs()).to_string()
}
