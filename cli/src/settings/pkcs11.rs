//! A signer in an HSM or a smart card: `signer = "pkcs11:token=…;object=…?module-path=…&pin-source=file:…"`, a URI of
//! RFC 7512.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use appmint_core::{Error, ErrorKind, Result, auth::Signer};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as Pkcs11Error, RvError},
    mechanism::Mechanism,
    object::{Attribute, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    slot::{Slot, TokenInfo},
    types::AuthPin,
};
use percent_encoding::percent_decode_str;

use crate::files;

/// The scheme of the URI.
pub(super) const SCHEME: &str = "pkcs11";

/// A private key on a token.
pub(super) struct Pkcs11Signer {
    key: Key,
    /// The module, which is loaded when it is first needed.
    module: Mutex<Option<Pkcs11>>,
}

/// The place of a key, as a URI has it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Key {
    token: Option<String>,
    serial: Option<String>,
    object: Option<String>,
    id: Option<Vec<u8>>,
    module: PathBuf,
    /// The file with the PIN.
    pin: Option<PathBuf>,
}

impl Pkcs11Signer {
    /// The signer of a URI, without its scheme.
    pub(super) fn of(rest: &str) -> Result<Self> {
        Ok(Self { key: Key::parse(rest)?, module: Mutex::new(None) })
    }

    fn module(&self) -> Result<Pkcs11> {
        let mut module = self.module.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = &*module {
            return Ok(loaded.clone());
        }
        let path = self.key.module.display().to_string();
        let failed = |error| {
            failed(&format!("the PKCS #11 module {path} cannot be used"), error).advise(
                "Check `module-path`, and that it is a module for this machine. A program without a system's C library \
                 (the static build) loads none.",
            )
        };
        let loaded = Pkcs11::new(&self.key.module).map_err(failed)?;
        let threads = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        loaded.initialize(threads).map_err(failed)?;
        Ok(module.insert(loaded).clone())
    }

    fn slot(&self, module: &Pkcs11) -> Result<Slot> {
        let failed = |error| failed("the tokens cannot be listed", error);
        let mut found = Vec::new();
        for slot in module.get_slots_with_token().map_err(failed)? {
            let token = module.get_token_info(slot).map_err(failed)?;
            let is = |wanted: &Option<String>, name: &str| {
                wanted.as_ref().is_none_or(|it| it.trim_end() == name.trim_end())
            };
            let is_ready = token.token_initialized();
            if is_ready
                && is(&self.key.token, token.label())
                && is(&self.key.serial, token.serial_number())
            {
                found.push(slot);
            }
        }
        one(&found, "token").map_err(|error| {
            error.advise("`p11-kit list-modules` and `pkcs11-tool --list-slots` show the tokens. Is it plugged in?")
        })
    }

    fn login(&self, session: &Session, token: &TokenInfo) -> Result<()> {
        let Some(path) = &self.key.pin else { return Ok(()) };
        check_tries(token.user_pin_locked(), token.user_pin_final_try())?;
        let pin = AuthPin::new(files::read_secret(path)?.reveal().into());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Pkcs11Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(error) => Err(failed("the token refuses the PIN", error).advise(format!(
                "Correct the PIN in {} before the next attempt: a token locks itself after a few wrong ones.",
                path.display()
            ))),
        }
    }

    fn find(&self, session: &Session) -> Result<ObjectHandle> {
        let mut wanted = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        wanted.extend(self.key.object.iter().map(|it| Attribute::Label(it.as_bytes().to_vec())));
        wanted.extend(self.key.id.iter().map(|it| Attribute::Id(it.clone())));
        let found = session.find_objects(&wanted);
        let found = found.map_err(|error| failed("the token's keys cannot be listed", error))?;
        one(&found, "private key").map_err(|error| match self.key.pin {
            Some(_) => error.advise("Check `object` and `id`."),
            None => error.advise(
                "Give `pin-source=file:PATH`: without the PIN a token hides its private keys.",
            ),
        })
    }
}

impl Signer for Pkcs11Signer {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let module = self.module()?;
        let slot = self.slot(&module)?;
        let unusable = |error| failed("the token cannot be used", error);
        let session = module.open_ro_session(slot).map_err(unusable)?;
        self.login(&session, &module.get_token_info(slot).map_err(unusable)?)?;
        let key = self.find(&session)?;
        let signed = session.sign(&Mechanism::Sha256RsaPkcs, key, message);
        signed.map_err(|error| failed("the token did not sign", error))
    }
}

