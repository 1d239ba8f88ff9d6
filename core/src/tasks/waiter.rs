//! A caller of a task who blocks no thread, and who may stop waiting.
//!
//! A blocking caller has its own thread to notice that its time is over. Here one thread of the process
//! notices it for everybody; it is started when there is somebody to wait, and ends when there is nobody.

use std::{fmt, sync::Arc, time::Duration};

use once_cell::race::OnceBox;

use super::{
    Callback, PerProcess, Stage, Task, call,
    late::cancelled,
    lock,
    sync::Mutex,
    timer::{Due, Timer},
};
use crate::error::{Error, Result};

/// A caller of a task who is called back: see [`Task::on_complete_within`]. Clones are the same caller.
#[derive(Clone)]
pub struct Waiter(Option<Arc<dyn Stop>>);

impl Waiter {
    /// Calls back now, on this thread, with [`Cancelled`](crate::ErrorKind::Cancelled). The task goes on for
    /// others. Nothing happens if the caller was called back before.
    pub fn cancel(&self) {
        if let Some(waiting) = &self.0 {
            waiting.stop(cancelled());
        }
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiter")
    }
}

impl<T: Clone + Send + 'static> Task<T> {
    /// Calls back once: when the task completes, with [`Timeout`](crate::ErrorKind::Timeout) when this time
    /// or the task's own is over, or when the [`Waiter`] is cancelled. At once if the task has completed.
    ///
    /// The callback must not block; a panic in it is caught. The task goes on after a timeout.
    pub fn on_complete_within(
        self,
        timeout: Option<Duration>,
        callback: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Waiter {
        let Some(left) = self.time_left(timeout) else {
            call(Box::new(callback), self.wait_within(Some(Duration::ZERO)));
            return Waiter(None);
        };
        let waiting = Arc::new(Waiting {
            caller: Mutex::new(Some((Box::new(callback), self.clone()))),
            due: Mutex::new(None),
        });
        if let Err(error) = waiting.begin(left) {
            waiting.stop(error);
            return Waiter(None);
        }
        let target = Arc::clone(&waiting);
        self.on_complete(move |result| target.end(|_| result));
        Waiter(Some(waiting))
    }

    /// The time that a caller waits at most; `None` if it does not wait at all.
    fn time_left(&self, timeout: Option<Duration>) -> Option<Duration> {
        match &self.0 {
            Stage::Running(shared) if !self.is_finished() && timeout != Some(Duration::ZERO) => {
                let left = shared.give_up_at.remaining();
                Some(timeout.map_or(left, |timeout| timeout.min(left)))
            }
            _ => None,
        }
    }
}

/// A caller that was not called back yet.
struct Waiting<T> {
    caller: Mutex<Option<(Callback<T>, Task<T>)>>,
    /// When the timer ends the waiting.
    due: Mutex<Option<Due>>,
}

/// A [`Waiting`], whatever it waits for.
trait Stop: Send + Sync {
    fn stop(&self, error: Error);
}

impl<T: Clone + Send + 'static> Stop for Waiting<T> {
    fn stop(&self, error: Error) {
        self.end(|_| Err(error));
    }
}

impl<T: Clone + Send + 'static> Waiting<T> {
    fn begin(self: &Arc<Self>, time: Duration) -> Result<()> {
        // The timer must not keep what the caller holds once it was called back.
        let waiting = Arc::downgrade(self);
        let job = move || {
            if let Some(waiting) = waiting.upgrade() {
                waiting.end(|task| Err(task.late()));
            }
        };
        *lock(&self.due) = Some(timer().after(time, Box::new(job))?);
        Ok(())
    }

    fn end(&self, outcome: impl FnOnce(&Task<T>) -> Result<T>) {
        let caller = lock(&self.caller).take();
        let Some((callback, task)) = caller else { return };
        if let Some(due) = lock(&self.due).take() {
            timer().forget(due);
        }
        call(callback, outcome(&task));
    }
}

