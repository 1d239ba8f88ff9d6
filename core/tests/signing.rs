//! A signer that takes its time is called once for all who need a JWT.

mod common;

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use appmint_core::{App, Call, Error, ErrorKind, Result, auth::Signer};
use common::{sandbox, settings};

/// A signer that returns its signature when the test says so.
#[derive(Debug, Default)]
struct Slow {
    calls: AtomicUsize,
    is_open: Mutex<bool>,
    changed: Condvar,
    fails: bool,
}

impl Slow {
    fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.changed.notify_all();
    }

    /// Waits until it was called so often, or a moment in which it would have been.
    fn await_calls(&self, count: usize) {
        let is_open = self.is_open.lock().unwrap();
        let is_awaited = |_: &mut bool| self.calls.load(Ordering::SeqCst) < count;
        drop(self.changed.wait_timeout_while(is_open, Duration::from_millis(300), is_awaited));
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Signer for Slow {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>> {
        let mut is_open = self.is_open.lock().unwrap();
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_all();
        while !*is_open {
            is_open = self.changed.wait(is_open).unwrap();
        }
        if self.fails { Err(Error::new(ErrorKind::Callback, "no")) } else { Ok(vec![1; 256]) }
    }
}

fn app(signer: &Arc<Slow>) -> App {
    let sandbox = sandbox();
    let (mut settings, _) = settings(&sandbox);
    settings.private_key = None;
    settings.signer = Some(Arc::clone(signer) as _);
    settings.build().unwrap()
}

#[test]
fn sixty_four_callers_cause_one_signature() {
    let signer = Arc::new(Slow::default());
    let app = app(&signer);
    let tasks: Vec<_> = (0..64).map(|_| app.jwt()).collect();
    signer.await_calls(2);
    signer.open();
    let jwts: Vec<_> = tasks.into_iter().map(|task| task.wait().unwrap()).collect();
    assert!(jwts.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!((app.jwt().wait().unwrap(), signer.calls()), (jwts[0].clone(), 1));
}

#[test]
fn a_failed_signature_counts_for_those_who_waited_only() {
    let signer = Arc::new(Slow { fails: true, ..Slow::default() });
    let app = app(&signer);
    let tasks: Vec<_> = (0..8).map(|_| app.jwt()).collect();
    signer.await_calls(2);
    signer.open();
    for task in tasks {
        assert_eq!(task.wait().unwrap_err().kind(), ErrorKind::Callback);
    }
    let calls = signer.calls();
    assert!(calls < 8, "{calls} signatures for those who waited");
    assert_eq!(app.jwt().wait().unwrap_err().kind(), ErrorKind::Callback);
    assert_eq!(signer.calls(), calls + 1);
}

#[test]
fn a_caller_waits_for_the_signature_of_another_until_its_deadline() {
    let signer = Arc::new(Slow::default());
    let app = app(&signer);
    let first = app.jwt();
    signer.await_calls(1);
    let call = Call::get("/app").timeout(Duration::from_millis(500));
    let error = app.request(call).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Callback);
    assert!(error.message().contains("the signer"), "{error}");
    signer.open();
    assert!(first.wait().is_ok());
}

/// A signer that returns the same bytes whatever it is given.
#[derive(Debug)]
struct Fixed(Vec<u8>);

impl Signer for Fixed {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.clone())
    }
}

#[test]
fn a_signer_that_returns_text_or_another_algorithm_s_signature_is_named() {
    let base64 = format!("{}==\n", "A".repeat(342));
    for (signature, message) in [
        (base64.into_bytes(), "base64 text"),
        ("A".repeat(342).into_bytes(), "base64 text"),
        ("0f".repeat(256).into_bytes(), "hexadecimal text"),
        (vec![0x30; 71], "a signature of 71 bytes"),
        (vec![1; 64], "a signature of 64 bytes"),
    ] {
        let app = App::builder("github").app_id("1").signer(Arc::new(Fixed(signature)));
        let error = app.build().unwrap().jwt().wait().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
        assert!(error.message().contains(message), "{error}");
    }
}

#[test]
fn a_signer_that_never_returns_is_named_and_not_the_platform() {
    let signer = Arc::new(Slow::default());
    let app = App::builder("github")
        .app_id("1")
        .signer(Arc::clone(&signer) as Arc<dyn Signer>)
        .timeout(Duration::from_millis(300));
    let app = app.build().unwrap();
    for call in
        [app.jwt().wait().map(drop), app.installation("1").unwrap().token().wait().map(drop)]
    {
        let error = call.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Callback, "{error}");
        assert!(error.message().contains("the signer"), "{error}");
    }
    signer.open();
}
