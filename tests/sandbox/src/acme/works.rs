//! The works (repositories), and the access of tokens to them.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::refusals::wrong_hands;
use super::seats::Seat;
use super::tokens::Issued;
use super::{Acme, Call};
use crate::http::{Refusal, Reply};

#[derive(Clone)]
pub(super) struct Work {
    pub(super) number: u64,
    /// The holder's handle.
    pub(super) holder: String,
    pub(super) name: String,
    pub(super) hidden: bool,
}

impl Work {
    pub(super) fn json(&self) -> Value {
        json!({
            "work": { "number": self.number, "hidden": self.hidden },
            "title": { "short": self.name, "long": format!("{} of {}", self.name, self.holder) },
            "holder": { "handle": self.holder }
        })
    }
}

impl Acme {
    /// The works that the token can access.
    pub(super) fn works_of_grant(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (seat, issued) = self.seat_of(call)?;
        Ok(self.listed(|work| seat.reaches(work) && issued.reaches(work)))
    }

    pub(super) fn works_of_guild(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let (seat, issued) = self.seat_of(call)?;
        if seat.holder.handle != call.part(0) {
            return Err(wrong_hands());
        }
        Ok(self.listed(|work| seat.reaches(work) && issued.reaches(work)))
    }

    /// The works that both the smith and the tool can access; the sample smith can access all.
    pub(super) fn works_of_smith(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let issued = self.slip_of(call)?;
        let is_open = |it: &&Seat| it.tool == issued.tool && it.frozen_at.is_none();
        let open: Vec<_> = self.seats.iter().filter(is_open).collect();
        Ok(self.listed(|work| open.iter().any(|it| it.reaches(work)) && issued.reaches(work)))
    }

    fn listed(&self, is_seen: impl Fn(&Work) -> bool) -> Reply {
        let seen: Vec<_> = self.works.iter().filter(|it| is_seen(it)).map(Work::json).collect();
        Reply::json(StatusCode::OK, &json!({ "data": { "works": seen } }))
    }
}

impl Issued {
    fn reaches(&self, work: &Work) -> bool {
        self.works.as_ref().is_none_or(|numbers| numbers.contains(&work.number))
    }
}