impl fmt::Debug for Pkcs11Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pkcs11Signer").field(&self.key).finish()
    }
}

impl Key {
    fn parse(rest: &str) -> Result<Self> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut key = Self::default();
        let parts = path.split(';').chain(query.split('&')).filter(|part| !part.is_empty());
        for part in parts {
            let (name, value) =
                part.split_once('=').ok_or_else(|| wrong("a part of it has no `=`"))?;
            key.read(name, percent_decode_str(value).collect())?;
        }
        if key.module.as_os_str().is_empty() {
            return Err(wrong("it names no `module-path`"));
        }
        if key.object.is_none() && key.id.is_none() {
            return Err(wrong("it names neither the key's `object` nor its `id`"));
        }
        Ok(key)
    }

    fn read(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        if name == "id" {
            self.id = Some(value);
            return Ok(());
        }
        let value = String::from_utf8(value).map_err(|_| wrong("a part of it is not UTF-8"))?;
        match name {
            "token" => self.token = Some(value),
            "serial" => self.serial = Some(value),
            "object" => self.object = Some(value),
            "type" if value == "private" => {}
            "module-path" => self.module = value.into(),
            "pin-source" => {
                let path = value.strip_prefix("file:").unwrap_or(&value);
                self.pin = Some(Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned());
            }
            "pin-value" => return Err(wrong("it holds a PIN: give `pin-source=file:PATH`")),
            _ => return Err(wrong(&format!("it has a part `{name}`"))),
        }
        Ok(())
    }
}

/// A wrong PIN in the file must not lock the token: git asks again and again.
fn check_tries(is_locked: bool, is_final_try: bool) -> Result<()> {
    if is_locked {
        return Err(callback("the token is locked after too many wrong PINs".to_owned())
            .advise("Whoever has the token's SO PIN or PUK can unlock it."));
    }
    if is_final_try {
        return Err(callback("the token takes one more PIN, and a wrong one locks it".to_owned())
            .advise("Log in by another program, such as `pkcs11-tool --login`: a right PIN resets the count."));
    }
    Ok(())
}

/// The only one of what was found.
fn one<T: Copy>(found: &[T], what: &str) -> Result<T> {
    match found {
        [one] => Ok(*one),
        [] => Err(callback(format!("no {what} is as the signer's URI says"))),
        _ => Err(callback(format!("{} {what}s are as the signer's URI says", found.len()))),
    }
}

fn wrong(complaint: &str) -> Error {
    Error::invalid(format!("the signer's PKCS #11 URI is not valid: {complaint}")).advise(
        "Write pkcs11:token=TOKEN;object=KEY?module-path=/PATH/MODULE.so&pin-source=file:/PATH/PIN (RFC 7512).",
    )
}

fn failed(what: &str, error: Pkcs11Error) -> Error {
    callback(what.to_owned()).caused_by(error)
}

fn callback(what: String) -> Error {
    Error::new(ErrorKind::Callback, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pin_is_left_to_a_person() {
        assert!(check_tries(false, false).is_ok());
        for (is_locked, is_final_try) in [(false, true), (true, false), (true, true)] {
            let error = check_tries(is_locked, is_final_try).unwrap_err();
            assert!(error.kind() == ErrorKind::Callback && error.hint().is_some());
        }
    }

    #[test]
    fn a_uri_names_the_key_and_the_module() {
        let key = Key::parse(
            "token=my%20token;id=%01%ff;type=private?module-path=/m.so&pin-source=file:/pin",
        )
        .unwrap();
        assert_eq!(
            (key.token.as_deref(), key.id.as_deref()),
            (Some("my token"), Some(&[1, 255][..]))
        );
        assert_eq!(
            (key.module.to_str(), key.pin.as_deref()),
            (Some("/m.so"), Some(Path::new("/pin")))
        );
        let message = |uri| Key::parse(uri).unwrap_err().to_string();
        assert!(message("object=a").contains("module-path"));
        assert!(message("token=a?module-path=/m").contains("neither"));
        assert!(message("object=a?module-path=/m&x=1").contains("`x`"));
        let pin = message("object=a?module-path=/m&pin-value=hunter2");
        assert!(pin.contains("pin-source") && !pin.contains("hunter2"));
    }
}
