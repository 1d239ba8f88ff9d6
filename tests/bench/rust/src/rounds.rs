//! Rounds: each line of standard input is a number of operations, which the callers do together; the answer is
//! the time that they took and the processor time of this process.

use std::{
    io::BufRead as _,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// Something that does one operation, for callers of any number.
pub(crate) trait Contestant: Sync {
    /// A caller's own operation.
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_>;
}

impl<F: Fn(usize) -> Box<dyn FnMut() + Send> + Sync> Contestant for F {
    fn caller(&self, number: usize) -> Box<dyn FnMut() + Send + '_> {
        self(number)
    }
}

pub(crate) fn run(contestant: &dyn Contestant, callers: usize) {
    for line in std::io::stdin().lock().lines() {
        let count = line.unwrap().trim().parse().expect("a number of operations");
        let (took, cpu) = round(contestant, callers, count);
        println!("{{\"seconds\": {}, \"cpu_seconds\": {}}}", took.as_secs_f64(), cpu.as_secs_f64());
    }
}

fn round(contestant: &dyn Contestant, callers: usize, count: usize) -> (Duration, Duration) {
    let each = count.div_ceil(callers);
    let begin = Barrier::new(callers + 1);
    thread::scope(|scope| {
        for number in 0..callers {
            let begin = &begin;
            scope.spawn(move || {
                let mut operation = contestant.caller(number);
                operation(); // the connection is there
                begin.wait();
                (0..each).for_each(|_| operation());
                begin.wait();
            });
        }
        begin.wait();
        let (begun, cpu) = (Instant::now(), cpu_time());
        begin.wait();
        (begun.elapsed(), cpu_time() - cpu)
    })
}

/// The processor time that this process has used.
fn cpu_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a timespec to be written to.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut now) };
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}
