//! A flight is a call on its way: started once, landed once, shared by all who wait for it.
//!
//! The work runs on the app's own few worker threads. A caller either waits ([`Flight::wait`]) or
//! is called back ([`Flight::on_landing`]). A caller that stops waiting stops only its waiting:
//! the flight lands all the same. This one mechanism gives deadlines, sharing, cancellation and
//! the non-blocking forms, so no binding brings a pool or a runtime of its own.

mod workers;

use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

pub(crate) use self::workers::{Step, Workers};
use crate::error::{Error, ErrorKind, Result};

/// When a call must have come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Instant);

impl Deadline {
    /// This long from now.
    #[must_use]
    pub fn after(duration: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(duration).unwrap_or(now + FAR_FUTURE))
    }

    /// How long is left; zero once it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// A call on its way. Clones land together.
#[must_use = "a flight is on its way; wait for it, or be called back when it lands"]
pub struct Flight<T>(Stage<T>);

enum Stage<T> {
    Landed(Result<T>),
    Aloft(Arc<Aloft<T>>),
}

struct Aloft<T> {
    state: Mutex<State<T>>,
    landed: Condvar,
    deadline: Deadline,
    overdue: Deadline,
}

enum State<T> {
    Flying(Vec<Callback<T>>),
    Landed(Result<T>),
}

type Callback<T> = Box<dyn FnOnce(Result<T>) + Send>;

impl<T: Clone + Send + 'static> Flight<T> {
    /// One that has landed already: what is refused before it takes off, or known without.
    pub fn landed(result: Result<T>) -> Self {
        Self(Stage::Landed(result))
    }

    /// Waits until it lands, or its deadline passes.
    ///
    /// # Errors
    /// The call's own, or [`Timeout`](ErrorKind::Timeout).
    pub fn wait(self) -> Result<T> {
        match self.0 {
            Stage::Landed(result) => result,
            Stage::Aloft(aloft) => {
                aloft.wait_for(aloft.overdue.remaining()).unwrap_or_else(|| Err(overdue()))
            }
        }
    }

    /// Waits this long at the most; `None` if it is still aloft then, and its deadline has not
    /// passed.
    #[must_use]
    pub fn wait_for(&self, patience: Duration) -> Option<Result<T>> {
        match &self.0 {
            Stage::Landed(result) => Some(result.clone()),
            Stage::Aloft(aloft) => aloft.wait_for(patience),
        }
    }

    /// Waits this long at the most, while the flight goes on for others.
    ///
    /// # Errors
    /// The call's own, or [`Timeout`](ErrorKind::Timeout).
    pub fn wait_within(self, patience: Option<Duration>) -> Result<T> {
        match patience {
            Some(patience) => self.wait_for(patience).unwrap_or_else(|| Err(overdue())),
            None => self.wait(),
        }
    }

    /// The same flight with something made of what it brings, by whoever lands it.
    pub(crate) fn map<U: Clone + Send + 'static>(
        self,
        make: impl FnOnce(T) -> U + Send + 'static,
    ) -> Flight<U> {
        match self.0 {
            Stage::Landed(result) => Flight::landed(result.map(make)),
            Stage::Aloft(ref aloft) => {
                let mapped = Aloft::new(aloft.deadline);
                let target = Arc::clone(&mapped);
                self.on_landing(move |result| target.land(&result.map(make)));
                Flight(Stage::Aloft(mapped))
            }
        }
    }

    /// The flight that follows from how this one lands; whoever lands it says which.
    pub(crate) fn then<U: Clone + Send + 'static>(
        self,
        deadline: Deadline,
        next: impl FnOnce(Result<T>) -> Flight<U> + Send + 'static,
    ) -> Flight<U> {
        let aloft = match self.0 {
            Stage::Landed(result) => return next(result),
            Stage::Aloft(_) => Aloft::new(deadline),
        };
        let target = Arc::clone(&aloft);
        self.on_landing(move |result| next(result).on_landing(move |last| target.land(&last)));
        Flight(Stage::Aloft(aloft))
    }

    /// Whether it has landed, well or not.
    #[must_use]
    pub fn has_landed(&self) -> bool {
        match &self.0 {
            Stage::Landed(_) => true,
            Stage::Aloft(aloft) => matches!(*lock(&aloft.state), State::Landed(_)),
        }
    }

    /// Calls back once when it lands: at once if it has, else on a worker thread.
    ///
    /// The callback must not block; a panic in it is caught.
    pub fn on_landing(self, callback: impl FnOnce(Result<T>) + Send + 'static) {
        match self.0 {
            Stage::Landed(result) => call(Box::new(callback), result),
            Stage::Aloft(aloft) => aloft.subscribe(Box::new(callback)),
        }
    }
}

impl<T: Clone> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            Stage::Landed(result) => Stage::Landed(result.clone()),
            Stage::Aloft(aloft) => Stage::Aloft(Arc::clone(aloft)),
        })
    }
}

impl<T> fmt::Debug for Flight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Stage::Landed(_) => "Flight(landed)",
            Stage::Aloft(_) => "Flight(aloft)",
        })
    }
}

