//! Authentication: a tool by its assertion, a shop (client) by its word (secret), anything else by a token.

use serde_json::json;

use super::refusals::{
    frozen, no_token, nowhere, of_assertion, unauthorized, who_are_you, wrong_hands,
};
use super::seats::Seat;
use super::tokens::{Holder, Issued};
use super::{Acme, Call};
use crate::http::Refusal;
use crate::{basic, jwt, secrets};

impl Acme {
    /// The tool that signed the assertion of this request.
    pub(super) fn tool_of(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let rules = jwt::Rules {
            max_lifetime_s: 900,
            issuer: jwt::Issuer::IntegerIfDigits,
            claims: vec![
                ("aud", json!(["https://gate.acme.example", "mint"])),
                ("acme/level", json!(3)),
            ],
        };
        let keys_of = |shop: &str| self.tools.by_client_id(shop).map(|tool| tool.keys.as_slice());
        let shop =
            jwt::verify(token(call)?, call.now_ms(), &rules, keys_of).map_err(of_assertion)?;
        let tool = self.tools.by_client_id(&shop);
        tool.map(|tool| tool.id.clone()).ok_or_else(|| of_assertion(jwt::Refusal::UnknownIssuer))
    }

    /// The record of this request's token.
    pub(super) fn issued_of(&self, call: &Call<'_>) -> Result<&Issued, Refusal> {
        self.tokens.find(token(call)?, call.now_ms()).ok_or_else(no_token)
    }

    /// The seat of this request's token.
    pub(super) fn seat_of(&self, call: &Call<'_>) -> Result<(&Seat, &Issued), Refusal> {
        let issued = self.issued_of(call)?;
        let Holder::Seat(id) = &issued.holder else { return Err(wrong_hands()) };
        let seat = self.seats.iter().find(|it| it.id == *id).ok_or_else(no_token)?;
        if seat.frozen_at.is_some() { Err(frozen()) } else { Ok((seat, issued)) }
    }

    /// The record of this request's token, which has to be a smith's.
    pub(super) fn slip_of(&self, call: &Call<'_>) -> Result<&Issued, Refusal> {
        let issued = self.issued_of(call)?;
        matches!(issued.holder, Holder::Smith { .. }).then_some(issued).ok_or_else(wrong_hands)
    }

    /// The tool whose client id and secret this request carries.
    pub(super) fn shop_of(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let (scheme, credential) = call.request.authorization().ok_or_else(who_are_you)?;
        let pair = basic::client(credential).filter(|_| scheme == "basic");
        let (id, word) = pair.ok_or_else(who_are_you)?;
        let tool = self.tools.by_client_id(&id).ok_or_else(who_are_you)?;
        let proven = secrets::equal(&word, &tool.client_secret);
        proven.then(|| tool.id.clone()).ok_or_else(who_are_you)
    }

    /// The same, if the path names the same client.
    pub(super) fn shop_of_path(&self, call: &Call<'_>) -> Result<String, Refusal> {
        let tool = self.shop_of(call)?;
        let named = self.tools.by_client_id(call.part(0)).is_some_and(|it| it.id == tool);
        named.then_some(tool).ok_or_else(nowhere)
    }

    /// The principal whose rate limit this request counts against.
    pub(super) fn principal(&self, call: &Call<'_>) -> String {
        match self.issued_of(call).map(|it| &it.holder) {
            Ok(Holder::Seat(id)) => format!("seat {id}"),
            Ok(Holder::Smith { .. }) => "smith".to_owned(),
            Ok(Holder::Tool) | Err(_) => {
                let tool = self.tool_of(call).or_else(|_| self.shop_of(call));
                tool.map_or_else(|_| "nobody".to_owned(), |id| format!("tool {id}"))
            }
        }
    }
}

/// The assertion or token. The only scheme is `Token`.
pub(super) fn token<'c>(call: &'c Call<'_>) -> Result<&'c str, Refusal> {
    let credential = call.request.authorization().filter(|(scheme, _)| scheme == "token");
    let refusal = || unauthorized("no_token", "the header Authorization is `Token` and a token");
    credential.map(|(_, credential)| credential).ok_or_else(refusal)
}

pub(super) fn credential_kind(credential: &str) -> &'static str {
    let prefix = ["acs", "acu", "acr"]
        .into_iter()
        .find(|it| credential.strip_prefix(it).is_some_and(|rest| rest.starts_with('.')));
    match prefix {
        Some(prefix) => prefix,
        None if credential.starts_with("ey") && credential.matches('.').count() == 2 => "jwt",
        None if basic::client(credential).is_some() => "client",
        None => "other",
    }
}
