//! The sample data: a tool with seats on two guilds, a smith and a cartel, and a frozen one.

use super::bell::Bell;
use super::powers::Level::{Full, Own, Peek};
use super::powers::{Powers, powers};
use super::rings;
use super::seats::{Holder, Kind, Reach, Seat};
use super::tools::Tool;
use super::works::Work;

pub(super) fn tool() -> Tool {
    Tool {
        slug: "hammer".to_owned(),
        title: "The Hammer".to_owned(),
        // Made of digits, so that `iss` has to be an integer.
        client_id: "8675309".to_owned(),
        // Every special character in it has to be encoded.
        client_secret: "s3cr3t+with/odd:signs&ü".to_owned(),
        powers: given(),
        hears: vec!["hammered".to_owned(), "nailed".to_owned()],
        bell: Bell::at("https://example.com/bell"),
        rings: rings::seeded(),
        ..Tool::new("tool-5")
    }
}

/// The person who can log in.
pub(super) fn smith() -> Holder {
    holder(Kind::Smith, "wayland", "Wayland the Smith", "h-21")
}

pub(super) fn seats() -> Vec<Seat> {
    vec![
        seat("14", holder(Kind::Guild, "tinkers", "The Tinkers", "h-14")),
        Seat {
            reach: Reach::Selected(vec![601, 602]),
            powers: powers([("read.code", Peek)]),
            ..seat("seat-b", holder(Kind::Guild, "tailors", "The Tailors", "h-15"))
        },
        seat("21", smith()),
        Seat {
            powers: powers([("count.coins", Own)]),
            ..seat("33", holder(Kind::Cartel, "night-market", "The Night Market", "h-33"))
        },
        Seat {
            frozen_at: Some(FROZEN_AT.to_owned()),
            ..seat("40", holder(Kind::Guild, "sleepers", "The Sleepers", "h-40"))
        },
    ]
}

pub(super) fn works() -> Vec<Work> {
    [
        (501, "tinkers", "kettle", true),
        (502, "tinkers", "lantern", true),
        (503, "tinkers", "music-box", false),
        (504, "tinkers", "clockwork-owl", true),
        (601, "tailors", "cloak", true),
        (602, "tailors", "glove", true),
        (603, "tailors", "needle", true),
        (701, "wayland", "sword", false),
        (801, "sleepers", "pillow", true),
    ]
    .map(|(number, holder, name, hidden)| Work {
        number,
        holder: holder.to_owned(),
        name: name.to_owned(),
        hidden,
    })
    .to_vec()
}

/// A seat of the sample tool that can access all works.
pub(super) fn seat(id: &str, holder: Holder) -> Seat {
    Seat {
        id: id.to_owned(),
        tool: "tool-5".to_owned(),
        holder,
        reach: Reach::All,
        powers: given(),
        frozen_at: None,
    }
}

/// Sets the number of additional seats, which are there for tests of pagination.
pub(super) fn pad(seats: &mut Vec<Seat>, count: u64) {
    seats.retain(|it| !it.id.starts_with(PADDING));
    seats.extend((1..=count).map(|number| {
        let handle = format!("guild-{number:05}");
        let title = format!("Guild {number}");
        let holder = holder(Kind::Guild, &handle, &title, &format!("h-p{number}"));
        seat(&format!("{PADDING}{number}"), holder)
    }));
}

fn holder(kind: Kind, handle: &str, title: &str, key: &str) -> Holder {
    Holder {
        kind,
        handle: handle.to_owned(),
        title: title.to_owned(),
        key: key.to_owned(),
        place: key.replacen("h-", "place-", 1),
    }
}

fn given() -> Powers {
    powers([("read.code", Full), ("ring.bells", Peek), ("write.notes", Own)])
}

pub(super) const FROZEN_AT: &str = "2026-03-04T05:06:07Z";
const PADDING: &str = "seat-p";
