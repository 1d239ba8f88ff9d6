//! A long list, part by part: nothing is asked for before somebody wants it.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use url::Url;

use crate::{
    app::App,
    error::{Reason, Result},
    flight::{Deadline, Flight, lock},
    platform::{
        Platform,
        descriptor::{Base, List, Operation, Paging},
    },
    refusal::Answered,
    source::{TokenSource, Tried},
    token::Token,
};

/// The items of a list, fetched page by page as they are asked for.
///
/// Clones are the same list: what one takes the other does not see. In Rust it is iterated over;
/// [`next_item`](Self::next_item) is the same for those who must not block.
pub struct Listing<T>(Arc<Inner<T>>);

struct Inner<T> {
    app: App,
    /// The installation that asks, where it is not the app itself.
    source: Option<TokenSource>,
    fetch: Fetch<T>,
    /// Held while a page is fetched, so that two who ask get different ones.
    turn: Mutex<Walk>,
    ready: Mutex<VecDeque<T>>,
    abandoned: Mutex<VecDeque<Flight<Option<T>>>>,
    is_over: AtomicBool,
}

type Fetch<T> = fn(&App, &mut Walk, &Token, Deadline) -> Result<Option<Vec<T>>>;

/// What can be listed.
pub(crate) trait Listed: Clone + Send + 'static {
    /// What the list is, for errors.
    const LIST: &'static str;
    /// What is being done, for the rules about refusals.
    const OPERATION: Operation;
    fn list(platform: &Platform) -> Result<&List>;
    fn read(answered: &Answered<'_>, raw: &Value) -> Result<Self>;
    /// What tells one from another.
    fn key(&self) -> &str;
}

impl<T: Clone + Send + 'static> Listing<T> {
    pub(crate) fn new(app: &App, source: Option<&TokenSource>) -> Result<Self>
    where
        T: Listed,
    {
        let walk = Walk::start(app.platform(), T::list(app.platform())?)?;
        Ok(Self(Arc::new(Inner {
            app: app.clone(),
            source: source.cloned(),
            fetch: App::page::<T>,
            turn: Mutex::new(walk),
            ready: Mutex::default(),
            abandoned: Mutex::default(),
            is_over: AtomicBool::new(false),
        })))
    }

    /// The next item, from memory or the platform's next page; `None` after the last.
    ///
    /// After an error the same page is asked for again.
    pub fn next_item(&self) -> Flight<Option<T>> {
        if let Some(flight) = lock(&self.0.abandoned).pop_front() {
            return flight;
        }
        let is_over = self.0.is_over.load(Ordering::Acquire);
        if let Some(item) = self.pop() {
            return Flight::landed(Ok(Some(item)));
        }
        if is_over {
            return Flight::landed(Ok(None));
        }
        let (this, Inner { app, source, .. }) = (self.clone(), &*self.0);
        match source {
            Some(source) => source
                .with_token(None, move |token, deadline| Tried::of(this.advance(token, deadline))),
            None => app.fly_as_app(move |jwt, deadline| this.advance(jwt, deadline)),
        }
    }

    /// Waits for the next item. What comes after the app's timeout is not lost: it is the next.
    ///
    /// # Errors
    /// Those of the page, or [`Timeout`](crate::ErrorKind::Timeout).
    pub fn wait_for_next(&self) -> Result<Option<T>> {
        let flight = self.next_item();
        let outcome = flight.clone().wait();
        if outcome.is_err() {
            self.reclaim(flight);
        }
        outcome
    }

    /// Takes back a flight that nobody waits for any longer: what it brings is the next item.
    pub fn reclaim(&self, flight: Flight<Option<T>>) {
        let has_failed =
            flight.has_landed() && matches!(flight.wait_for(Duration::ZERO), Some(Err(_)));
        if !has_failed {
            lock(&self.0.abandoned).push_back(flight);
        }
    }

    /// All that is left of it.
    ///
    /// # Errors
    /// Those of the pages; what was fetched before is lost.
    pub fn all(&self) -> Result<Vec<T>> {
        self.into_iter().collect()
    }

    fn pop(&self) -> Option<T> {
        lock(&self.0.ready).pop_front()
    }

    fn advance(&self, token: &Token, deadline: Deadline) -> Result<Option<T>> {
        let mut turn = lock(&self.0.turn);
        loop {
            // Whoever had the turn before may have left something.
            if let Some(item) = self.pop() {
                return Ok(Some(item));
            }
            let Some(page) = (self.0.fetch)(&self.0.app, &mut turn, token, deadline)? else {
                return Ok(None);
            };
            lock(&self.0.ready).extend(page);
            self.0.is_over.store(turn.next.is_none(), Ordering::Release);
        }
    }
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("app", &self.0.app).finish_non_exhaustive()
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

/// Waits for one item after the other; ends after the last, or after an error.
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

/// How far a list has been walked.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) next: Option<Url>,
    /// A server may send us in a circle.
    visited: HashSet<Url>,
    /// An item may move to a later page while we walk.
    seen: HashSet<String>,
}

