//! What a callback of the host program is handed, and when that is not needed any more.

use std::ffi::c_void;

/// Called exactly once, on any thread, when nothing will be called with this `userdata` any more.
pub type appmint_drop = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// A `userdata`, taken over: dropping it calls the host's `drop`.
pub(crate) struct Userdata {
    start: *mut c_void,
    drop: appmint_drop,
}

// SAFETY: the header demands that callbacks can be called with it on several threads at once, and
// `drop` on any; nothing else is done with it.
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
            // SAFETY: this is the one owner of it, so it is called once.
            unsafe { drop(self.start) };
        }
    }
}
