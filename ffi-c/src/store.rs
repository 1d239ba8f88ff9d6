//! Where tokens live: a store between processes, which may be callbacks of the host program, and
//! memory in this one.

use std::{
    ffi::{c_char, c_int, c_void},
    fmt,
    mem::MaybeUninit,
    ptr,
    sync::Arc,
    time::Duration,
};

use appmint_core::{Error, ErrorKind, Result, Store, Timestamp};

use crate::{
    border::{self, answer, given, text},
    callback::{Userdata, appmint_drop},
    clock::millis,
    config::{appmint_config, set},
    error::{appmint_error, appmint_status},
    text::Text,
};

/// What a function of an appmint_store_callbacks returns when it did what it was asked for.
pub const APPMINT_STORE_YES: c_int = 0;
/// What it returns when the answer is no: there is no such value, another one is there, or another
/// one has the lock.
pub const APPMINT_STORE_NO: c_int = 1;

/// Where a store's `get` puts what it found: see appmint_bytes_put.
#[derive(Default)]
pub struct appmint_bytes(Option<Vec<u8>>);

/// A store of the program's own, where tokens live between processes; see
/// appmint_config_set_own_store.
///
/// It keeps bytes by name; what is in them is sealed, unless the app was told otherwise. Each
/// function returns APPMINT_STORE_YES, APPMINT_STORE_NO, or anything else when it failed: an
/// installation token is then minted without the store. They are called on threads of appmint's,
/// all of them on several at once; each may block for a moment, must not let a C++ exception out,
/// and may use what it is handed until it returns. Names and owners end with a NUL.
///
/// Set `size` to sizeof(appmint_store_callbacks): programs that were built with another version of
/// this header are told apart by it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_store_callbacks {
    /// sizeof(appmint_store_callbacks)
    pub size: usize,
    /// Hands the value of this name over with appmint_bytes_put; APPMINT_STORE_NO if there is none.
    pub get: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            value: *mut appmint_bytes,
        ) -> c_int,
    >,
    /// Puts a value in the place of `expected` (NULL: of nothing), in one step; APPMINT_STORE_NO if
    /// something else is there by now. After `keep_until_ms`, which may be APPMINT_NO_TIME, the
    /// value may be dropped.
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
    /// Takes a value away, in one step, if it is still `expected`.
    pub remove: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            expected: *const u8,
            expected_len: usize,
        ) -> c_int,
    >,
    /// Takes the lock of this name for an owner; APPMINT_STORE_NO while another one has it. It is
    /// free again after the lease, whatever became of the owner.
    pub lock: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            owner: *const c_char,
            lease_ms: u64,
        ) -> c_int,
    >,
    /// Gives the lock back, if it is still the owner's.
    pub unlock: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            name: *const c_char,
            owner: *const c_char,
        ) -> c_int,
    >,
}

/// Hands over what a store's `get` found, which is copied; once more, and it takes the place of what
/// was handed over before. To be called in `get` only.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_bytes_put(
    value: Option<&mut appmint_bytes>,
    bytes: *const c_void,
    bytes_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    answer(error, || {
        let found = border::bytes("bytes", bytes, bytes_len)?;
        given("value", value)?.0 = Some(found.to_vec());
        Ok(())
    })
}

/// Where tokens live between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS), with
/// "?prefix=" for the names (default "appmint:"). There may be a password in it: it is copied, and
/// zeroized when it is not needed any more. Needs a key (appmint_config_set_store_key), or
/// appmint_config_set_store_unencrypted.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store(
    config: Option<&mut appmint_config>,
    store: *const c_char,
    store_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.store = Some(text("store", store, store_len)?.into());
        Ok(())
    })
}

/// A store of the program's own, instead of one that appmint knows.
///
/// What `callbacks` points to is copied. `userdata`, which each of them is handed, is taken over:
/// `drop`, which may be NULL, is called with it exactly once, when neither the configuration nor an app
/// made of it needs it any more, and at once when this function fails.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_own_store(
    config: Option<&mut appmint_config>,
    callbacks: *const appmint_store_callbacks,
    userdata: *mut c_void,
    drop: appmint_drop,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    let userdata = Userdata::take(userdata, drop);
    set(config, error, |settings| {
        settings.own_store = Some(Arc::new(OwnStore::checked(callbacks, userdata)?));
        Ok(())
    })
}

/// Seals what is stored: 32 bytes in hexadecimal or base64. Copied, and zeroized when it is not needed
/// any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store_key(
    config: Option<&mut appmint_config>,
    store_key: *const c_char,
    store_key_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.store_key = Some(text("store_key", store_key, store_key_len)?.into());
        Ok(())
    })
}

