//! What is done with bytes from outside, one function for each place at which they come in.
//!
//! libFuzzer calls these (`fuzz/src/main.rs`), and so does a test of the core with a fixed number of
//! mutations of the seeds (`core/tests/fuzz_targets.rs`). A target fails by a panic: its own, where a promise is broken, or
//! the core's, which tasks report as an error of kind `internal`.

mod apps;
mod calls;
mod replies;
mod stores;
mod values;

/// Panics where a promise is broken.
pub(crate) type Target = fn(&[u8]);

/// A target by its name, which is the name of its folder of seeds.
pub(crate) const TARGETS: [(&str, Target); 10] = [
    ("callbacks", calls::callbacks),
    ("descriptors", values::descriptors),
    ("forms", replies::forms),
    ("keys", values::keys),
    ("links", replies::links),
    ("paths", calls::paths),
    ("records", stores::records),
    ("replies", replies::replies),
    ("times", values::times),
    ("webhooks", values::webhooks),
];
