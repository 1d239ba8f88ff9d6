//! The program's callbacks for new tokens: registered, called, and taken back.

use std::{
    cell::Cell,
    collections::HashSet,
    fmt,
    sync::{Arc, PoisonError, Weak},
    time::Duration,
};

use crate::{
    tasks::{
        Owned, PerProcess, lock,
        sync::{ArcSwapOption, Condvar, Mutex},
    },
    token::Token,
};

/// A callback that [`TokenSource::on_change`](crate::TokenSource::on_change) registered.
///
/// Dropping it leaves the callback registered.
#[derive(Clone)]
pub struct Subscription(Weak<Observer>);

impl Subscription {
    pub(crate) fn of(observer: &Arc<Observer>) -> Self {
        Self(Arc::downgrade(observer))
    }

    /// Takes the callback back: it is not called any more, and is not running on another thread.
    ///
    /// Blocks while the callback runs on another thread, so do not hold a lock that the callback
    /// takes. Inside of a callback of [`TokenSource::on_change`](crate::TokenSource::on_change) it
    /// does not wait, because two callbacks that take each other back would wait for ever. Nothing
    /// happens the second time.
    pub fn unsubscribe(&self) {
        if let Some(observer) = self.0.upgrade() {
            observer.end();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subscription")
    }
}

/// A callback for each new token, until it is taken back.
pub(crate) struct Observer {
    callback: ArcSwapOption<Callback>,
    calls: PerProcess<Calls>,
}

type Callback = Box<dyn Fn(Option<&Token>, &Token) + Send + Sync>;

/// The calls of a callback that are running.
#[derive(Default)]
struct Calls {
    running: Mutex<usize>,
    returned: Condvar,
}

impl Observer {
    pub(crate) fn new(
        callback: impl Fn(Option<&Token>, &Token) + Send + Sync + 'static,
    ) -> Arc<Self> {
        let observer = Self { callback: ArcSwapOption::empty(), calls: PerProcess::default() };
        observer.callback.store(Some(Arc::new(Box::new(callback))));
        Arc::new(observer)
    }

    /// Calls the callback with a new token, and the one that it replaces.
    pub(crate) fn call(&self, before: Option<&Token>, token: &Token) {
        let _running = Running::begin(self.calls.get_or_default());
        // Loaded only now: whoever takes it back waits for the calls that have begun.
        if let Some(callback) = self.callback.load_full() {
            callback(before, token);
        }
    }

    fn end(&self) {
        let callback = self.callback.swap(None);
        if CALLS_ON_THIS_THREAD.get() == 0 {
            self.calls.get_or_default().wait();
        }
        drop(callback);
    }

