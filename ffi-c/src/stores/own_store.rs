//! A store that the program implements.

use std::{
    ffi::{c_char, c_int, c_void},
    fmt,
    mem::{MaybeUninit, offset_of},
    ptr,
    time::Duration,
};

use appmint_core::{Error, ErrorKind, Result, Timestamp, store::Store};

use crate::{
    call::try_call,
    callback::{self, Failure, Userdata},
    convert::{self, required, time_ms},
    errors::{appmint_error, appmint_status},
    sized::{self, SizedStruct},
    text::Text,
};

/// The results of a store's functions.
#[repr(C)]
pub enum appmint_store_code {
    /// The function did its work.
    APPMINT_STORE_YES = 0,
    /// There is no such value, there is another value, or another owner has the lock.
    APPMINT_STORE_NO = 1,
}

/// Where a store's `get` puts the value that it found: see appmint_bytes_put.
#[derive(Default)]
pub struct appmint_bytes(Option<Vec<u8>>);

/// A store that the program implements, which keeps bytes by name, outside of the process. The
/// bytes are sealed with the app's store_key, unless store_unencrypted is set. A function that
/// fails, or that takes longer than five seconds or than its caller has time, causes an event
/// APPMINT_EVENT_STORE_FAILED: an installation token is then minted without the store, while the
/// calls of a session fail.
///
/// It is given to appmint_config_set_own_store. Each function returns APPMINT_STORE_YES,
/// APPMINT_STORE_NO, or any other number if it failed, for a reason that appmint_callback_failed
/// says. The functions run on the library's threads, on several at once. Each may block for a
/// moment, must not throw, and may use its arguments until it returns. Names and owners end with a
/// NUL.
///
/// Set `size` to sizeof(appmint_store_callbacks). By it the library distinguishes programs that
/// were built with other versions of this header: a member that an older program lacks is NULL, and
/// a newer one's that the library does not know must be zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_store_callbacks {
    /// sizeof(appmint_store_callbacks)
    pub size: usize,
    /// Returns the value of a name. APPMINT_STORE_NO if there is none.
    ///
    /// It passes the value to appmint_bytes_put.
    pub get: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            value: *mut appmint_bytes,
        ) -> c_int,
    >,
    /// Replaces a value, atomically, if it is still the expected one. APPMINT_STORE_NO if another
    /// value is there. `expected` is NULL to add a value only if there is none. The store may drop
    /// the value after `keep_until_ms`, a time of this machine's clock even if the app has another
    /// one, unless that is APPMINT_NO_TIME.
    pub put: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            value: *const u8,
            value_len: usize,
            expected: *const u8,
            expected_len: usize,
            keep_until_ms: i64,
        ) -> c_int,
    >,
    /// Removes a value, atomically, if it is still the expected one.
    pub remove: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            expected: *const u8,
            expected_len: usize,
        ) -> c_int,
    >,
    /// Takes a lock for an owner, atomically, unless another owner has it. The lock is free again
    /// after the lease, even if its owner has died. If the owner has it already, the lease begins
    /// anew. Leases are best measured by a clock that nobody sets: the store's own, or the time
    /// since the machine started.
    ///
    /// APPMINT_STORE_NO while another owner has the lock.
    pub lock: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            owner: *const c_char,
            lease_ms: u64,
        ) -> c_int,
    >,
    /// Releases a lock if the owner still has it.
    pub unlock: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            owner: *const c_char,
        ) -> c_int,
    >,
}

/// Hands the value that a store's `get` found to the library, which copies it. A second call
/// replaces the first. Only for use in `get`.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_bytes_put(
    value: Option<&mut appmint_bytes>,
    bytes: *const c_void,
    bytes_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    try_call(error, || {
        let found = convert::bytes("bytes", bytes, bytes_len)?;
        required("value", value)?.0 = Some(found.to_vec());
        Ok(())
    })
}

// SAFETY: it begins with its size, and zeros are NULL pointers.
unsafe impl SizedStruct for appmint_store_callbacks {
    const NAMES: (&'static str, &'static str) = ("callbacks", "appmint_store_callbacks");
    const FIRST_SIZE: usize = offset_of!(Self, unlock) + size_of::<usize>();
}

