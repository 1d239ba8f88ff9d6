//! The output of a command: text for people, and a value for programs.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use appmint_core::{Error, ErrorKind, Installation, Permissions, Result, Timestamp, Token};
use serde_json::{Value, json};

/// The result of a command.
pub(crate) struct Report {
    text: Vec<u8>,
    value: Value,
    /// Whether the exit code is 1, although the command did its work.
    found_problem: bool,
}

impl Report {
    pub(crate) fn new(text: impl Into<Vec<u8>>, value: Value) -> Self {
        Self { text: text.into(), value, found_problem: false }
    }

    /// Bytes that are printed as they are, with --json as well.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(bytes, Value::Null)
    }

    pub(crate) fn with_problem(self, found_problem: bool) -> Self {
        Self { found_problem, ..self }
    }

    pub(crate) fn found_problem(&self) -> bool {
        self.found_problem
    }

    /// Writes it to standard output.
    pub(crate) fn print(&self, as_json: bool) -> Result<()> {
        let mut bytes = match (&self.value, as_json) {
            (Value::Null, _) | (_, false) => self.text.clone(),
            (value, true) => format!("{value:#}").into_bytes(),
        };
        if !bytes.is_empty() && !bytes.ends_with(b"\n") && !self.value.is_null() {
            bytes.push(b'\n');
        }
        let mut out = io::stdout().lock();
        match out.write_all(&bytes).and_then(|()| out.flush()) {
            // The reader has read enough: `| head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(not_written),
        }
    }
}

/// The error of standard output that nobody reads, or that is full.
fn not_written(error: io::Error) -> Error {
    Error::new(ErrorKind::ResourceExhausted, format!("the output cannot be written: {error}"))
        .caused_by(error)
}

/// Lines of a name and a value, aligned.
pub(crate) fn lines<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let rows: Vec<_> = rows.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// Rows of columns, aligned.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let mut widths = BTreeMap::new();
    for (column, cell) in rows.iter().flat_map(|row| row.iter().enumerate()) {
        let width: &mut usize = widths.entry(column).or_default();
        *width = cell.chars().count().max(*width);
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(at, cell)| format!("{cell:0$}", widths[&at]));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Permissions as they are typed: `contents=read, issues=write`.
pub(crate) fn permissions(permissions: &Permissions) -> String {
    let each = permissions.iter().map(|(name, level)| format!("{name}={level}"));
    each.collect::<Vec<_>>().join(", ")
}

pub(crate) fn time(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// A token's members without the secret.
pub(crate) fn token(token: &Token) -> Value {
    json!({
        "kind": token.kind().name(),
        "expires_at": token.expires_at().map(|time| time.to_string()),
        "permissions": token.permissions(),
        "repository_selection": token.repository_selection(),
        "repositories": token.repositories(),
        "scopes": token.scopes(),
    })
}

/// An installation's members; `raw` is what the platform sent.
pub(crate) fn installation(installation: &Installation) -> Value {
    json!({
        "id": installation.id,
        "account": installation.account,
        "account_name": installation.account_name,
        "account_id": installation.account_id,
        "app_id": installation.app_id,
        "app_slug": installation.app_slug,
        "repository_selection": installation.repository_selection,
        "permissions": installation.permissions,
        "events": installation.events,
        "created_at": installation.created_at.map(|time| time.to_string()),
        "updated_at": installation.updated_at.map(|time| time.to_string()),
        "suspended_at": installation.suspended_at.map(|time| time.to_string()),
        "raw": installation.raw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_empty_values_left_out() {
        let rows = [vec!["1".to_owned(), "a".to_owned()], vec!["22".to_owned(), String::new()]];
        assert_eq!(table(&rows), "1   a\n22\n");
        let shown =
            lines([("id", "1".to_owned()), ("account", "a".to_owned()), ("none", String::new())]);
        assert_eq!(shown, "id       1\naccount  a\n");
    }
}