    fn is_registered(&self) -> bool {
        self.callback.load().is_some()
    }
}

impl Calls {
    fn wait(&self) {
        let mut running = lock(&self.running);
        while *running > 0 {
            let waited = self.returned.wait_timeout_while(running, A_WHILE, |it| *it > 0);
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A call that is running, until it is dropped.
struct Running(Arc<Owned<Calls>>);

impl Running {
    fn begin(calls: Arc<Owned<Calls>>) -> Self {
        *lock(&calls.running) += 1;
        CALLS_ON_THIS_THREAD.set(CALLS_ON_THIS_THREAD.get() + 1);
        Self(calls)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        CALLS_ON_THIS_THREAD.set(CALLS_ON_THIS_THREAD.get() - 1);
        *lock(&self.0.running) -= 1;
        self.0.returned.notify_all();
    }
}

/// The observers of one token, in the order in which they were registered.
///
/// Without a lock, which a fork beside a thread that holds it would leave locked in the child. Lists of
/// falling length, of which those of equal length become one: so an observer is copied once for each
/// doubling of their number, and those that were taken back are left out then.
pub(crate) struct Observers(ArcSwapOption<Lists>);

type Lists = Vec<Arc<Vec<Arc<Observer>>>>;

impl Observers {
    pub(crate) fn add(&self, observer: &Arc<Observer>) {
        self.0.rcu(|before| {
            let mut lists = before.as_deref().cloned().unwrap_or_default();
            let mut last = vec![Arc::clone(observer)];
            while let Some(list) = lists.pop_if(|list| list.len() <= last.len()) {
                last = registered(list.iter().chain(&last));
            }
            lists.push(Arc::new(last));
            Some(Arc::new(lists))
        });
    }

    /// The observers that are registered now.
    pub(crate) fn all(&self) -> Vec<Arc<Observer>> {
        let lists = self.0.load_full();
        registered(lists.iter().flat_map(|lists| lists.iter()).flat_map(|list| list.iter()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        let lists = self.0.load_full();
        let mut all = lists.iter().flat_map(|lists| lists.iter()).flat_map(|list| list.iter());
        !all.any(|observer| observer.is_registered())
    }
}

impl Default for Observers {
    fn default() -> Self {
        Self(ArcSwapOption::empty())
    }
}

/// Each observer once, without those that were taken back.
fn registered<'a>(observers: impl Iterator<Item = &'a Arc<Observer>>) -> Vec<Arc<Observer>> {
    let mut known = HashSet::new();
    let is_new = |it: &&Arc<Observer>| it.is_registered() && known.insert(Arc::as_ptr(it));
    observers.filter(is_new).cloned().collect()
}

/// The time after which a wait looks again.
const A_WHILE: Duration = Duration::from_secs(60);

thread_local! {
    /// The callbacks that this thread is inside of.
    static CALLS_ON_THIS_THREAD: Cell<usize> = const { Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;
    use crate::{secret::Secret, token::TokenKind};

    fn token() -> Token {
        Token::builder(TokenKind::Installation, Secret::new("t")).build()
    }

    fn counting(count: &Arc<AtomicUsize>) -> Arc<Observer> {
        let count = Arc::clone(count);
        Observer::new(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
        })
    }

    #[test]
    fn registering_copies_each_observer_once_per_doubling() {
        let (observers, count) = (Observers::default(), Arc::default());
        let copied: usize = (0..4096)
            .map(|_| {
                observers.add(&counting(&count));
                observers.0.load_full().unwrap().last().unwrap().len()
            })
            .sum();
        assert_eq!(observers.all().len(), 4096);
        assert!(copied <= 4096 * 13, "{copied}");
    }

    #[test]
    fn an_observer_that_is_added_twice_is_called_once() {
        let (observers, count) = (Observers::default(), Arc::default());
        let first = counting(&count);
        observers.add(&first);
        observers.add(&counting(&count));
        observers.add(&first);
        assert_eq!(observers.all().len(), 2);
    }

    #[test]
    fn what_was_taken_back_is_dropped_and_leaves_no_trace() {
        let (observers, count) = (Observers::default(), Arc::<AtomicUsize>::default());
        for _ in 0..1000 {
            let observer = counting(&count);
            observers.add(&observer);
            Subscription::of(&observer).unsubscribe();
            observer.call(None, &token());
        }
        assert!(observers.is_empty());
        assert_eq!((Arc::strong_count(&count), count.load(Ordering::SeqCst)), (1, 0));
        assert!(observers.0.load_full().unwrap().iter().map(|list| list.len()).sum::<usize>() <= 2);
    }

    #[test]
    fn unsubscribing_waits_for_the_call_on_another_thread() {
        let ((begin, begun), (release, released)) = (mpsc::channel(), mpsc::channel::<()>());
        let (begin, released) = (Mutex::new(begin), Mutex::new(released));
        let has_returned = Arc::new(AtomicUsize::new(0));
        let returned = Arc::clone(&has_returned);
        let observer = Observer::new(move |_, _| {
            lock(&begin).send(()).unwrap();
            lock(&released).recv().unwrap();
            returned.store(1, Ordering::SeqCst);
        });
        std::thread::scope(|scope| {
            scope.spawn(|| observer.call(None, &token()));
            begun.recv().unwrap();
            let ending = scope.spawn(|| {
                Subscription::of(&observer).unsubscribe();
                has_returned.load(Ordering::SeqCst)
            });
            while observer.is_registered() {
                std::thread::yield_now();
            }
            release.send(()).unwrap();
            assert_eq!(ending.join().unwrap(), 1);
        });
    }

    #[test]
    fn a_callback_may_take_itself_back() {
        let own = Arc::new(Mutex::new(None::<Subscription>));
        let (itself, count) = (Arc::clone(&own), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&count);
        let observer = Observer::new(move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            lock(&itself).as_ref().unwrap().unsubscribe();
        });
        *lock(&own) = Some(Subscription::of(&observer));
        observer.call(None, &token());
        observer.call(None, &token());
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_thread_that_was_inside_of_a_callback_waits_like_any_other() {
        let (observers, count) = (Observers::default(), Arc::default());
        observers.add(&counting(&count));
        assert!(!observers.is_empty());
        observers.all()[0].call(None, &token());
        assert_eq!(CALLS_ON_THIS_THREAD.get(), 0);
    }

    #[test]
    fn a_panic_in_a_callback_ends_its_call() {
        let observer = Observer::new(|_, _| panic!("on purpose"));
        let call = || observer.call(None, &token());
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).is_err());
        Subscription::of(&observer).unsubscribe();
        assert!(!observer.is_registered());
    }
}
