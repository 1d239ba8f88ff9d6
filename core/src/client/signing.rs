//! The app's JWT: one signature for everybody who needs one.
//!
//! A signer may be a KMS that takes its time and counts its calls. So the first caller who needs a JWT
//! signs on its own thread, and the others wait for that signature. A failure counts for those who waited,
//! and the next caller signs again. Which signature serves whom is decided by the key and the clock that
//! it was made with: a remedy for a refused JWT changes one of them.

use std::{sync::Arc, time::Duration};

use super::{PlatformClient, identity::Circumstances};
use crate::{
    auth::jwt::is_reusable,
    error::{Error, ErrorKind, Result},
    tasks::{
        Deadline, PerProcess, Task, lock,
        sync::{ArcSwapOption, Mutex},
    },
    token::Token,
};

/// The JWT in memory, and the one that is being signed.
pub(super) struct Jwts {
    current: ArcSwapOption<Signed>,
    signing: PerProcess<Mutex<Option<Signing>>>,
}

struct Signed {
    jwt: Token,
    made_with: Circumstances,
}

struct Signing {
    task: Task<Token>,
    made_with: Circumstances,
}

impl Jwts {
    pub(super) fn new() -> Self {
        Self { current: ArcSwapOption::empty(), signing: PerProcess::default() }
    }

    pub(super) fn forget(&self) {
        self.current.store(None);
    }

    /// Forgets the JWT that was made in these circumstances, and no other.
    pub(super) fn forget_made_with(&self, made_with: Circumstances) {
        let current = self.current.load();
        if current.as_ref().is_some_and(|signed| signed.made_with == made_with) {
            self.current.compare_and_swap(&*current, None);
        }
    }
}

impl PlatformClient {
    /// The JWT in memory if it can be used again, else a new one. Waits at most until the deadline for
    /// another caller's signature; a signer of the program's own cannot be interrupted.
    pub(crate) fn new_jwt(&self, deadline: Deadline) -> Result<Token> {
        if let Some(jwt) = self.cached_jwt() {
            return Ok(jwt);
        }
        let made_with = self.api_circumstances();
        let signing = self.jwts.signing.get_or_default();
        let mut signing = lock(&signing);
        // A signature that was completed since the caller looked was stored under this lock.
        if let Some(jwt) = self.cached_jwt() {
            return Ok(jwt);
        }
        let is_shared = |it: &&Signing| it.made_with == made_with && !it.task.is_finished();
        if let Some(task) = signing.as_ref().filter(is_shared).map(|it| it.task.clone()) {
            drop(signing);
            let waited = task.wait_for(deadline.remaining());
            return waited.unwrap_or_else(|| Err(no_signature_in_time()));
        }
        let (task, completion) = Task::pending(Deadline::after(Duration::MAX));
        *signing = Some(Signing { task, made_with });
        drop(signing);
        let signed = self.sign(made_with);
        self.keep(&signed, made_with);
        completion.complete(&signed);
        signed
    }

    /// The JWT in memory, if it can be used again.
    pub(crate) fn cached_jwt(&self) -> Option<Token> {
        let signed = self.jwts.current.load();
        let Signed { jwt, made_with } = signed.as_deref()?;
        let lifetime = self.jwt_lifetime().ok()?;
        let now = self.api_circumstances();
        let is_current = made_with.signer == now.signer;
        let can_be_used = || is_reusable(jwt, lifetime, now.offset_ms, self.clock().reading());
        (is_current && can_be_used()).then(|| jwt.clone())
    }

    fn sign(&self, made_with: Circumstances) -> Result<Token> {
        let (signer, rules) = (self.jwt_signer_of(made_with)?, self.jwt_rules()?);
        rules.sign_for(&**signer, self.clock().reading(), made_with.offset_ms)
    }

    /// Keeps a JWT for the next caller, who will not wait for this signature any more.
    fn keep(&self, signed: &Result<Token>, made_with: Circumstances) {
        let signing = self.jwts.signing.get_or_default();
        let mut signing = lock(&signing);
        if let Ok(jwt) = signed {
            self.jwts.current.store(Some(Arc::new(Signed { jwt: jwt.clone(), made_with })));
        }
        if signing.as_ref().is_some_and(|it| it.made_with == made_with) {
            *signing = None;
        }
    }
}

fn no_signature_in_time() -> Error {
    Error::new(ErrorKind::Callback, "the signer returned no signature before the deadline")
        .advise("Raise `timeout`, or look at the signer: it is called once for all who wait.")
}
