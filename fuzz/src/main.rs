//! libFuzzer around one target, which `FUZZ_TARGET` names; libFuzzer reads the arguments.

#![no_main]

use std::sync::LazyLock;

#[path = "../targets/mod.rs"]
mod targets;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = targets::TARGETS.iter().find(|(target, _)| *target == name);
    let names: Vec<_> = targets::TARGETS.iter().map(|(target, _)| *target).collect();
    found.unwrap_or_else(|| panic!("FUZZ_TARGET must be one of {}", names.join(", "))).1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| (*TARGET)(data));