/// A second key, for the time of a rotation: it opens what it has sealed. Copied, and zeroized when it
/// is not needed any more.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_previous_store_key(
    config: Option<&mut appmint_config>,
    previous_store_key: *const c_char,
    previous_store_key_len: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.previous_store_key =
            Some(text("previous_store_key", previous_store_key, previous_store_key_len)?.into());
        Ok(())
    })
}

/// Not 0: lets the store hold tokens as they are, for whoever reads it; default 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store_unencrypted(
    config: Option<&mut appmint_config>,
    store_unencrypted: c_int,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.store_unencrypted = store_unencrypted != 0;
        Ok(())
    })
}

/// How many tokens are held in memory; default 1000000. Beyond it those go that no source refers to.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_capacity(
    config: Option<&mut appmint_config>,
    capacity: usize,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    set(config, error, |settings| {
        settings.capacity = Some(capacity);
        Ok(())
    })
}

/// Callbacks, and what they are handed.
pub(crate) struct OwnStore {
    calls: appmint_store_callbacks,
    userdata: Userdata,
}

impl OwnStore {
    /// Refuses one that lacks a function.
    pub(crate) fn checked(
        calls: *const appmint_store_callbacks,
        userdata: Userdata,
    ) -> Result<Self> {
        if calls.is_null() {
            return Err(Error::invalid("callbacks is NULL"));
        }
        // SAFETY: the header demands a struct whose first member, its size, can be read.
        let size = unsafe { calls.cast::<usize>().read() };
        if size < size_of::<appmint_store_callbacks>() {
            return Err(Error::invalid(format!("callbacks has size {size}"))
                .advise("Set `size` to sizeof(appmint_store_callbacks)."));
        }
        // SAFETY: the struct is as large as it says, so it holds all that is read of it.
        let calls = unsafe { calls.read() };
        present("get", calls.get)?;
        present("put", calls.put)?;
        present("remove", calls.remove)?;
        present("lock", calls.lock)?;
        present("unlock", calls.unlock)?;
        Ok(Self { calls, userdata })
    }
}

impl Store for OwnStore {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let (get, name) = (present("get", self.calls.get)?, Text::from(name));
        let mut value = appmint_bytes::default();
        // SAFETY: the text ends with a NUL, and both live as long as the call.
        let code = unsafe { get(self.userdata.start(), start(&name), &raw mut value) };
        let is_there = answered("get", code)?;
        match value.0.filter(|_| is_there) {
            None if is_there => Err(failed("get", "handed nothing over")),
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
        let (put, name) = (present("put", self.calls.put)?, Text::from(name));
        let before = expected.map_or(ptr::null(), <[u8]>::as_ptr);
        let before_len = expected.map_or(0, <[u8]>::len);
        // SAFETY: the text ends with a NUL, the pointers are good for the lengths that go with
        // them, and all live as long as the call.
        let code = unsafe {
            put(
                self.userdata.start(),
                start(&name),
                value.as_ptr(),
                value.len(),
                before,
                before_len,
                millis(keep_until),
            )
        };
        answered("put", code)
    }

    fn remove(&self, name: &str, expected: &[u8]) -> Result<()> {
        let (remove, name) = (present("remove", self.calls.remove)?, Text::from(name));
        let (before, len) = (expected.as_ptr(), expected.len());
        // SAFETY: as for `put`.
        let code = unsafe { remove(self.userdata.start(), start(&name), before, len) };
        answered("remove", code).map(drop)
    }

    fn lock(&self, name: &str, owner: &str, lease: Duration) -> Result<bool> {
        let lock = present("lock", self.calls.lock)?;
        let (name, owner) = (Text::from(name), Text::from(owner));
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        // SAFETY: the texts end with a NUL, and live as long as the call.
        let code = unsafe { lock(self.userdata.start(), start(&name), start(&owner), lease_ms) };
        answered("lock", code)
    }

    fn unlock(&self, name: &str, owner: &str) -> Result<()> {
        let unlock = present("unlock", self.calls.unlock)?;
        let (name, owner) = (Text::from(name), Text::from(owner));
        // SAFETY: as for `lock`.
        let code = unsafe { unlock(self.userdata.start(), start(&name), start(&owner)) };
        answered("unlock", code).map(drop)
    }
}

impl fmt::Debug for OwnStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnStore")
    }
}

fn present<F>(name: &str, function: Option<F>) -> Result<F> {
    function.ok_or_else(|| Error::invalid(format!("the store's `{name}` is NULL")))
}

fn start(text: &Text) -> *const c_char {
    Text::pointer(Some(text))
}

fn answered(name: &str, code: c_int) -> Result<bool> {
    match code {
        APPMINT_STORE_YES => Ok(true),
        APPMINT_STORE_NO => Ok(false),
        code => Err(failed(name, &format!("returned {code}"))),
    }
}

fn failed(name: &str, how: &str) -> Error {
    Error::new(ErrorKind::Callback, format!("the store's `{name}` {how}"))
}
