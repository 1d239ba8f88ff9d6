//! The whole core under a scheduler: docs/simulation.md.

mod cache;
mod closing;
mod logins;
mod mints;
mod network;
mod platform;
mod process;
mod scheduler;
mod schedules;
mod sessions;
mod store;
mod world;
