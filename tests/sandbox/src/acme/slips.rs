//! Operations of a shop (client) on slips (user tokens): check, reset, scope and delete a token, delete the grant; and the
//! revocation of leaked credentials.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::narrowing::{Narrowed, Narrowing};
use super::oauth::new_slip;
use super::refusals::{body, burnt_slip, no_seat, object, odd_member};
use super::seats::Seat;
use super::tokens::{Holder, Issued};
use super::{Acme, Call, done, seed};
use crate::http::{Refusal, Reply};

impl Acme {
    pub(super) fn look_at_slip(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.shop_of_path(call)?;
        let token = inner_slip(call, "look_at")?;
        Ok(described(&token, self.slip(&tool, &token, call)?, call))
    }

    pub(super) fn renew_slip(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.shop_of_path(call)?;
        let old = inner_slip(call, "renew")?;
        let issued = self.slip(&tool, &old, call)?;
        let life_ms = issued.expires_ms.saturating_sub(issued.created_ms);
        let fresh = Issued::new(issued.holder.clone(), tool, life_ms, call.context);
        let renewed =
            Issued { powers: issued.powers.clone(), works: issued.works.clone(), ..fresh };
        let token = new_slip();
        self.tokens.replace(&old, &token, renewed.clone());
        Ok(described(&token, &renewed, call))
    }

    /// A second token, limited to one seat, that expires with the first.
    pub(super) fn cut_slip(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.shop_of_path(call)?;
        let body = body(call, &["slip", "holder", "holder_key", "only"])?;
        let issued = self.slip(&tool, text(&body, "slip")?, call)?;
        let seat = self.seat_to_cut(&tool, &body)?;
        let Narrowed { powers, works } = self.narrowed(seat, &requested_of(&body)?)?;
        let reached = || self.works.iter().filter(|it| seat.reaches(it)).map(|it| it.number);
        let works = Some(works.unwrap_or_else(|| reached().collect()));
        let life_ms = issued.expires_ms.saturating_sub(call.now_ms());
        let fresh = Issued::new(issued.holder.clone(), tool, life_ms, call.context);
        let cut = Issued { powers, works, ..fresh };
        let token = new_slip();
        self.tokens.keep(&token, cut.clone());
        Ok(described(&token, &cut, call))
    }

    /// The seat for a scoped token, which must not be frozen.
    fn seat_to_cut(&self, tool: &str, body: &Map<String, Value>) -> Result<&Seat, Refusal> {
        let member = |name| body.get(name).and_then(Value::as_str);
        let (handle, key) = (member("holder"), member("holder_key"));
        if handle.is_none() && key.is_none() {
            return Err(odd_member("holder"));
        }
        let meant = |it: &&Seat| it.tool == tool && it.frozen_at.is_none() && it.is_of(handle, key);
        self.seats.iter().find(meant).ok_or_else(no_seat)
    }

    pub(super) fn burn_slip(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (_, token) = self.whole_slip(call)?;
        self.tokens.forget(&token);
        Ok(done(StatusCode::OK))
    }

    /// Revokes every user token of the tool, refresh tokens included.
    pub(super) fn end_trust(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (tool, _) = self.whole_slip(call)?;
        self.tokens.forget_smiths_of(&tool);
        Ok(done(StatusCode::OK))
    }

    /// Revokes leaked credentials without authentication. The reply does not reveal which of them were valid.
    pub(super) fn lost(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let body = body(call, &["found"])?;
        let found = object(&body, "found", &["lying_about"])?;
        let list = found.get("lying_about").and_then(Value::as_array);
        let list = list.filter(|list| (1..=MAX_LOST).contains(&list.len()));
        for credential in list.ok_or_else(|| odd_member("lying_about"))? {
            self.tokens.forget(credential.as_str().ok_or_else(|| odd_member("lying_about"))?);
        }
        Ok(done(StatusCode::ACCEPTED))
    }

    /// The calling tool, and the user token in the body `{"slip": …}`.
    fn whole_slip(&self, call: &Call<'_>) -> Result<(String, String), Refusal> {
        let tool = self.shop_of_path(call)?;
        let token = text(&body(call, &["slip"])?, "slip")?.to_owned();
        self.slip(&tool, &token, call)?;
        Ok((tool, token))
    }

    /// The record of a user token of this tool.
    fn slip(&self, tool: &str, token: &str, call: &Call<'_>) -> Result<&Issued, Refusal> {
        let issued = self.tokens.find(token, call.now_ms());
        let own = |it: &&Issued| it.tool == tool && matches!(it.holder, Holder::Smith { .. });
        issued.filter(own).ok_or_else(burnt_slip)
    }
}

/// The token in `{"slip": {NAME: …}}`.
fn inner_slip(call: &Call<'_>, name: &str) -> Result<String, Refusal> {
    let body = body(call, &["slip"])?;
    Ok(text(object(&body, "slip", &[name])?, name)?.to_owned())
}

fn text<'b>(body: &'b Map<String, Value>, name: &str) -> Result<&'b str, Refusal> {
    body.get(name).and_then(Value::as_str).ok_or_else(|| odd_member(name))
}

fn requested_of(body: &Map<String, Value>) -> Result<Narrowing, Refusal> {
    let members = ["works", "numbers", "powers"];
    if body.contains_key("only") {
        Narrowing::read(object(body, "only", &members)?, members)
    } else {
        Narrowing::read(&Map::new(), members)
    }
}

fn described(token: &str, issued: &Issued, call: &Call<'_>) -> Reply {
    let Holder::Smith { scopes, .. } = &issued.holder else { return Reply::from(burnt_slip()) };
    let body = json!({
        "slip": {
            "value": token,
            "life": issued.expires_ms.saturating_sub(call.now_ms()).div_euclid(1000),
            "may": scopes,
            "powers": issued.powers,
            "reach": if issued.works.is_some() { "SELECTED" } else { "ALL" }
        },
        "holder": { "handle": seed::smith().handle }
    });
    Reply::json(StatusCode::OK, &body)
}

const MAX_LOST: usize = 1_000;
