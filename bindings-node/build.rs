//! Tells the linker that the Node process provides Node's symbols.

fn main() {
    napi_build::setup();
}
