//! The `userdata` of the program's callbacks.

use std::ffi::c_void;

/// Called exactly once, on any thread, after the last call with this `userdata`.
pub type appmint_drop = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// A `userdata` that the library owns: dropping it calls the program's `drop`.
pub(crate) struct Userdata {
    start: *mut c_void,
    drop: appmint_drop,
}

// SAFETY: the header demands that callbacks can be called with it on several threads at once, and
// `drop` on any; it has no other use.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub(crate) fn take(start: *mut c_void, drop: appmint_drop) -> Self {
        Self { start, drop }
    }

    pub(crate) fn start(&self) -> *mut c_void {
        self.start
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(drop) = self.drop {
            // SAFETY: this is its only owner, so this is the only call.
            unsafe { drop(self.start) };
        }
    }
}