/// The timer of this process.
fn timer() -> Arc<Timer> {
    static TIMER: OnceBox<PerProcess<Arc<Timer>>> = OnceBox::new();
    Arc::clone(&TIMER.get_or_init(Box::default).get_or_default())
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use super::*;
    use crate::{
        error::ErrorKind,
        tasks::{Deadline, Pool},
    };

    const LONG: Duration = Duration::from_secs(60);

    /// A task that completes when the sender sends, or is dropped.
    fn task(deadline: Duration) -> (Task<i32>, mpsc::Sender<i32>) {
        let (sender, received) = mpsc::channel();
        let task = Pool::new(LONG).spawn_until(Deadline::after(deadline), move |_| {
            received.recv().map_err(|_| Error::invalid("nothing was sent"))
        });
        (task, sender)
    }

    fn wait_for(
        task: Task<i32>,
        timeout: Option<Duration>,
    ) -> (Waiter, mpsc::Receiver<Result<i32>>) {
        let (sender, received) = mpsc::channel();
        (task.on_complete_within(timeout, move |result| sender.send(result).unwrap()), received)
    }

    /// Whatever was due before this call has begun.
    fn wait_for_what_is_due() {
        let (sender, received) = mpsc::channel();
        timer().after(Duration::ZERO, Box::new(move || sender.send(()).unwrap())).unwrap();
        received.recv_timeout(LONG).unwrap();
    }

    fn kind(received: &mpsc::Receiver<Result<i32>>) -> ErrorKind {
        received.recv_timeout(LONG).unwrap().unwrap_err().kind()
    }

    #[test]
    fn the_outcome_comes_once_and_a_later_cancel_changes_nothing() {
        let (running, sender) = task(LONG);
        let (waiter, received) = wait_for(running.clone(), None);
        sender.send(7).unwrap();
        assert_eq!(received.recv_timeout(LONG).unwrap().unwrap(), 7);
        waiter.cancel();
        assert!(received.recv().is_err(), "the callback is gone, and was called once");
        let (_, received) = wait_for(running, Some(Duration::ZERO));
        assert_eq!(received.try_recv().unwrap().unwrap(), 7);
    }

    #[test]
    fn who_cancels_is_called_back_and_the_task_goes_on() {
        let (running, sender) = task(LONG);
        let (waiter, received) = wait_for(running.clone(), None);
        let (_, other) = wait_for(running, None);
        wait_for_what_is_due();
        assert!(received.try_recv().is_err() && other.try_recv().is_err());
        waiter.cancel();
        waiter.cancel();
        assert_eq!(received.try_recv().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(received.recv().is_err());
        sender.send(7).unwrap();
        assert_eq!(other.recv_timeout(LONG).unwrap().unwrap(), 7);
    }

    #[test]
    fn the_caller_s_time_and_the_task_s_time_end_the_waiting() {
        let (running, _sender) = task(LONG);
        let (_waiter, received) = wait_for(running.clone(), Some(Duration::from_millis(1)));
        assert_eq!(kind(&received), ErrorKind::Timeout);
        let (sender, received) = mpsc::channel();
        running.on_complete_within(Some(Duration::ZERO), move |result| {
            sender.send((result.unwrap_err().kind(), thread::current().id())).unwrap();
        });
        let at_once = (ErrorKind::Timeout, thread::current().id());
        assert_eq!(received.recv_timeout(LONG).unwrap(), at_once);
        let (late, _sender) = task(Duration::from_millis(1));
        let (_waiter, received) = wait_for(late, None);
        assert_eq!(kind(&received), ErrorKind::Timeout);
    }

    #[test]
    fn a_panic_in_a_callback_ends_there() {
        let (running, sender) = task(LONG);
        running.clone().on_complete_within(None, |_| panic!("on purpose")).cancel();
        let (_, received) = wait_for(running, None);
        sender.send(7).unwrap();
        assert_eq!(received.recv_timeout(LONG).unwrap().unwrap(), 7);
    }
}
