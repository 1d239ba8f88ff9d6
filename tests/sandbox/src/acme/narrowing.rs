//! Narrowed tokens: some of the works (repositories), some of the powers (permissions).

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Acme;
use super::powers::{Powers, covers};
use super::refusals::{impossible, odd_member};
use super::seats::Seat;
use super::works::Work;
use crate::http::Refusal;

pub(super) struct Narrowing {
    names: Option<Vec<String>>,
    numbers: Option<Vec<u64>>,
    powers: Option<Powers>,
}

/// The narrowed powers and works of a seat.
pub(super) struct Narrowed {
    pub(super) powers: Powers,
    /// `None` for all works.
    pub(super) works: Option<Vec<u64>>,
}

impl Narrowing {
    /// Reads the members for names, numbers and powers. A member that is present must not be empty.
    pub(super) fn read(body: &Map<String, Value>, members: [&str; 3]) -> Result<Self, Refusal> {
        let [names, numbers, powers] = members;
        let narrowing = Self {
            names: member(body, names, Vec::len)?,
            numbers: member(body, numbers, Vec::len)?,
            powers: member(body, powers, |_: &Powers| 1)?,
        };
        let asks_for_none = narrowing.powers.as_ref().is_some_and(Powers::is_empty);
        if asks_for_none { Err(odd_member(powers)) } else { Ok(narrowing) }
    }

    fn is_of_works(&self) -> bool {
        self.names.is_some() || self.numbers.is_some()
    }

    fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    fn numbers(&self) -> &[u64] {
        self.numbers.as_deref().unwrap_or_default()
    }
}

/// A member of the required type; a list has one to three items.
fn member<T: DeserializeOwned>(
    body: &Map<String, Value>,
    name: &str,
    size: impl Fn(&T) -> usize,
) -> Result<Option<T>, Refusal> {
    let Some(value) = body.get(name) else { return Ok(None) };
    let read: T = serde_json::from_value(value.clone()).map_err(|_| odd_member(name))?;
    match size(&read) {
        0 => Err(odd_member(name)),
        1..=MAX_WORKS => Ok(Some(read)),
        _ => Err(impossible("too_many_works", &format!("{name} names at most {MAX_WORKS}"))),
    }
}

impl Acme {
    pub(super) fn narrowed(&self, seat: &Seat, requested: &Narrowing) -> Result<Narrowed, Refusal> {
        Ok(Narrowed { works: self.picked(seat, requested)?, powers: allowed(seat, requested)? })
    }

    fn picked(&self, seat: &Seat, requested: &Narrowing) -> Result<Option<Vec<u64>>, Refusal> {
        let reached: Vec<&Work> = self.works.iter().filter(|it| seat.reaches(it)).collect();
        let named = |name: &String| reached.iter().any(|it| it.name == *name);
        let numbered = |number: &u64| reached.iter().any(|it| it.number == *number);
        if !requested.names().iter().all(named) || !requested.numbers().iter().all(numbered) {
            return Err(impossible("no_such_work", "the seat does not reach one of these works"));
        }
        let picks = |it: &&&Work| {
            requested.names().contains(&it.name) || requested.numbers().contains(&it.number)
        };
        let picked = || reached.iter().filter(picks).map(|it| it.number).collect();
        Ok(requested.is_of_works().then(picked))
    }
}

fn allowed(seat: &Seat, requested: &Narrowing) -> Result<Powers, Refusal> {
    match &requested.powers {
        None => Ok(seat.powers.clone()),
        Some(powers) if covers(&seat.powers, powers) => Ok(powers.clone()),
        Some(_) => Err(impossible("no_such_power", "the seat was not given one of these powers")),
    }
}

const MAX_WORKS: usize = 3;
