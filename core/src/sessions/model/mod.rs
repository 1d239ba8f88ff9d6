//! A model checker for the rotation: two and three processes run the real state machine
//! ([`super::rotation::next`]) and the real judgement of an intent's age ([`super::moments`]) against
//! every behaviour of the store, the network, the platform and the clocks around them, within bounds.
//!
//! [`world`] is the state of everything, and [`canonical`] its form in which equal states are equal.
//! [`driver`] and [`writes`] carry a process's actions out as [`super::refresh`] does. [`environment`]
//! lists what may happen next, and [`transition`] lets it happen: a process may die or be slow at every
//! step, a write or a request may be late. [`checker`] visits every state that can be reached.
//! [`promises`] are compared with each step, and [`probe`] asks in each state whether the session goes on
//! once nothing fails any more. [`faults`] are mistakes of a driver, each of which must be found.
//! [`tests`] has the bounds.
//!
//! Time is counted in ticks of a minute. Ages that no rule can tell apart are equal, so the states are
//! finite in number although time is not bounded.

mod canonical;
mod checker;
mod clocks;
mod driver;
mod environment;
mod faults;
mod platform;
mod probe;
mod promises;
mod setup;
mod tests;
mod transition;
mod world;
mod writes;
