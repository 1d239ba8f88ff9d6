//! Where tokens are kept between processes.

pub mod own_store;

use std::{
    ffi::{c_char, c_int, c_void},
    sync::Arc,
};

use crate::{
    callback::{Userdata, appmint_drop},
    convert::text,
    settings::{appmint_config, set},
    stores::own_store::{OwnStore, appmint_store_callbacks},
};

/// Where tokens live between processes: "sqlite:FILE", "redis://..." or "rediss://..." (TLS);
/// "memory:" keeps them in this process. A Redis URL may have "?prefix=" for the names of its keys
/// (default "appmint:") and "?wait_replicas=N" for writes that count only once N replicas have them
/// (default 0). It may hold a password, and is treated as a secret. A store that other processes
/// can read needs store_key or store_unencrypted. If the store fails, installation tokens are
/// minted as without it, while the calls of a session fail. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store(
    config: Option<&mut appmint_config>,
    store: *const c_char,
    store_len: usize,
) {
    set(config, |settings| {
        settings.store = Some(text("store", store, store_len)?.into());
        Ok(())
    });
}

/// The key that seals stored tokens and authorizations: 32 bytes in hexadecimal or base64. "openssl
/// rand -hex 32" makes one.
///
/// "keychain:NAME" takes the key of that name from the system's keychain: that of macOS or Windows,
/// where it is made if it is missing, or the kernel's keyring on Linux, where somebody puts it. A
/// key that has sealed records and was deleted is not made anew. Whoever builds the app waits for
/// the keychain, until timeout at most, while a person may be asked to unlock it. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store_key(
    config: Option<&mut appmint_config>,
    store_key: *const c_char,
    store_key_len: usize,
) {
    set(config, |settings| {
        settings.store_key = Some(text("store_key", store_key, store_key_len)?.into());
        Ok(())
    });
}

/// The previous key during a rotation of store_key. It opens what it has sealed, and seals nothing.
/// "keychain:NAME" is one that the keychain has already. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_previous_store_key(
    config: Option<&mut appmint_config>,
    previous_store_key: *const c_char,
    previous_store_key_len: usize,
) {
    set(config, |settings| {
        settings.previous_store_key =
            Some(text("previous_store_key", previous_store_key, previous_store_key_len)?.into());
        Ok(())
    });
}

/// Whether the store holds tokens without encryption, readable for everybody who can read the store
/// (not 0, or 0). Default: 0.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_store_unencrypted(
    config: Option<&mut appmint_config>,
    store_unencrypted: c_int,
) {
    set(config, |settings| {
        settings.store_unencrypted = store_unencrypted != 0;
        Ok(())
    });
}

/// A store that the program implements, instead of one of the library's. The struct is copied.
/// `userdata`, the first argument of each callback, passes to the library. `drop`, which may be
/// NULL, is called exactly once: when neither the configuration nor an app that was made with it
/// needs `userdata`, or at once if the store is refused. Default: none.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_own_store(
    config: Option<&mut appmint_config>,
    callbacks: *const appmint_store_callbacks,
    userdata: *mut c_void,
    drop: appmint_drop,
) {
    let store = OwnStore::checked(callbacks, Userdata::take(userdata, drop));
    set(config, |settings| {
        settings.own_store = Some(Arc::new(store?));
        Ok(())
    });
}

/// How many tokens are held in memory; at least 1. Beyond it, tokens are dropped that no source
/// refers to. Default: 1 000 000.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_config_set_capacity(
    config: Option<&mut appmint_config>,
    capacity: usize,
) {
    set(config, |settings| {
        settings.capacity = Some(capacity);
        Ok(())
    });
}
