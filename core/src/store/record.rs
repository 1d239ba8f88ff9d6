//! A token as it lies in a store.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    secret::Secret,
    time::Timestamp,
    token::{Permissions, Token, TokenKind},
};

#[derive(Serialize, Deserialize)]
struct Record {
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
    refresh_token: Option<Zeroizing<String>>,
    refresh_token_expires_at_ms: Option<i64>,
}

pub(super) fn write(token: &Token) -> Zeroizing<Vec<u8>> {
    let owned = |text: &str| Zeroizing::new(text.to_owned());
    let record = Record {
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
        refresh_token: token.refresh_token().map(|token| owned(token.reveal())),
        refresh_token_expires_at_ms: token.refresh_token_expires_at().map(Timestamp::as_millis),
    };
    // Texts, numbers and lists of texts have a form in JSON.
    Zeroizing::new(serde_json::to_vec(&record).unwrap_or_default())
}

pub(super) fn read(text: &[u8]) -> Option<Token> {
    let record: Record = serde_json::from_slice(text).ok()?;
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
        .refresh_token(
            record.refresh_token.as_ref().map(secret),
            time(record.refresh_token_expires_at_ms),
        );
    if let Some(issued) = time(record.issued_at_ms) {
        builder = builder.issued_at(issued);
    }
    Some(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_was() {
        let token = Token::builder(TokenKind::User, Secret::new("atu_1"))
            .scheme("Token")
            .expires_at(Some(Timestamp::from_millis(5)))
            .issued_at(Timestamp::from_millis(1))
            .permissions([("a".to_owned(), "read".to_owned())].into())
            .repositories(vec!["x".to_owned()])
            .scopes(vec!["y".to_owned()])
            .account(Some("z".to_owned()))
            .refresh_token(Some(Secret::new("r")), Some(Timestamp::from_millis(9)))
            .build();
        assert_eq!(read(&write(&token)), Some(token));
        assert_eq!(read(b"{}"), None);
    }
}
