//! The record of a token in a store.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    error::Reason,
    secret::Secret,
    time::Timestamp,
    token::{Permissions, Token, TokenKind},
};

/// A token in a store, with the state of its refresh.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) token: Token,
    /// A refresh that began and whose outcome was not written yet.
    pub(crate) intent: Option<Intent>,
    /// The reason why the user must authorize again, once that is certain.
    pub(crate) ended: Option<Reason>,
}

/// Written before a refresh token is sent, so that after a crash the next process knows of it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    /// When the refresh token was first sent: the platform's grace period counts from here.
    pub(crate) first: Moment,
    /// When it was about to be sent last.
    pub(crate) last: Moment,
    /// For so long after `last` the request may still arrive at the platform, or its answer here.
    pub(crate) may_arrive_for_ms: u64,
    /// When other machines, whose clocks cannot be compared with those, first saw the intent: one moment
    /// for each.
    pub(crate) seen: Vec<Moment>,
}

/// A moment by the clocks of one machine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// The clock of `monotonic_ms`: that of one machine, since it started.
    pub(crate) clock: String,
    pub(crate) monotonic_ms: i64,
    pub(crate) wall_ms: i64,
}

impl Record {
    pub(crate) fn of(token: Token) -> Self {
        Self { token, intent: None, ended: None }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    token: StoredToken,
    intent: Option<Intent>,
    ended: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredToken {
    kind: String,
    secret: Zeroizing<String>,
    scheme: String,
    expires_at_ms: Option<i64>,
    issued_at_ms: Option<i64>,
    permissions: Permissions,
    repository_selection: Option<String>,
    repositories: Vec<String>,
    scopes: Vec<String>,
    account: Option<String>,
    account_id: Option<String>,
    refresh_token: Option<Zeroizing<String>>,
    refresh_token_expires_at_ms: Option<i64>,
}

pub(super) fn write(record: &Record) -> Zeroizing<Vec<u8>> {
    let stored = Stored {
        token: stored(&record.token),
        intent: record.intent.clone(),
        ended: record.ended.map(|reason| reason.name().to_owned()),
    };
    // Texts, numbers and lists of texts can always be written as JSON.
    Zeroizing::new(serde_json::to_vec(&stored).unwrap_or_default())
}

pub(super) fn read(text: &[u8]) -> Option<Record> {
    let Stored { token, intent, ended } = serde_json::from_slice(text).ok()?;
    let ended = ended.as_deref().and_then(Reason::from_name);
    Some(Record { token: restored(token)?, intent, ended })
}

fn stored(token: &Token) -> StoredToken {
    let owned = |text: &str| Zeroizing::new(text.to_owned());
    StoredToken {
        kind: token.kind().name().to_owned(),
        secret: owned(token.reveal()),
        scheme: token.scheme().to_owned(),
        expires_at_ms: token.expires_at().map(Timestamp::as_millis),
        issued_at_ms: token.issued_at().map(Timestamp::as_millis),
        permissions: token.permissions().clone(),
        repository_selection: token.repository_selection().map(str::to_owned),
        repositories: token.repositories().to_vec(),
        scopes: token.scopes().to_vec(),
        account: token.account().map(str::to_owned),
        account_id: token.account_id().map(str::to_owned),
        refresh_token: token.refresh_token().map(|token| owned(token.reveal())),
        refresh_token_expires_at_ms: token.refresh_token_expires_at().map(Timestamp::as_millis),
    }
}

fn restored(record: StoredToken) -> Option<Token> {
    let kind = TokenKind::ALL.into_iter().find(|kind| kind.name() == record.kind)?;
    let secret = |text: &Zeroizing<String>| Secret::new(text.as_str());
    let time = |ms: Option<i64>| ms.map(Timestamp::from_millis);
    let mut builder = Token::builder(kind, secret(&record.secret))
        .scheme(&record.scheme)
        .expires_at(time(record.expires_at_ms))
        .permissions(record.permissions)
        .repository_selection(record.repository_selection)
        .repositories(record.repositories)
        .scopes(record.scopes)
        .account(record.account)
        .account_id(record.account_id)
        .refresh_token(
            record.refresh_token.as_ref().map(secret),
            time(record.refresh_token_expires_at_ms),
        );
    if let Some(issued) = time(record.issued_at_ms) {
        builder = builder.issued_elsewhere_at(issued);
    }
    Some(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let token = Token::builder(TokenKind::User, Secret::new("atu_1"))
            .scheme("Token")
            .expires_at(Some(Timestamp::from_millis(5)))
            .issued_elsewhere_at(Timestamp::from_millis(1))
            .permissions([("a".to_owned(), "read".to_owned())].into())
            .repositories(vec!["x".to_owned()])
            .scopes(vec!["y".to_owned()])
            .account(Some("z".to_owned()))
            .account_id(Some("1".to_owned()))
            .refresh_token(Some(Secret::new("r")), Some(Timestamp::from_millis(9)))
            .build();
        let moment = Moment { clock: "c".to_owned(), monotonic_ms: 7, wall_ms: 8 };
        let (first, last) = (moment.clone(), moment.clone());
        let intent = Some(Intent {
            id: "i".to_owned(),
            first,
            last,
            may_arrive_for_ms: 5,
            seen: Vec::new(),
        });
        let ended = Some(Reason::RotationInterrupted);
        let back = read(&write(&Record { token: token.clone(), intent, ended })).unwrap();
        assert!(back.token == token && back.ended == ended);
        let read_back = back.intent.unwrap();
        assert!(read_back.id == "i" && read_back.first == moment && read_back.seen.is_empty());
        assert!(read(b"{}").is_none());
    }
}
