//! A signer that is a callback of the program.

use std::{
    ffi::{c_int, c_void},
    fmt,
    mem::offset_of,
};

use appmint_core::{Error, ErrorKind, Result, auth::Signer};

use crate::{
    callback,
    sized::{self, Copied, SizedStruct},
};

/// Signs instead of a private key: a KMS, an HSM, or anything else that does not give the key away.
///
/// Set `size` to sizeof(appmint_signer). By it the library distinguishes programs that were built
/// with other versions of this header: a member that an older program lacks is NULL, and a newer
/// one's that the library does not know must be zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct appmint_signer {
    /// sizeof(appmint_signer)
    pub size: usize,
    /// The first argument of both functions.
    pub userdata: *mut c_void,
    /// Makes the RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256) over `message`.
    ///
    /// It writes to `signature`, which has room for `*signature_len` bytes, sets
    /// `*signature_len` to the number that it wrote, and returns 0. Any other number means that it
    /// failed: the call that needs the signature ends with APPMINT_ERROR_CALLBACK, and with the text
    /// of appmint_callback_failed if it says why. It runs on
    /// the library's threads, on several at once; it may block, and must not throw.
    pub sign: Option<
        unsafe extern "C" fn(
            userdata: *mut c_void,
            message: *const u8,
            message_len: usize,
            signature: *mut u8,
            signature_len: *mut usize,
        ) -> c_int,
    >,
    /// Called exactly once, on any thread, after the last call of `sign`. May be NULL.
    pub drop: Option<unsafe extern "C" fn(userdata: *mut c_void)>,
}

/// A signer that the library owns: dropping it calls the program's `drop`.
pub(crate) struct Callback(Copied<appmint_signer>);

// SAFETY: it begins with its size, and zeros are NULL pointers.
unsafe impl SizedStruct for appmint_signer {
    const NAMES: (&'static str, &'static str) = ("signer", "appmint_signer");
    const FIRST_SIZE: usize = offset_of!(Self, drop) + size_of::<usize>();
}

// SAFETY: the header demands that `sign` can be called on several threads at once, and `drop` on
// any; `userdata` has no other use.
unsafe impl Send for Callback {}
// SAFETY: as above.
unsafe impl Sync for Callback {}

impl Callback {
    /// Copies what `signer` points to. From then on `drop` will be called.
    pub(crate) fn take(signer: *const appmint_signer) -> Result<Self> {
        sized::read(signer).map(Self)
    }

    /// Refuses a signer that cannot sign, or should do more than sign.
    pub(crate) fn checked(self) -> Result<Self> {
        self.0.check()?;
        match self.0.value.sign {
            Some(_) => Ok(self),
            None => Err(Error::invalid("the signer's `sign` is NULL")),
        }
    }
}

impl Signer for Callback {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let sign = self.0.value.sign.ok_or_else(|| failed("is NULL"))?;
        let mut signature = vec![0; LONGEST_SIGNATURE];
        let mut len = signature.len();
        let (start, out) = (message.as_ptr(), signature.as_mut_ptr());
        let (code, failure) = callback::run(|| {
            // SAFETY: the pointers are valid for the lengths beside them.
            unsafe { sign(self.0.value.userdata, start, message.len(), out, &raw mut len) }
        });
        if code != 0 {
            return Err(callback::failed("the signer", &format!("returned {code}"), failure));
        }
        if len > signature.len() {
            return Err(failed(&format!("returned {len} bytes, more than its buffer holds")));
        }
        signature.truncate(len);
        Ok(signature)
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(drop) = self.0.value.drop {
            // SAFETY: this is its only owner, so this is the only call.
            unsafe { drop(self.0.value.userdata) };
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

fn failed(how: &str) -> Error {
    Error::new(ErrorKind::Callback, format!("the signer {how}"))
}

/// The length of a signature by an RSA key of 8192 bits.
const LONGEST_SIGNATURE: usize = 1024;
