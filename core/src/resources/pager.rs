//! A long list, page by page: the URL of each next page, and the items of a page that are new.

use std::collections::HashSet;

use serde_json::Value;
use url::Url;

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    platform::{
        Platform,
        descriptor::{Base, List, Operation, Paging},
        reply::Reply,
    },
    resources::paging,
};

/// An object that platforms list.
pub(crate) trait Listed: Clone + Send + 'static {
    /// The list as a noun, for errors.
    const LIST: &'static str;
    /// The kind of operation, for the descriptor's rules about refusals.
    const OPERATION: Operation;
    fn list(platform: &Platform) -> Result<&List>;
    fn read(reply: &Reply<'_>, raw: &Value) -> Result<Self>;
    /// The id that tells two items apart.
    fn key(&self) -> &str;
}

/// The position in a list.
#[derive(Debug)]
pub(crate) struct Pager {
    pub(crate) next: Option<Url>,
    /// A server may link back to a page that was read.
    visited: HashSet<Url>,
    /// An item may move to a later page while the list is read.
    seen: HashSet<String>,
    /// The pages in a row that brought nothing new.
    idle: usize,
}

impl Pager {
    pub(crate) fn start(platform: &Platform, list: &List) -> Result<Self> {
        let mut url = platform.endpoint(Base::Api, &list.path, &[])?;
        paging::begin(&mut url, list.paging.as_ref());
        Ok(Self { next: Some(url), visited: HashSet::new(), seen: HashSet::new(), idle: 0 })
    }

    /// Reads a page: returns its new items and moves on to the page after it.
    pub(crate) fn read_page<T: Listed>(&mut self, reply: &Reply<'_>) -> Result<Vec<T>> {
        let json = read(reply, T::list(reply.platform)?)?;
        let mut page = items(reply, &json)?;
        page.retain(|item: &T| self.seen.insert(item.key().to_owned()));
        self.idle = if page.is_empty() { self.idle + 1 } else { 0 };
        if self.idle > MAX_IDLE {
            let message = format!("the {} goes on for {MAX_IDLE} pages with nothing new", T::LIST);
            return Err(Error::new(ErrorKind::Protocol, message).with_status(reply.response.status));
        }
        self.visited.insert(reply.request.url.clone());
        let next = next_page(reply, &json, T::list(reply.platform)?, !page.is_empty());
        self.next = next.filter(|url| !self.visited.contains(url));
        Ok(page)
    }
}

fn items<T: Listed>(reply: &Reply<'_>, json: &Value) -> Result<Vec<T>> {
    let list = T::list(reply.platform)?;
    let items = json.pointer(&list.items).and_then(Value::as_array).ok_or_else(|| {
        reply.protocol_error(Reason::MissingMember, &format!("the answer holds no {}", T::LIST))
    })?;
    items.iter().map(|raw| T::read(reply, raw)).collect()
}

fn read(reply: &Reply<'_>, list: &List) -> Result<Value> {
    if !reply.response.is_success() {
        return Err(reply.refusal());
    }
    if !list.json_in_string {
        return reply.json();
    }
    if let Some(bare) = unescaped_string(&reply.response.text()) {
        return Ok(bare);
    }
    match reply.json()? {
        Value::String(text) => serde_json::from_str(&text).map_err(|_| {
            let what = "the answer is a JSON text that does not hold JSON";
            reply.protocol_error(Reason::NotJson, what)
        }),
        json => Ok(json),
    }
}

/// AtomGit's documentation shows a list between quotes whose inner quotes are not escaped.
fn unescaped_string(text: &str) -> Option<Value> {
    let inside = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    serde_json::from_str(inside).ok()
}

/// The URL of the page after a reply's, which did or did not bring new items.
fn next_page(reply: &Reply<'_>, json: &Value, list: &List, is_new: bool) -> Option<Url> {
    let (url, paging) = (&reply.request.url, list.paging.as_ref()?);
    if let Paging::Link { .. } = paging {
        // Only the query is taken: no URL of a server is followed with credentials.
        let mut next = url.clone();
        next.set_query(url.join(paging::linked(reply.response)?).ok()?.query());
        return Some(next);
    }
    paging::unlinked(url, json, paging, is_new)
}

/// A page may be empty while others follow, if a platform filters it.
const MAX_IDLE: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Request, Response},
        resources::Installation,
        time::{ClockReading, Timestamp},
    };

    #[test]
    fn a_list_that_goes_on_with_nothing_new_ends_with_an_error() {
        let platform = Platform::named("github").unwrap();
        let list = Installation::list(&platform).unwrap();
        let mut pager = Pager::start(&platform, list).unwrap();
        let mut read = 0;
        let error = loop {
            let request = Request::new("GET", pager.next.clone().unwrap());
            let link = format!("</app/installations?page={read}>; rel=next");
            let headers = vec![("link".to_owned(), link)];
            let response = Response { status: 200, headers, body: b"[{\"id\":1}]".to_vec() };
            let reply = Reply {
                platform: &platform,
                operation: Operation::Installations,
                subject: "the list of installations",
                request: &request,
                response: &response,
                now: ClockReading::new(Timestamp::from_secs(0), std::time::Duration::ZERO),
                date: None,
                granted: None,
            };
            match pager.read_page::<Installation>(&reply) {
                Ok(_) => read += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((read, error.kind()), (1 + MAX_IDLE, ErrorKind::Protocol));
    }
}
