//! Names the shared library and keeps it in memory.

/// Raised when a program that was linked before would break; it is the number in the SONAME.
const ABI_VERSION: u32 = 0;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=APPMINT_ABI_VERSION={ABI_VERSION}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libappmint.so.{ABI_VERSION}");
        // Worker threads may still run when a host calls dlclose: their code must stay mapped.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
