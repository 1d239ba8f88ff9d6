//! The processes that ask for tokens.

use std::{
    fmt,
    io::{PipeReader, PipeWriter, Read as _, Write as _},
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use appmint_core::{App, Call, Clock as _, ErrorKind, Token};

use super::{
    STALL, THREADS, duration, machine_now,
    scene::{Failure, FastClock, INTERRUPTED, Scene, token},
};

/// A process whose threads ask for tokens again and again, and which tells its parent line by line
/// what came of it.
pub(crate) struct Asker {
    pub(crate) app: App,
    pub(crate) clock: FastClock,
    pub(crate) path: &'static str,
    pub(crate) is_strict: bool,
    pub(crate) is_over: AtomicBool,
    pub(crate) lines: PipeWriter,
    pub(crate) last_told: AtomicI64,
    pub(crate) counts: [AtomicU64; 4],
}

/// What an [`Asker`] counts.
pub(crate) enum Count {
    Tokens,
    Used,
    Interrupted,
    Passing,
}

impl Asker {
    /// Asks until `stop` ends, and leaves when `leave` does.
    pub(crate) fn work(
        scene: &Scene,
        lines: PipeWriter,
        [mut stop, mut leave]: [PipeReader; 2],
    ) -> ! {
        let limit = u32::try_from((duration() * 2).as_secs()).unwrap_or(u32::MAX);
        // SAFETY: ends this process if it hangs.
        unsafe { libc::alarm(limit.saturating_add(300)) };
        let asker = Self {
            app: scene.settings.clone().build().unwrap(),
            clock: scene.clock,
            path: scene.kind.path,
            is_strict: scene.kind.is_strict,
            is_over: AtomicBool::new(false),
            lines,
            last_told: AtomicI64::new(0),
            counts: Default::default(),
        };
        thread::scope(|scope| {
            for number in 0..THREADS {
                let asker = &asker;
                scope.spawn(move || asker.ask(number));
            }
            let _ = stop.read(&mut [0]);
            asker.is_over.store(true, Ordering::Relaxed);
        });
        let counts = asker.counts.each_ref().map(|it| it.load(Ordering::Relaxed).to_string());
        asker.tell(&format!("done {}", counts.join(" ")));
        let _ = leave.read(&mut [0]);
        // SAFETY: ends this process, which has nothing to clean up.
        unsafe { libc::_exit(0) }
    }

    pub(crate) fn ask(&self, number: usize) {
        for turn in number.. {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let asked_at = self.clock.now().before(STALL);
            match token(&self.app) {
                Ok(token) if !token.lives_past(asked_at) => self.tell("trouble: an expired token"),
                Ok(token) => {
                    self.count(Count::Tokens);
                    if turn % THREADS == 0 {
                        self.try_out(&token);
                    }
                }
                Err(error) => {
                    self.note((error.kind(), error.reason()), &error);
                    thread::sleep(Duration::from_millis(5));
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Shows a token to the platform, and says when it was not taken.
    pub(crate) fn try_out(&self, token: &Token) {
        let call = Call::get(self.path).token(token.reveal().to_owned());
        match self.app.request(call).wait() {
            Ok(response) if response.is_success() => self.count(Count::Used),
            Ok(response) if response.status == 401 => {
                let expires_ms = token.expires_at().unwrap().as_millis();
                let now_ms = self.clock.now().as_millis();
                self.tell(&format!("refused {expires_ms} {now_ms}"));
            }
            Ok(response) => self.tell(&format!("trouble: a call brought {}", response.status)),
            Err(error) => self.tell(&format!("trouble: a call failed: {error}")),
        }
    }

    /// An error that threads may see: an end by name where an answer must not be lost, elsewhere one
    /// that passes.
    pub(crate) fn note(&self, failure: Failure, message: &dyn fmt::Display) {
        match failure {
            INTERRUPTED if self.is_strict => {
                self.count(Count::Interrupted);
                self.tell_of_end();
            }
            (ErrorKind::Transport, _) if !self.is_strict => self.count(Count::Passing),
            _ => self.tell(&format!("trouble: {failure:?}: {message}")),
        }
    }

    pub(crate) fn count(&self, what: Count) {
        let is_used = matches!(what, Count::Used);
        let before = self.counts[what as usize].fetch_add(1, Ordering::Relaxed);
        if is_used && before + 1 == ENOUGH_USES {
            self.tell("enough");
        }
    }

    /// All threads see the same end: one line every few milliseconds says it, and when.
    fn tell_of_end(&self) {
        let (now, last) = (machine_now().as_millis() as i64, &self.last_told);
        let before = last.load(Ordering::Relaxed);
        let is_due = now - before > 20;
        let order = Ordering::Relaxed;
        if is_due && last.compare_exchange(before, now, order, order).is_ok() {
            self.tell(&format!("over {now}"));
        }
    }

    /// Short lines are written whole.
    pub(crate) fn tell(&self, line: &str) {
        let _ = (&self.lines).write_all(format!("{line}\n").as_bytes());
    }
}

/// A process has been at work when its threads have shown so many tokens to the platform.
const ENOUGH_USES: u64 = 30;
