//! Grants (installation tokens) and tool tokens: minting and revocation.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::auth::token;
use super::narrowing::{Narrowed, Narrowing};
use super::refusals::{body, fault, frozen, no_token, odd_member, wrong_hands};
use super::seats::Seat;
use super::tokens::{Holder, Issued};
use super::works::Work;
use super::{Acme, Call, done};
use crate::http::{Refusal, Reply};
use crate::secrets;

impl Acme {
    pub(super) fn mint(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let seat = self.own_seat(call)?;
        if seat.frozen_at.is_some() {
            return Err(frozen());
        }
        let requested = Narrowing::read(&body(call, &NARROWING)?, NARROWING)?;
        let narrowed = self.narrowed(seat, &requested)?;
        let mut granted = self.seat_json(seat, &narrowed);
        let (holder, tool) = (Holder::Seat(seat.id.clone()), seat.tool.clone());
        self.grant(&mut granted, holder, tool, narrowed, call);
        Ok(Reply::json(StatusCode::CREATED, &json!({ "grant": granted })))
    }

    /// A token for the tool itself, which cannot be narrowed.
    pub(super) fn mint_for_tool(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.calling_tool(call)?;
        body(call, &[])?;
        let (id, powers) = (tool.id.clone(), tool.powers.clone());
        let mut granted = json!({ "powers": powers });
        self.grant(&mut granted, Holder::Tool, id, Narrowed { powers, works: None }, call);
        Ok(Reply::json(StatusCode::CREATED, &json!({ "grant": granted })))
    }

    fn seat_json(&self, seat: &Seat, narrowed: &Narrowed) -> Value {
        let reach = narrowed.works.as_ref().map_or_else(|| seat.reach.name(), |_| "SELECTED");
        let mut granted = json!({ "powers": narrowed.powers, "reach": { "of": reach } });
        if let Some(numbers) = &narrowed.works {
            let picked = self.works.iter().filter(|it| numbers.contains(&it.number));
            granted["works"] = picked.map(Work::json).collect();
        }
        granted
    }

    /// Issues the token and adds it to the reply.
    fn grant(
        &mut self,
        granted: &mut Value,
        holder: Holder,
        tool: String,
        Narrowed { powers, works }: Narrowed,
        call: &Call<'_>,
    ) {
        let life_ms = self.deviations.installation_token_life_ms;
        let issued = Issued { powers, works, ..Issued::new(holder, tool, life_ms, call.context) };
        let token = secrets::alphanumeric("acs.", 32);
        granted["secret"] = json!({ "value": token });
        granted["until"] = json!(issued.expires_ms.div_euclid(1000));
        self.tokens.keep(&token, issued);
    }

    /// Revokes the token of the request. A token that is no longer valid is a conflict.
    pub(super) fn return_grant(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let token = token(call)?;
        if body(call, &["now"])?.get("now") != Some(&json!(true)) {
            return Err(odd_member("now"));
        }
        if !token.starts_with("acs.") {
            return Err(wrong_hands());
        }
        if self.tokens.is_early(token, call.now_ms()) {
            return Err(no_token());
        }
        let was_alive = self.tokens.find(token, call.now_ms()).is_some();
        self.tokens.forget(token);
        let nothing_left = || fault(StatusCode::CONFLICT, "nothing_left", "that grant has ended");
        was_alive.then(|| done(StatusCode::OK)).ok_or_else(nothing_left)
    }
}

const NARROWING: [&str; 3] = ["only_works", "only_numbers", "only_powers"];
