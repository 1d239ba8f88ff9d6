//! A child of a fork mints, whatever its parent's threads were doing at that moment.

#![cfg(unix)]

mod common;

use std::{
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use appmint_core::{App, Call};
use common::{sandbox, settings};

/// Forks; the child does its work and ends without anything else. Answers whether it went well
/// within the time it was given.
fn in_child(seconds: u64, work: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs `work` and leaves by `_exit`; glibc keeps its allocator usable there.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no process could be made");
    if child == 0 {
        let code = i32::from(!work());
        // SAFETY: ends this process, which has nothing to clean up.
        unsafe { libc::_exit(code) };
    }
    let give_up = Instant::now() + Duration::from_secs(seconds);
    loop {
        let mut status = 0;
        // SAFETY: waits for a child of ours; `status` outlives the call.
        if unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) } == child {
            return libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0;
        }
        if Instant::now() > give_up {
            // SAFETY: ends the child that we made and have not waited for yet.
            unsafe { libc::kill(child, libc::SIGKILL) };
            // SAFETY: as above.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            let _ = writeln!(std::io::stderr(), "the child hung");
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn mints(app: &App) -> bool {
    let Ok(source) = app.installation("18") else { return false };
    source.invalidate();
    source.token().wait().is_ok() && app.request(Call::get("/app/installations")).wait().is_ok()
}

/// How many forks; `APPMINT_FORKS` says otherwise.
fn forks() -> u32 {
    std::env::var("APPMINT_FORKS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

#[test]
fn a_child_mints_while_its_parent_does() {
    let sandbox = sandbox();
    let app = settings(&sandbox).0.build().unwrap();
    let held = app.installation("14").unwrap().token().wait().unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let busy: Vec<_> = (0..4)
            .map(|n| {
                let (app, is_over) = (&app, &is_over);
                scope.spawn(move || {
                    let mut minted = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        let source = app.installation(["14", "18"][n % 2]).unwrap();
                        if n > 1 {
                            source.invalidate();
                        }
                        source.token().wait().unwrap();
                        minted += 1;
                    }
                    minted
                })
            })
            .collect();
        let well = (0..forks()).filter(|_| in_child(20, || mints(&app))).count();
        is_over.store(true, Ordering::Relaxed);
        let minted: Vec<i32> = busy.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(well, forks() as usize);
        assert!(minted.iter().all(|count| *count > 0), "the parent went on: {minted:?}");
    });
    assert!(held.expires_at().is_some());
}

#[test]
fn a_child_keeps_the_tokens_that_its_parent_had() {
    let sandbox = sandbox();
    let app = settings(&sandbox).0.build().unwrap();
    let source = app.installation("14").unwrap();
    let token = source.token().wait().unwrap();
    let kept = || {
        let by_id = app.installation("14").and_then(|source| source.token().wait());
        source.token().wait().is_ok_and(|it| it == token) && by_id.is_ok_and(|it| it == token)
    };
    assert!(in_child(20, kept));
    assert_eq!(sandbox.ledger().counts()["mint_installation_token"], 1);
}

#[test]
fn a_childs_child_mints_and_dropping_ends() {
    let sandbox = sandbox();
    let app = settings(&sandbox).0.build().unwrap();
    assert!(mints(&app));
    assert!(in_child(20, || mints(&app) && in_child(15, || mints(&app))));
    let copy = app.clone();
    assert!(in_child(20, move || {
        drop((copy, app));
        true
    }));
}

/// In a container a process may have the id 1, and so may its child in a container of its own.
#[test]
#[cfg(target_os = "linux")]
fn a_child_with_the_id_of_its_parent_mints() {
    let sandbox = sandbox();
    let (settings, _) = settings(&sandbox);
    let app = settings.build().unwrap();
    // SAFETY: concerns the ids of processes that this one makes later, and each is made in `in_child`.
    let unshare = || unsafe { libc::unshare(libc::CLONE_NEWPID) } == 0;
    let has_the_id_1 = || std::process::id() == 1;
    assert!(in_child(60, || {
        if !unshare() {
            let _ = writeln!(std::io::stderr(), "no PID namespace can be made here");
            return true;
        }
        in_child(50, || {
            let is_first = has_the_id_1() && mints(&app);
            is_first && unshare() && in_child(40, || has_the_id_1() && mints(&app))
        })
    }));
}
