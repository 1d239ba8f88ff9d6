//! The rings (webhook deliveries) of a tool: listed in pages, and redelivered.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::paging::leaf;
use super::refusals::nowhere;
use super::tools::Tool;
use super::{Acme, Call, done, rfc3339};
use crate::http::{Refusal, Reply};

#[derive(Clone)]
pub(super) struct Ring {
    number: u64,
    slip: String,
    at_ms: i64,
    again: bool,
    answer: u16,
    what: String,
}

/// Sixty rings, newest first; every tenth failed.
pub(super) fn seeded() -> Vec<Ring> {
    (1..=60)
        .rev()
        .map(|number| Ring {
            number: 7_000 + number,
            slip: format!("ring-{number:04}"),
            at_ms: FIRST_MS + i64::try_from(number).unwrap_or_default() * 60_000,
            again: false,
            answer: if number % 10 == 0 { 503 } else { 200 },
            what: if number % 2 == 0 { "hammered" } else { "nailed" }.to_owned(),
        })
        .collect()
}

impl Acme {
    pub(super) fn list_rings(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let rings = &self.calling_tool(call)?.rings;
        let shown: Vec<_> = leaf(rings, RINGS_ON_A_LEAF, call)?.map(Ring::json).collect();
        Ok(Reply::json(StatusCode::OK, &json!({ "data": { "rings": shown } })))
    }

    pub(super) fn get_ring(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let ring = ring_of_path(self.calling_tool(call)?, call)?;
        Ok(Reply::json(StatusCode::OK, &ring.whole_json()))
    }

    /// Redelivers an event with the same slip and a new number. The redelivery succeeds.
    pub(super) fn ring_again(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let tool = self.calling_tool_mut(call)?;
        let ring = ring_of_path(tool, call)?.clone();
        let newest = tool.rings.first().map_or(ring.number, |it| it.number);
        let again =
            Ring { number: newest + 1, at_ms: call.now_ms(), again: true, answer: 200, ..ring };
        tool.rings.insert(0, again);
        Ok(done(StatusCode::ACCEPTED))
    }
}

fn ring_of_path<'t>(tool: &'t Tool, call: &Call<'_>) -> Result<&'t Ring, Refusal> {
    let ring = tool.rings.iter().find(|it| it.number.to_string() == call.part(0));
    ring.ok_or_else(nowhere)
}

impl Ring {
    fn json(&self) -> Value {
        json!({
            "ring": {
                "number": self.number,
                "slip": self.slip,
                "what": self.what,
                "how": "twice",
                "at": rfc3339(self.at_ms),
                "again": self.again
            },
            "answer": {
                "word": if self.answer < 400 { "heard" } else { "shut" },
                "number": self.answer
            },
            "seat": { "number": 14 },
            "work": { "number": 501 }
        })
    }

    /// The ring with its request and its response.
    fn whole_json(&self) -> Value {
        let mut json = self.json();
        json["letter"] = json!({
            "headers": { "Acme-What": self.what, "Acme-Slip": self.slip },
            "body": { "what": { "happened": self.what }, "seat": { "number": 14 } }
        });
        json["answer"]["body"] = json!("ding");
        json
    }
}

const RINGS_ON_A_LEAF: usize = 25;
/// 2026-01-01T00:00:00Z
const FIRST_MS: i64 = 1_767_225_600_000;
