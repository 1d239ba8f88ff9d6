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
    ready: Arc<Ready<T>>,
    /// Starts the task that fetches the next item with the list's credential.
    fetch: Box<dyn Fn() -> Task<Option<T>> + Send + Sync>,
    /// Tasks whose callers stopped waiting.
    abandoned: Mutex<VecDeque<Task<Option<T>>>>,
}

/// The items of the pages that were read.
struct Ready<T> {
    items: Mutex<VecDeque<T>>,
    is_complete: AtomicBool,
}

/// The pages of a list, which `P` reads.
pub(crate) struct Pages<T, P = Pager> {
    /// Locked while a page is fetched, so that two callers get different items.
    pager: Mutex<P>,
    ready: Arc<Ready<T>>,
}

impl<T, P> Pages<T, P> {
    /// The next item; `None` after the last. `fetch` reads a page, and whether it was the last; it returns
    /// `None` after the last.
    pub(super) fn next(
        &self,
        fetch: impl Fn(&mut P) -> Result<Option<Vec<T>>>,
        is_complete: fn(&P) -> bool,
    ) -> Result<Option<T>> {
        let mut pager = lock(&self.pager);
        loop {
            // The caller before may have left items.
            if let Some(item) = self.ready.pop() {
                return Ok(Some(item));
            }
            let Some(page) = fetch(&mut pager)? else { return Ok(None) };
            lock(&self.ready.items).extend(page);
            self.ready.is_complete.store(is_complete(&pager), Ordering::Release);
        }
    }
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
        let fetch = |pager: &mut Pager| client.next_page(pager, token, quota_of.cloned(), deadline);
        self.next(fetch, |pager| pager.next.is_none())
    }
}

impl<T> Ready<T> {
    fn pop(&self) -> Option<T> {
        lock(&self.items).pop_front()
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
        Ok(Self::of(Pager::start(platform, T::list(platform)?)?, fetch))
    }

    /// A list whose pages `pager` reads.
    pub(crate) fn of<P: Send + 'static>(
        pager: P,
        fetch: impl Fn(&Arc<Pages<T, P>>) -> Task<Option<T>> + Send + Sync + 'static,
    ) -> Self {
        let (items, is_complete) = (Mutex::new(VecDeque::new()), AtomicBool::new(false));
        let ready = Arc::new(Ready { items, is_complete });
        let pages = Arc::new(Pages { pager: Mutex::new(pager), ready: Arc::clone(&ready) });
        let fetch = Box::new(move || fetch(&pages));
        Self(Arc::new(Inner { ready, fetch, abandoned: Mutex::new(VecDeque::new()) }))
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
        let is_complete = self.0.ready.is_complete.load(Ordering::Acquire);
        if let Some(item) = self.0.ready.pop() {
            return Task::ready(Ok(Some(item)));
        }
        if is_complete {
            return Task::ready(Ok(None));
        }
        (self.0.fetch)()
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
        f.debug_struct("Listing")
            .field("ready", &lock(&self.0.ready.items).len())
            .finish_non_exhaustive()
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
