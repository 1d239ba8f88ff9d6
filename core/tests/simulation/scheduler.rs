//! The scheduler itself: what it finds, and that a seed repeats it.

use std::{sync::Arc, time::Duration};

use appmint_core::simulation::{
    self, Builder, Condvar, Failure, Mutex, Plan, Random, Summary, sleep,
};

const SECOND: Duration = Duration::from_secs(1);

fn run(seed: u64, main: impl FnOnce() + Send + 'static) -> Result<Summary, Failure> {
    simulation::run(seed, Plan::new(&mut Random::new(seed), false), main)
}

fn spawn(work: impl FnOnce() + Send + 'static) -> simulation::JoinHandle<()> {
    Builder::new().name("other".to_owned()).spawn(work).unwrap()
}

/// Two threads that take two locks in opposite orders.
fn opposite_orders() {
    let locks = Arc::new((Mutex::new(()), Mutex::new(())));
    let same = Arc::clone(&locks);
    let other = spawn(move || {
        let _second = same.1.lock().unwrap();
        let _first = same.0.lock().unwrap();
    });
    {
        let _first = locks.0.lock().unwrap();
        let _second = locks.1.lock().unwrap();
    }
    other.join().unwrap();
}

#[test]
fn threads_that_wait_for_each_other_are_named_with_their_places() {
    let failure = (0..100).find_map(|seed| run(seed, opposite_orders).err()).unwrap().to_string();
    assert!(failure.contains("no thread can go on"), "{failure}");
    let places = failure.matches("waits: lock at core/tests/simulation/scheduler.rs").count();
    assert_eq!(places, 2, "{failure}");
}

/// Adds to a number in two steps that another thread can come between.
fn lost_addition() {
    let number = Arc::new(Mutex::new(0));
    let add = |number: &Mutex<i32>| {
        let before = *number.lock().unwrap();
        *number.lock().unwrap() = before + 1;
    };
    let same = Arc::clone(&number);
    let other = spawn(move || add(&same));
    add(&number);
    other.join().unwrap();
    if *number.lock().unwrap() != 2 {
        simulation::fail("an addition was lost".to_owned());
    }
}

#[test]
fn a_race_is_found_and_its_seed_repeats_it() {
    let failed = |seed| run(seed, lost_addition).err().map(|failure| failure.to_string());
    let found: Vec<u64> = (0..100).filter(|seed| failed(*seed).is_some()).collect();
    assert!(!found.is_empty() && found.len() < 100, "{found:?}");
    for seed in found {
        assert_eq!(failed(seed), failed(seed));
    }
}

#[test]
fn time_passes_only_when_no_thread_can_go_on() {
    run(1, || {
        let other = spawn(|| sleep(SECOND * 3600));
        assert_eq!(simulation::time(), Duration::ZERO);
        other.join().unwrap();
        assert_eq!(simulation::time(), SECOND * 3600);
    })
    .unwrap();
}

#[test]
fn a_notification_before_the_wait_is_lost_and_the_wait_times_out() {
    let outcome = |is_first: bool| {
        run(1, move || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let same = Arc::clone(&pair);
            let notify = move || same.1.notify_all();
            let other = spawn(move || {
                if !is_first {
                    sleep(SECOND);
                }
                notify();
            });
            sleep(SECOND / 2);
            let guard = pair.0.lock().unwrap();
            let mut looked = 0;
            // Only a notification makes it look a second time before the time is over.
            let stop = |_: &mut bool| {
                looked += 1;
                looked < 2
            };
            let (_, waited) = pair.1.wait_timeout_while(guard, SECOND * 9, stop).unwrap();
            assert!(!waited.timed_out());
            let expected = if is_first { SECOND * 19 / 2 } else { SECOND };
            assert_eq!(simulation::time(), expected);
            other.join().unwrap();
        })
    };
    outcome(false).unwrap();
    outcome(true).unwrap();
}

#[test]
fn a_stopped_process_does_nothing_until_it_is_resumed() {
    run(1, || {
        let counted = Arc::new(Mutex::new(0));
        let same = Arc::clone(&counted);
        let process = Builder::new().group(1).spawn(move || {
            for _ in 0..10 {
                sleep(SECOND);
                *same.lock().unwrap() += 1;
            }
        });
        sleep(SECOND * 7 / 2);
        simulation::stop(1);
        sleep(SECOND * 100);
        assert_eq!(*counted.lock().unwrap(), 3);
        simulation::resume(1);
        process.unwrap().join().unwrap();
        assert_eq!(*counted.lock().unwrap(), 10);
    })
    .unwrap();
}

#[test]
fn a_panic_ends_the_simulation_and_is_reported() {
    let failure = run(1, || spawn(|| panic!("on purpose")).join().unwrap()).unwrap_err();
    assert!(failure.message.contains("on purpose"), "{failure}");
}
