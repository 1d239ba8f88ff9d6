//! A long list whose pages are fetched only when somebody asks for their items.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    client::PlatformClient,
    error::Result,
    http::quota::QuotaOwner,
    platform::Platform,
    resources::pager::{Listed, Pager},
    tasks::{Deadline, Task, Waiter, lock, sync::Mutex},
    token::Token,
};

/// The items of a paged list. Pages are requested as the items are asked for.
///
/// It can be read once: threads that share it get different items. After an error it goes on with
/// the page that failed.
///
/// Clones are the same list. Iterating blocks; [`next_item`](Self::next_item) does not.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8288#section-3>
pub struct Listing<T>(Arc<Inner<T>>);

struct Inner<T> {
    pages: Arc<Pages<T>>,
    /// Starts the task that fetches the next item with the list's credential.
    fetch: Box<FetchItem<T>>,
    /// Tasks whose callers stopped waiting.
    abandoned: Mutex<VecDeque<Task<Option<T>>>>,
}

type FetchItem<T> = dyn Fn(&Arc<Pages<T>>) -> Task<Option<T>> + Send + Sync;

/// The pages of a list.
pub(crate) struct Pages<T> {
    /// Locked while a page is fetched, so that two callers get different items.
    pager: Mutex<Pager>,
    ready: Mutex<VecDeque<T>>,
    is_complete: AtomicBool,
}

impl<T: Listed> Pages<T> {
    /// The next item, with this token; `None` after the last.
    pub(crate) fn next_item(
        &self,
        client: &PlatformClient,
        token: &Token,
        quota_of: Option<&QuotaOwner>,
        deadline: Deadline,
    ) -> Result<Option<T>> {
        let mut pager = lock(&self.pager);
        loop {
            // The caller before may have left items.
            if let Some(item) = self.pop() {
                return Ok(Some(item));
            }
            let page = client.next_page(&mut pager, token, quota_of.cloned(), deadline)?;
            let Some(page) = page else { return Ok(None) };
            lock(&self.ready).extend(page);
            self.is_complete.store(pager.next.is_none(), Ordering::Release);
        }
    }
}

impl<T> Pages<T> {
    fn pop(&self) -> Option<T> {
        lock(&self.ready).pop_front()
    }
}

impl<T: Clone + Send + 'static> Listing<T> {
    pub(crate) fn new(
        platform: &Platform,
        fetch: impl Fn(&Arc<Pages<T>>) -> Task<Option<T>> + Send + Sync + 'static,
    ) -> Result<Self>
    where
        T: Listed,
    {
        let pager = Mutex::new(Pager::start(platform, T::list(platform)?)?);
        let (ready, is_complete) = (Mutex::new(VecDeque::new()), AtomicBool::new(false));
        Ok(Self(Arc::new(Inner {
            pages: Arc::new(Pages { pager, ready, is_complete }),
            fetch: Box::new(fetch),
            abandoned: Mutex::new(VecDeque::new()),
        })))
    }

    /// Returns the next item, from memory or the platform's next page.
    ///
    /// After an error the same page is asked for again.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8288#section-3>
    ///
    /// # Errors
    /// - Those of [every call over the network](crate#errors).
    pub fn next_item(&self) -> Task<Option<T>> {
        if let Some(task) = lock(&self.0.abandoned).pop_front() {
            return task;
        }
        let is_complete = self.0.pages.is_complete.load(Ordering::Acquire);
        if let Some(item) = self.0.pages.pop() {
            return Task::ready(Ok(Some(item)));
        }
        if is_complete {
            return Task::ready(Ok(None));
        }
        (self.0.fetch)(&self.0.pages)
    }

    /// Blocks until the next item is there. An item that comes after the app's timeout is not lost: the
    /// next call returns it.
    ///
    /// # Errors
    /// Those of the page, or [`Timeout`](crate::ErrorKind::Timeout).
    pub fn wait_for_next(&self) -> Result<Option<T>> {
        let task = self.next_item();
        let outcome = task.clone().wait();
        if outcome.is_err() {
            self.reclaim(task);
        }
        outcome
    }

    /// Calls back once, as [`Task::on_complete_within`] does. An item that comes for a caller who has stopped
    /// waiting is not lost: the next call returns it.
    #[doc(hidden)]
    pub fn on_next(&self, callback: impl FnOnce(Result<Option<T>>) + Send + 'static) -> Waiter {
        let (task, this) = (self.next_item(), self.clone());
        let kept = task.clone();
        task.on_complete_within(None, move |outcome| {
            if outcome.is_err() {
                this.reclaim(kept);
            }
            callback(outcome);
        })
    }

    /// Takes back a task whose caller stopped waiting: its item is returned to the next caller.
    #[doc(hidden)]
    pub fn reclaim(&self, task: Task<Option<T>>) {
        let has_failed =
            task.is_finished() && matches!(task.wait_for(Duration::ZERO), Some(Err(_)));
        if !has_failed {
            lock(&self.0.abandoned).push_back(task);
        }
    }

    /// All items that are left.
    ///
    /// # Errors
    /// Those of the pages; the items that were fetched before are lost.
    pub fn all(&self) -> Result<Vec<T>> {
        self.into_iter().collect()
    }
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("pager", &self.0.pages.pager).finish_non_exhaustive()
    }
}

impl<T: Clone + Send + 'static> IntoIterator for &Listing<T> {
    type Item = Result<T>;
    type IntoIter = Items<T>;

    fn into_iter(self) -> Items<T> {
        Items(Some(self.clone()))
    }
}

impl<T: Clone + Send + 'static> IntoIterator for Listing<T> {
    type Item = Result<T>;
    type IntoIter = Items<T>;

    fn into_iter(self) -> Items<T> {
        Items(Some(self))
    }
}

/// Blocks for one item after the other; ends after the last item, or after an error.
#[derive(Debug)]
pub struct Items<T>(Option<Listing<T>>);

impl<T: Clone + Send + 'static> Iterator for Items<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let item = self.0.as_ref()?.wait_for_next().transpose();
        if !matches!(item, Some(Ok(_))) {
            self.0 = None;
        }
        item
    }
}
