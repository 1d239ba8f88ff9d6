//! Names the shared library, keeps it in memory, and checks that it is built as it ships.

use std::env;

/// Raised when a program that was linked before would break; it is the number in the SONAME.
const ABI_VERSION: u32 = 0;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=APPMINT_ABI_VERSION={ABI_VERSION}");
    check_settings();
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libappmint.so.{ABI_VERSION}");
        // Worker threads may still run when a host calls dlclose: their code must stay mapped.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}

/// Refuses a build from another folder, for which cargo does not read `.cargo/config.toml`: the library would
/// build, and its first random number would take some 23 ms.
fn check_settings() {
    println!("cargo::rerun-if-env-changed={SETTING}");
    if env::var_os(SETTING).is_none() {
        println!(
            "cargo::error={SETTING} is not set: run cargo inside the repository, or with \
             `--config REPOSITORY/.cargo/config.toml`"
        );
    }
}

/// The variables that `.cargo/config.toml` sets for the build of aws-lc.
const SETTING: &str = "AWS_LC_SYS_NO_JITTER_ENTROPY";