/// The program's callbacks and their `userdata`.
pub(crate) struct OwnStore {
    calls: appmint_store_callbacks,
    userdata: Userdata,
}

impl OwnStore {
    /// Refuses callbacks that lack a function, or have one that nobody would call.
    pub(crate) fn checked(
        calls: *const appmint_store_callbacks,
        userdata: Userdata,
    ) -> Result<Self> {
        let copied = sized::read(calls)?;
        copied.check()?;
        let calls = copied.value;
        function("get", calls.get)?;
        function("put", calls.put)?;
        function("remove", calls.remove)?;
        function("lock", calls.lock)?;
        function("unlock", calls.unlock)?;
        Ok(Self { calls, userdata })
    }
}

impl Store for OwnStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let (get, name) = (function("get", self.calls.get)?, Text::from(name));
        let mut value = appmint_bytes::default();
        let (code, failure) = callback::run(|| {
            // SAFETY: the text ends with a NUL, and both live as long as the call.
            unsafe { get(self.userdata.start(), start(&name), &raw mut value) }
        });
        let is_there = outcome("get", code, failure)?;
        match value.0.filter(|_| is_there) {
            None if is_there => Err(failed("get", "returned APPMINT_STORE_YES without a value")),
            found => Ok(found),
        }
    }

    fn put(
        &self,
        name: &str,
        value: &[u8],
        expected: Option<&[u8]>,
        keep_until: Option<Timestamp>,
    ) -> Result<bool> {
        let (put, name) = (function("put", self.calls.put)?, Text::from(name));
        let before = expected.map_or(ptr::null(), <[u8]>::as_ptr);
        let before_len = expected.map_or(0, <[u8]>::len);
        let (code, failure) = callback::run(|| {
            // SAFETY: the text ends with a NUL, the pointers are valid for the lengths beside
            // them, and all live as long as the call.
            unsafe {
                put(
                    self.userdata.start(),
                    start(&name),
                    value.as_ptr(),
                    value.len(),
                    before,
                    before_len,
                    time_ms(keep_until),
                )
            }
        });
        outcome("put", code, failure)
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        let (remove, name) = (function("remove", self.calls.remove)?, Text::from(name));
        let (before, len) = (expected.as_ptr(), expected.len());
        let (code, failure) = callback::run(|| {
            // SAFETY: as for `put`.
            unsafe { remove(self.userdata.start(), start(&name), before, len) }
        });
        outcome("remove", code, failure).map(drop)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let lock = function("lock", self.calls.lock)?;
        let (name, owner) = (Text::from(name), Text::from(owner));
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let (code, failure) = callback::run(|| {
            // SAFETY: the texts end with a NUL, and live as long as the call.
            unsafe { lock(self.userdata.start(), start(&name), start(&owner), lease_ms) }
        });
        outcome("lock", code, failure)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        let unlock = function("unlock", self.calls.unlock)?;
        let (name, owner) = (Text::from(name), Text::from(owner));
        let (code, failure) = callback::run(|| {
            // SAFETY: as for `lock`.
            unsafe { unlock(self.userdata.start(), start(&name), start(&owner)) }
        });
        outcome("unlock", code, failure).map(drop)
    }
}

impl fmt::Debug for OwnStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnStore")
    }
}

fn function<F>(name: &str, function: Option<F>) -> Result<F> {
    function.ok_or_else(|| Error::invalid(format!("the store's `{name}` is NULL")))
}

fn start(text: &Text) -> *const c_char {
    Text::pointer(Some(text))
}

fn outcome(name: &str, code: c_int, failure: Option<Failure>) -> Result<bool> {
    const YES: c_int = appmint_store_code::APPMINT_STORE_YES as c_int;
    const NO: c_int = appmint_store_code::APPMINT_STORE_NO as c_int;
    match code {
        YES => Ok(true),
        NO => Ok(false),
        code => Err(callback::failed(&named(name), &format!("returned {code}"), failure)),
    }
}

fn failed(name: &str, how: &str) -> Error {
    Error::new(ErrorKind::Callback, format!("{} {how}", named(name)))
}

fn named(name: &str) -> String {
    format!("the store's `{name}`")
}
