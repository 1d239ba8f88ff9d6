//! Tells the linker that Node brings its symbols itself.

fn main() {
    napi_build::setup();
}