impl<T: Clone + Send + 'static> Aloft<T> {
    fn new(deadline: Deadline) -> Arc<Self> {
        let state = Mutex::new(State::Flying(Vec::new()));
        let overdue = Deadline(deadline.0.checked_add(GRACE).unwrap_or(deadline.0));
        Arc::new(Self { state, landed: Condvar::new(), deadline, overdue })
    }

    fn land(&self, result: &Result<T>) {
        let before = mem::replace(&mut *lock(&self.state), State::Landed(result.clone()));
        self.landed.notify_all();
        if let State::Flying(callbacks) = before {
            callbacks.into_iter().for_each(|callback| call(callback, result.clone()));
        }
    }

    fn wait_for(&self, patience: Duration) -> Option<Result<T>> {
        let flying = |state: &mut State<T>| matches!(state, State::Flying(_));
        let left = self.overdue.remaining();
        let waited = self.landed.wait_timeout_while(lock(&self.state), patience.min(left), flying);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &*state {
            State::Landed(result) => Some(result.clone()),
            State::Flying(_) if patience < left => None,
            State::Flying(_) => Some(Err(overdue())),
        }
    }

    fn subscribe(&self, callback: Callback<T>) {
        let mut state = lock(&self.state);
        match &mut *state {
            State::Flying(callbacks) => callbacks.push(callback),
            State::Landed(result) => {
                let result = result.clone();
                drop(state); // a callback must be free to use the flight
                call(callback, result);
            }
        }
    }
}

fn call<T>(callback: Callback<T>, result: Result<T>) {
    // A callback belongs to the host program; its panic must not end a worker's other work.
    let _ = catch_unwind(AssertUnwindSafe(move || callback(result)));
}

fn overdue() -> Error {
    Error::new(ErrorKind::Timeout, "no answer before the deadline")
        .advise("Raise `timeout`, or try again: the platform or the way to it is slow.")
}

/// A mutex guards plain values here; a panic while it was held left nothing half-done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a flight gets beyond its deadline to land with an error that says more than "overdue".
const GRACE: Duration = Duration::from_millis(250);
const FAR_FUTURE: Duration = Duration::from_secs(3600 * 24 * 365);

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(20))
    }

    #[test]
    fn a_flight_lands_for_everyone() {
        let workers = Workers::new();
        let flight = workers.launch(soon(), |_| Ok(7));
        let same = flight.clone();
        let (tell, told) = mpsc::channel();
        flight.clone().on_landing(move |landed| tell.send(landed.unwrap()).unwrap());
        assert_eq!((flight.wait().unwrap(), same.wait().unwrap(), told.recv().unwrap()), (7, 7, 7));
    }

    #[test]
    fn a_panic_lands_as_an_internal_error() {
        let workers = Workers::new();
        let flight: Flight<()> = workers.launch(soon(), |_| panic!("on purpose"));
        assert_eq!(flight.wait().unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(workers.launch(soon(), |_| Ok(1)).wait().unwrap(), 1);
    }

    #[test]
    fn waiting_ends_at_the_deadline_while_the_flight_goes_on() {
        let workers = Workers::new();
        let (release, released) = mpsc::channel::<()>();
        let flight = workers.launch(Deadline::after(Duration::from_millis(1)), move |_| {
            released.recv().ok();
            Ok(())
        });
        assert!(flight.wait_for(Duration::ZERO).is_none());
        let waiting = flight.clone();
        assert_eq!(waiting.wait().unwrap_err().kind(), ErrorKind::Timeout);
        let overdue = flight.wait_for(Duration::from_secs(20)).unwrap();
        assert_eq!(overdue.unwrap_err().kind(), ErrorKind::Timeout);
        release.send(()).ok();
        let landed = flight.wait_for(Duration::from_secs(20)).unwrap();
        assert!(landed.is_ok() || landed.is_err_and(|e| e.kind() == ErrorKind::Timeout));
    }

    #[test]
    fn a_second_flight_follows_the_first() {
        let workers = Workers::new();
        let first = workers.launch(soon(), |_| Ok(20));
        let second = workers.launch_with(first, soon(), |n, _| Step::Land(Ok(n + 1)));
        assert_eq!(second.wait().unwrap(), 21);
    }

    #[test]
    fn a_flight_may_stop_over() {
        let workers = Workers::new();
        let crew = workers.clone();
        let counted =
            workers.launch_with(workers.launch(soon(), |_| Ok(1)), soon(), move |n, _| {
                if n < 5 {
                    return Step::After(crew.launch(soon(), move |_| Ok(n + 1)));
                }
                Step::Land(Ok(n))
            });
        assert_eq!(counted.wait().unwrap(), 5);
    }

    #[test]
    fn a_second_flight_stays_down_when_the_first_fails() {
        let workers = Workers::new();
        let first: Flight<i32> = workers.launch(soon(), |_| Err(Error::invalid("no")));
        let second =
            workers.launch_with(first, soon(), |_, _| -> Step<i32, i32> { unreachable!() });
        assert_eq!(second.wait().unwrap_err().kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn more_flights_than_threads_all_land() {
        let workers = Workers::new();
        let flights: Vec<_> = (0..200).map(|n| workers.launch(soon(), move |_| Ok(n))).collect();
        let sum: i32 = flights.into_iter().map(|flight| flight.wait().unwrap()).sum();
        assert_eq!(sum, 199 * 200 / 2);
    }
}