impl Walk {
    pub(crate) fn start(platform: &Platform, list: &List) -> Result<Self> {
        let mut url = platform.endpoint(Base::Api, &list.path, &[])?;
        match &list.paging {
            None => {}
            Some(Paging::Link { size, items_per_page }) => {
                url.query_pairs_mut().append_pair(size, &items_per_page.to_string());
            }
            Some(Paging::Page { page, first_page, size, items_per_page }) => {
                url.query_pairs_mut()
                    .append_pair(page, &first_page.to_string())
                    .append_pair(size, &items_per_page.to_string());
            }
        }
        Ok(Self { next: Some(url), visited: HashSet::new(), seen: HashSet::new() })
    }

    /// The page's items that are new, once the walk has come to the page after it.
    pub(crate) fn step<T: Listed>(&mut self, answered: &Answered<'_>) -> Result<Vec<T>> {
        let mut page = items(answered)?;
        page.retain(|item: &T| self.seen.insert(item.key().to_owned()));
        self.visited.insert(answered.request.url.clone());
        let next = next_page(answered, T::list(answered.platform)?, !page.is_empty());
        self.next = next.filter(|url| !self.visited.contains(url));
        Ok(page)
    }
}

fn items<T: Listed>(answered: &Answered<'_>) -> Result<Vec<T>> {
    if !answered.response.is_success() {
        return Err(answered.refusal());
    }
    let list = T::list(answered.platform)?;
    let reply = json(answered, list)?;
    let items = reply.pointer(&list.items).and_then(Value::as_array).ok_or_else(|| {
        answered.nonsense(Reason::MissingMember, &format!("the answer holds no {}", T::LIST))
    })?;
    items.iter().map(|raw| T::read(answered, raw)).collect()
}

fn json(answered: &Answered<'_>, list: &List) -> Result<Value> {
    if !list.json_in_string {
        return answered.json();
    }
    if let Some(bare) = unescaped_string(&answered.response.body) {
        return Ok(bare);
    }
    match answered.json()? {
        Value::String(text) => serde_json::from_str(&text).map_err(|_| {
            answered.nonsense(Reason::NotJson, "the answer is a text that holds no JSON")
        }),
        reply => Ok(reply),
    }
}

/// AtomGit's documentation shows the list between quotes whose inner quotes are not escaped.
fn unescaped_string(body: &[u8]) -> Option<Value> {
    let inside = body.trim_ascii().strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    serde_json::from_slice(inside).ok()
}

/// The page after the one in an answer, which brought something new or did not.
fn next_page(answered: &Answered<'_>, list: &List, is_new: bool) -> Option<Url> {
    let url = &answered.request.url;
    match list.paging.as_ref()? {
        Paging::Link { .. } => {
            // Only its query is taken: no URL of a server is followed with credentials.
            let mut next = url.clone();
            next.set_query(next_link(answered.response.header("link")?, url)?.query());
            Some(next)
        }
        // A server may cap the size it was asked for, so a short page need not be the last one.
        Paging::Page { page, .. } => is_new.then(|| numbered_after(url, page)),
    }
}

/// The target of the link whose relation is `next` (RFC 8288 §3). Targets and quoted texts may
/// hold commas and semicolons.
fn next_link(links: &str, base: &Url) -> Option<Url> {
    let mut rest = links;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, it)| it.split_once('>')) {
        let (link, others) = cut(after, ',');
        let mut parameters = link;
        while !parameters.is_empty() {
            let (parameter, further) = cut(parameters, ';');
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            if name.trim().eq_ignore_ascii_case("rel")
                && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
            {
                return base.join(target).ok();
            }
            parameters = further;
        }
        rest = others;
    }
    None
}

/// What stands before and behind the first separator that is not quoted.
fn cut(text: &str, separator: char) -> (&str, &str) {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == separator && !quoted
    });
    end.map_or((text, ""), |(at, c)| (&text[..at], &text[at + c.len_utf8()..]))
}

fn numbered_after(url: &Url, parameter: &str) -> Url {
    let mut next = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let raise = |text: &str| (text.parse::<u64>().unwrap_or(0) + 1).to_string();
    next.query_pairs_mut().clear().extend_pairs(pairs.iter().map(|(name, value)| {
        let value = if name == parameter { raise(value) } else { value.clone() };
        (name, value)
    }));
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let base = Url::parse("https://api.example/app/installations?per_page=2").unwrap();
        let links =
            r#"<https://api.example/x?page=1>; rel="prev", </x?page=3&per_page=2>; rel="next""#;
        assert_eq!(next_link(links, &base).unwrap().query(), Some("page=3&per_page=2"));
        assert!(next_link(r#"<https://api.example/x?page=1>; rel="last""#, &base).is_none());
        assert!(next_link("nonsense", &base).is_none());
    }

    #[test]
    fn pages_are_counted_on() {
        let url = Url::parse("https://api.example/x?page=9&limit=100").unwrap();
        assert_eq!(numbered_after(&url, "page").query(), Some("page=10&limit=100"));
    }
}
