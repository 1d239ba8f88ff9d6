//! The seats (installations) of a tool: listed, looked up, frozen (suspended) and left (deleted).

use hyper::StatusCode;
use serde_json::{Value, json};

use super::paging::leaf;
use super::powers::Powers;
use super::refusals::{body, no_seat, odd_member};
use super::tools::Tool;
use super::works::Work;
use super::{Acme, Call, done, rfc3339, seed};
use crate::http::{Refusal, Reply};

pub(super) struct Seat {
    pub(super) id: String,
    /// The id of the installed tool.
    pub(super) tool: String,
    pub(super) holder: Holder,
    pub(super) reach: Reach,
    pub(super) powers: Powers,
    pub(super) frozen_at: Option<String>,
}

/// The account on which the tool is installed.
pub(super) struct Holder {
    pub(super) kind: Kind,
    pub(super) handle: String,
    pub(super) title: String,
    pub(super) key: String,
    /// The key of the holder's place.
    pub(super) place: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Guild,
    Smith,
    Cartel,
}

/// The works of the holder that a seat can access.
pub(super) enum Reach {
    All,
    Selected(Vec<u64>),
}

impl Reach {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Selected(_) => "SELECTED",
        }
    }
}

impl Seat {
    pub(super) fn reaches(&self, work: &Work) -> bool {
        work.holder == self.holder.handle
            && match &self.reach {
                Reach::All => true,
                Reach::Selected(numbers) => numbers.contains(&work.number),
            }
    }

    /// Whether the holder has this handle, or this key or place key.
    pub(super) fn is_of(&self, handle: Option<&str>, key: Option<&str>) -> bool {
        let Holder { handle: own, key: own_key, place, .. } = &self.holder;
        handle.is_some_and(|it| it == own) || key.is_some_and(|it| it == own_key || it == place)
    }

    pub(super) fn json(&self, tool: &Tool) -> Value {
        json!({
            "seat": {
                "number": number(&self.id),
                "holder": {
                    "handle": self.holder.handle,
                    "title": self.holder.title,
                    "key": self.holder.key
                },
                "place": { "key": self.holder.place },
                "reach": { "of": self.reach.name() },
                "powers": { "given": self.powers },
                "hears": heard(&tool.hears),
                "times": { "taken": TAKEN_AT, "moved": MOVED_AT, "frozen": self.frozen_at }
            },
            "tool": { "key": tool.id, "slug": tool.slug }
        })
    }
}

/// Ids made of digits are written as numbers.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}

/// The first event as its name, the others as JSON objects in strings: a list in mixed forms, as real platforms have them.
fn heard(events: &[String]) -> Vec<String> {
    let written = |(at, name): (usize, &String)| {
        if at == 0 { name.clone() } else { json!({ "kind": { "name": name } }).to_string() }
    };
    events.iter().enumerate().map(written).collect()
}

impl Acme {
    pub(super) fn list_seats(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.calling_tool(call)?;
        let own: Vec<_> = self.seats.iter().filter(|it| it.tool == tool.id).collect();
        let all: Vec<_> = leaf(&own, SEATS_ON_A_LEAF, call)?.map(|it| it.json(tool)).collect();
        let body = json!({ "data": { "seats": { "all": all, "count": own.len() } } });
        Ok(Reply::json(StatusCode::OK, &body))
    }

    pub(super) fn get_seat(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.found_seat(call, |seat| seat.id == call.part(0))
    }

    pub(super) fn guild_seat(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.seat_of_holder(call, Kind::Guild)
    }

    pub(super) fn smith_seat(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.seat_of_holder(call, Kind::Smith)
    }

    pub(super) fn cartel_seat(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        self.seat_of_holder(call, Kind::Cartel)
    }

    /// In the path, the work comes before its holder.
    pub(super) fn work_seat(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let named = |it: &&Work| it.name == call.part(0) && it.holder == call.part(1);
        let work = self.works.iter().find(named);
        self.found_seat(call, |seat| work.is_some_and(|work| seat.reaches(work)))
    }

    fn seat_of_holder(&self, call: &Call<'_>, kind: Kind) -> Result<Reply, Refusal> {
        let meant = |it: &Seat| it.holder.kind == kind && it.holder.handle == call.part(0);
        self.found_seat(call, meant)
    }

    fn found_seat(
        &self,
        call: &Call<'_>,
        is_meant: impl Fn(&Seat) -> bool,
    ) -> Result<Reply, Refusal> {
        let tool = self.calling_tool(call)?;
        let own = |it: &&Seat| it.tool == tool.id && is_meant(it);
        let seat = self.seats.iter().find(own).ok_or_else(no_seat)?;
        Ok(Reply::json(StatusCode::OK, &seat.json(tool)))
    }

    pub(super) fn freeze_seat(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.own_seat(call)?.id.clone();
        if body(call, &["how"])?.get("how") != Some(&json!("hard")) {
            return Err(odd_member("how"));
        }
        self.set_frozen(&id, Some(rfc3339(call.now_ms())))
    }

    pub(super) fn thaw_seat(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.own_seat(call)?.id.clone();
        self.set_frozen(&id, None)
    }

    fn set_frozen(&mut self, id: &str, at: Option<String>) -> Result<Reply, Refusal> {
        let seat = self.seats.iter_mut().find(|it| it.id == id).ok_or_else(no_seat)?;
        seat.frozen_at = at;
        Ok(done(StatusCode::OK))
    }

    pub(super) fn leave_seat(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let id = self.own_seat(call)?.id.clone();
        self.leave(&id);
        Ok(done(StatusCode::OK))
    }

    pub(super) fn leave(&mut self, id: &str) {
        self.seats.retain(|it| it.id != id);
        self.tokens.forget_seat(id);
    }

    /// Installs a tool on the sample smith, unless it is installed already.
    pub(super) fn take_seat(&mut self, tool: &str) -> String {
        let smith = seed::smith();
        let own = |it: &&Seat| it.tool == tool && it.is_of(Some(&smith.handle), None);
        if let Some(seat) = self.seats.iter().find(own) {
            return seat.id.clone();
        }
        let numbers = self.seats.iter().filter_map(|it| it.id.parse::<u64>().ok());
        let id = (numbers.max().unwrap_or_default() + 1).to_string();
        self.seats.push(Seat { tool: tool.to_owned(), ..seed::seat(&id, smith) });
        id
    }

    /// The seat in the path, if it is one of the calling tool's.
    pub(super) fn own_seat(&self, call: &Call<'_>) -> Result<&Seat, Refusal> {
        let (tool, wanted) = (self.tool_of(call)?, call.part(0));
        let own = |it: &&Seat| it.tool == tool && it.id == wanted;
        self.seats.iter().find(own).ok_or_else(no_seat)
    }
}

const SEATS_ON_A_LEAF: usize = 40;
const TAKEN_AT: &str = "2026-01-02T03:04:05Z";
/// 2026-02-03T04:05:06Z with an offset.
const MOVED_AT: &str = "2026-02-02T23:05:06-05:00";
