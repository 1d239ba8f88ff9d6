//! Awaiting a task: a future that any executor can poll.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{Task, lock, sync::Mutex};
use crate::error::Result;

/// The future of a [`Task`]. Dropping it stops the waiting, not the task.
pub struct TaskFuture<T>(Arc<Mutex<Progress<T>>>);

struct Progress<T> {
    result: Option<Result<T>>,
    waker: Option<Waker>,
}

impl<T: Clone + Send + 'static> IntoFuture for Task<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    fn into_future(self) -> TaskFuture<T> {
        let progress = Arc::new(Mutex::new(Progress { result: None, waker: None }));
        let target = Arc::clone(&progress);
        self.on_complete(move |result| {
            let mut progress = lock(&target);
            progress.result = Some(result);
            let waker = progress.waker.take();
            drop(progress); // whoever is woken polls at once
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        TaskFuture(progress)
    }
}

impl<T> Future for TaskFuture<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let mut progress = lock(&self.0);
        match progress.result.take() {
            Some(result) => Poll::Ready(result),
            None => {
                progress.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> fmt::Debug for TaskFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TaskFuture")
    }
}

#[cfg(test)]
mod tests {
    use std::{task::Wake, thread, time::Duration};

    use super::*;
    use crate::tasks::{Deadline, Pool};

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(mut future: TaskFuture<T>) -> Result<T> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            match Pin::new(&mut future).poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => return result,
                Poll::Pending => thread::park(),
            }
        }
    }

    #[test]
    fn a_task_can_be_awaited_before_and_after_it_completes() {
        assert_eq!(block_on(Task::ready(Ok(7)).into_future()).unwrap(), 7);
        let (go, wait) = std::sync::mpsc::channel();
        let pool = Pool::new(Duration::from_secs(60));
        let task = pool.spawn_until(Deadline::after(Duration::from_secs(60)), move |_| {
            Ok(wait.recv().unwrap())
        });
        let sender = thread::spawn(move || go.send(8).unwrap());
        assert_eq!(block_on(task.into_future()).unwrap(), 8);
        sender.join().unwrap();
    }
}
