//! Reads the token in a platform's reply.

use serde_json::Value;

use crate::{
    error::{Error, Reason, Result},
    platform::{
        descriptor::{Expires, InstallationToken},
        expiry, members,
        reply::Reply,
    },
    secret::Secret,
    time::Expiry,
    token::{Token, TokenKind},
};

/// The token that the platform minted for an installation or for the app.
pub(super) fn minted(reply: &Reply<'_>, kind: TokenKind) -> Result<Token> {
    let rules = reply.platform.installation_token()?;
    let json = reply.json()?;
    let secret = members::secret(&json, &rules.token).ok_or_else(|| no_token(reply))?;
    let token = Token::builder(kind, secret)
        .issued_at(reply.now)
        .scheme(&reply.platform.descriptor().api.authorization_scheme)
        .expiry(read_expiry(reply, &json, &rules.expires)?)
        .permissions(members::permissions(&json, &rules.permissions))
        .repository_selection(members::lower_text(&json, &rules.repository_selection))
        .repositories(repositories(rules, &json))
        .build();
    not_expired(reply, token)
}

/// The access token in a token endpoint's reply (RFC 6749 §5.1). `refresh_token` is the one that
/// was sent, if it was a refresh.
pub(super) fn issued(
    reply: &Reply<'_>,
    kind: TokenKind,
    refresh_token: Option<&Secret>,
) -> Result<Token> {
    let rules = &reply.platform.oauth()?.reply;
    // After a refresh that was carried out, this answer is the only one that holds the new tokens.
    let json = match refresh_token {
        Some(_) => reply.json_or_form_leniently(&[&rules.access_token, &rules.refresh_token])?,
        None => reply.json_or_form()?,
    };
    let Some(secret) = members::secret(&json, &rules.access_token) else {
        return Err(no_access_token(reply, &json));
    };
    if refresh_token.is_none() && is_other_token_type(&json) {
        let what = "the answer's token is not a bearer token";
        return Err(reply.protocol_error(Reason::UnsupportedTokenType, what));
    }
    let read_expiry = |rule: &Expires| match read_expiry(reply, &json, rule) {
        Err(_) if refresh_token.is_some() => Ok(None),
        expiry => expiry,
    };
    let refresh_expiry = match &rules.refresh_expires {
        Some(rule) => read_expiry(rule)?,
        None => None,
    };
    // RFC 6749 §6: a reply without a refresh token leaves the old one in force. One that cannot be read
    // has taken its place all the same.
    let is_named = members::text(&json, &rules.refresh_token).is_some();
    let old = || refresh_token.filter(|_| !is_named).cloned();
    let next = members::secret(&json, &rules.refresh_token).or_else(old);
    let token = Token::builder(kind, secret)
        .issued_at(reply.now)
        .scheme(&reply.platform.descriptor().api.authorization_scheme)
        .expiry(read_expiry(&rules.expires)?)
        .scopes(members::words(&json, &rules.scope))
        .refresh_token(next, refresh_expiry.map(|expiry| expiry.at))
        .build();
    // An access token that has expired is kept after a refresh: its refresh token is the only one
    // that still works.
    if refresh_token.is_some() { Ok(token) } else { not_expired(reply, token) }
}

/// A user's token as the platform describes it. The refresh token is not part of that.
pub(crate) fn described_user_token(reply: &Reply<'_>) -> Result<Token> {
    let platform = reply.platform;
    let rules = platform.described(&platform.descriptor().objects.user_token)?;
    let json = reply.json()?;
    let secret = members::secret(&json, &rules.token).ok_or_else(|| no_token(reply))?;
    let token = Token::builder(TokenKind::User, secret)
        .scheme(&platform.descriptor().api.authorization_scheme)
        .expiry(read_expiry(reply, &json, &rules.expires)?)
        .permissions(members::permissions(&json, &rules.permissions))
        .repository_selection(members::lower_text(&json, &rules.repository_selection))
        .scopes(members::words(&json, &rules.scope))
        .account(members::text(&json, &rules.account))
        .account_id(members::text(&json, &rules.account_id))
        .build();
    not_expired(reply, token)
}

fn repositories(rules: &InstallationToken, json: &Value) -> Vec<String> {
    let items = members::first(json, &rules.repositories).and_then(Value::as_array);
    let name =
        |item: &Value| Some(item.pointer(rules.repository_name.as_deref()?)?.as_str()?.to_owned());
    items.into_iter().flatten().filter_map(name).collect()
}

/// Whether the token is of a type that is used in another way (RFC 6749 §7.1). Many servers leave
/// the type out, or have a word of their own for a bearer token.
fn is_other_token_type(json: &Value) -> bool {
    let token_type = json.get("token_type").and_then(Value::as_str).unwrap_or_default();
    OTHER_TOKEN_TYPES.iter().any(|other| token_type.eq_ignore_ascii_case(other))
}

fn no_token(reply: &Reply<'_>) -> Error {
    reply.protocol_error(Reason::MissingMember, "the answer holds no token")
}

/// Some platforms report a refusal with a status of success, so an error code comes first.
fn no_access_token(reply: &Reply<'_>, json: &Value) -> Error {
    let errors = &reply.platform.descriptor().errors;
    match members::first(json, &errors.code) {
        Some(_) => reply.refusal(),
        None => reply.protocol_error(Reason::MissingMember, "the answer holds no access token"),
    }
}

fn read_expiry(reply: &Reply<'_>, json: &Value, rule: &Expires) -> Result<Option<Expiry>> {
    expiry::read(reply, json, rule).map_err(|()| {
        reply.protocol_error(Reason::MissingMember, "the answer's expiry is not a time")
    })
}

fn not_expired(reply: &Reply<'_>, token: Token) -> Result<Token> {
    if token.is_alive(reply.now) {
        return Ok(token);
    }
    let error = reply.protocol_error(Reason::ExpiredOnArrival, "the token has already expired");
    Err(error.advise("Compare this machine's clock with the platform's."))
}

/// The registered token types beside `Bearer`.
const OTHER_TOKEN_TYPES: [&str; 4] = ["DPoP", "PoP", "mac", "N_A"];
