//! The core under a scheduler.

mod scheduler;
