//! The whole core under a scheduler: docs/simulation.md.

mod cache;
mod closing;
mod logins;
mod mints;
mod network;
mod platform;
mod process;
#[path = "../common/put_store.rs"]
mod put_store;
mod scheduler;
mod schedules;
mod sessions;
mod store;
mod world;
