//! The list that any endpoint of the API answers, page by page: which value of an answer holds the items,
//! and which URL the next page has.
//!
//! An answer is a list, or an object around one: `{"total_count": 2, "repositories": […]}`. A link to the
//! next page is followed on the host and with the credential of the page that has it, and nowhere else.

use std::{collections::HashSet, mem};

use serde_json::Value;
use url::Url;

use super::{Call, paging};
use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::Request,
    platform::{Platform, descriptor::Paging, reply::Reply},
};

/// The list as a noun, for errors.
pub(crate) const LIST: &str = "the list";

/// The position in the list of an endpoint.
#[derive(Debug)]
pub(crate) struct EndpointPager {
    call: Call,
    /// The place of the items in an answer, if it was named.
    items: Option<String>,
    /// The next page, or the reason why there is none although the list goes on.
    next: Option<Result<Url>>,
    visited: HashSet<Url>,
    /// The items of the numbered page before: an endpoint without pages sends its whole list again and again.
    before: Vec<Value>,
    /// The pages in a row without items.
    idle: usize,
}

impl EndpointPager {
    pub(crate) fn start(platform: &Platform, call: Call, items: Option<String>) -> Result<Self> {
        call.check_listable()?;
        if items.as_ref().is_some_and(String::is_empty) {
            return Err(Error::invalid("the name of the member with the items is empty"));
        }
        let mut url = call.location(platform)?;
        url.set_fragment(None);
        paging::begin(&mut url, platform.descriptor().api.paging.as_ref());
        let next = Some(Ok(url));
        Ok(Self { call, items, next, visited: HashSet::new(), before: Vec::new(), idle: 0 })
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.next.is_none()
    }

    /// The request of the next page, all but its `Authorization`; `None` after the last.
    pub(crate) fn request(&self, platform: &Platform, limit: usize) -> Result<Option<Request>> {
        let Some(next) = &self.next else { return Ok(None) };
        let mut request = self.call.request(platform, limit)?;
        request.url = next.clone()?;
        Ok(Some(request))
    }

    /// Reads a page: returns its items and moves on to the page after it.
    pub(crate) fn read_page(&mut self, reply: &Reply<'_>) -> Result<Vec<Value>> {
        match reply.response.status {
            200..=299 => {}
            304 => return Err(not_modified()),
            _ => return Err(reply.refusal()),
        }
        let mut json = content(reply)?;
        // The pointer of a cursor may lead into what is around the items, but not into them.
        let page = self.take_items(&mut json, reply)?;
        let is_numbered = is_numbered(reply);
        let is_repeated = is_numbered && page == self.before;
        let next = self.next_page(reply, &json, !page.is_empty() && !is_repeated);
        self.idle = if page.is_empty() { self.idle + 1 } else { 0 };
        self.visited.insert(reply.request.url.clone());
        self.next = next.map(|url| self.unless_endless(url?, reply));
        if is_repeated {
            return Ok(Vec::new());
        }
        if is_numbered {
            self.before.clone_from(&page);
        }
        Ok(page)
    }

    fn next_page(&self, reply: &Reply<'_>, json: &Value, is_new: bool) -> Option<Result<Url>> {
        if let Some(target) = paging::linked(reply.response) {
            return Some(link_target(reply, target));
        }
        let paging = reply.platform.descriptor().api.paging.as_ref()?;
        paging::unlinked(&reply.request.url, json, paging, is_new).map(Ok)
    }

    fn unless_endless(&self, url: Url, reply: &Reply<'_>) -> Result<Url> {
        let problem = if self.visited.contains(&url) {
            "the next page is one that was read before".to_owned()
        } else if self.idle > MAX_IDLE {
            format!("it goes on for {MAX_IDLE} pages without an item")
        } else {
            return Ok(url);
        };
        Err(endless(reply, &problem))
    }

    /// The items of an answer, taken out of it.
    fn take_items(&self, json: &mut Value, reply: &Reply<'_>) -> Result<Vec<Value>> {
        if json.is_null() {
            return Ok(Vec::new());
        }
        let place = match &self.items {
            Some(name) => named(json, name),
            None => only_list(json, reply)?,
        };
        match place {
            Some(Value::Array(items)) => Ok(mem::take(items)),
            Some(Value::Null) => Ok(Vec::new()),
            _ => Err(no_list(reply, self.items.as_deref())),
        }
    }
}

/// The JSON of an answer; null if it has no content.
fn content(reply: &Reply<'_>) -> Result<Value> {
    // GitHub answers 204 where a repository is empty.
    if matches!(reply.response.status, 204 | 205) {
        return Ok(Value::Null);
    }
    reply.any_json()
}

/// The value of a member, or at a JSON pointer (RFC 6901).
fn named<'a>(json: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if name.starts_with('/') { json.pointer_mut(name) } else { json.get_mut(name) }
}

/// The value that is the list: the whole answer, or its only member that is one.
fn only_list<'a>(json: &'a mut Value, reply: &Reply<'_>) -> Result<Option<&'a mut Value>> {
    let Value::Object(members) = json else { return Ok(Some(json)) };
    // Programs in Go write an empty list as null.
    let is_empty = members.get("total_count").is_some_and(|count| *count == 0);
    let is_list = |value: &&mut Value| value.is_array() || (is_empty && value.is_null());
    let mut lists: Vec<_> = members.values_mut().filter(is_list).collect();
    match lists.len() {
        0 | 1 => Ok(lists.pop()),
        many => Err(ambiguous(reply, many)),
    }
}

/// The URL of a link, if a token may be sent there.
fn link_target(reply: &Reply<'_>, target: &str) -> Result<Url> {
    let (platform, here) = (reply.platform, &reply.request.url);
    let not_a_url = || endless(reply, "the link to the next page is not a URL");
    let mut next = here.join(target).map_err(|_| not_a_url())?;
    next.set_fragment(None);
    if next.origin() != here.origin() || platform.locate(next.as_str()).is_err() {
        return Err(foreign(reply, &next));
    }
    if platform.is_of_api(&next) != platform.is_of_api(here)
        || platform.route(&next) != platform.route(here)
    {
        return Err(endless(
            reply,
            "the link to the next page leads to an endpoint for another credential",
        ));
    }
    Ok(next)
}

fn foreign(reply: &Reply<'_>, next: &Url) -> Error {
    let host = |url: &Url| url.origin().ascii_serialization();
    let (there, here) = (host(next), host(&reply.request.url));
    let message = format!("{LIST}: the link to the next page leads to {there}, away from {here}");
    Error::protocol(Reason::ForeignHost, message)
        .with_status(reply.response.status)
        .advise("A token is only sent to the host that it belongs to. If that is the platform's own name for itself, set api_url to it.")
}

fn endless(reply: &Reply<'_>, problem: &str) -> Error {
    let message = format!("{LIST}: {problem}");
    Error::new(ErrorKind::Protocol, message).with_status(reply.response.status)
}

fn ambiguous(reply: &Reply<'_>, many: usize) -> Error {
    let what = format!("the answer has {many} lists");
    reply
        .protocol_error(Reason::MissingMember, &what)
        .advise("Name the member that holds the items, as `items`.")
}

fn no_list(reply: &Reply<'_>, items: Option<&str>) -> Error {
    let what = match items {
        None => "the answer is no list, and has none as a member",
        Some(_) => "the answer has no list of the name that was given as `items`",
    };
    reply.protocol_error(Reason::MissingMember, what)
}

fn not_modified() -> Error {
    Error::new(
        ErrorKind::Rejected,
        format!("{LIST} has not changed since what the call's headers name"),
    )
    .with_status(304)
    .advise("Leave out If-None-Match and If-Modified-Since to read it again.")
}

fn is_numbered(reply: &Reply<'_>) -> bool {
    let paging = reply.platform.descriptor().api.paging.as_ref();
    paging.is_some_and(Paging::is_numbered) && paging::linked(reply.response).is_none()
}

/// A page may be empty while others follow, if a platform filters it.
const MAX_IDLE: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Repeat, Response},
        platform::descriptor::Operation,
        time::{ClockReading, Timestamp},
    };

    fn pager(platform: &Platform) -> EndpointPager {
        EndpointPager::start(platform, Call::get("/orgs/o/repos"), None).unwrap()
    }

    /// The items of the next page, which has a link.
    fn read(
        platform: &Platform,
        pager: &mut EndpointPager,
        body: &str,
        link: &str,
    ) -> Result<Vec<Value>> {
        let request = pager.request(platform, 1000)?.unwrap();
        assert_eq!(request.repeat, Repeat::Read);
        let headers = vec![("link".to_owned(), format!("<{link}>; rel=next"))];
        let response = Response { status: 200, headers, body: body.as_bytes().to_vec() };
        pager.read_page(&Reply {
            platform,
            operation: Operation::Call,
            subject: LIST,
            request: &request,
            response: &response,
            now: ClockReading::new(Timestamp::from_secs(0), std::time::Duration::ZERO),
            date: None,
            granted: None,
        })
    }

    #[test]
    fn a_list_that_goes_on_without_items_ends_with_an_error() {
        let platform = Platform::named("github").unwrap();
        let mut pager = pager(&platform);
        let mut pages = 0;
        let error = loop {
            match read(&platform, &mut pager, "[]", &format!("?page={pages}")) {
                Ok(_) => pages += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((pages, error.kind()), (1 + MAX_IDLE, ErrorKind::Protocol));
    }

    #[test]
    fn the_error_of_a_link_comes_after_the_items_and_each_time_again() {
        let platform = Platform::named("github").unwrap();
        let mut pager = pager(&platform);
        let items = read(&platform, &mut pager, "[1, 2]", "https://elsewhere.example/x").unwrap();
        assert_eq!(items.len(), 2);
        for _ in 0..2 {
            assert!(!pager.is_complete());
            let error = pager.request(&platform, 1000).unwrap_err();
            assert_eq!(error.reason(), Some(Reason::ForeignHost));
        }
    }

    #[test]
    fn a_link_stays_on_the_host_and_in_the_api_of_its_page() {
        let platform = Platform::named("github-enterprise").unwrap();
        let platform = platform.with_host("forge.example").unwrap();
        for (link, is_followed) in [
            ("https://forge.example/api/v3/organizations/7/repos?page=2", true),
            ("?page=2", true),
            ("http://forge.example/api/v3/orgs/o/repos?page=2", false),
            ("https://forge.example:8443/api/v3/orgs/o/repos?page=2", false),
            ("https://forge.example/api/graphql?page=2", false),
            ("https://forge.example/api/v3x?page=2", false),
            ("/api/v3/../../login?page=2", false),
            ("/api/v3/orgs/..%2f..%2fapp?page=2", false),
            ("/api/v3/app/installations?page=2", false),
        ] {
            let mut pager = pager(&platform);
            read(&platform, &mut pager, "[1]", link).unwrap();
            assert_eq!(pager.request(&platform, 1000).is_ok(), is_followed, "{link}");
        }
    }

    #[test]
    fn a_call_that_cannot_be_made_for_each_page_is_refused() {
        let platform = Platform::named("github").unwrap();
        for call in [Call::new("POST", "/x"), Call::get("/x").body("{}"), Call::get("x")] {
            let error = EndpointPager::start(&platform, call, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        }
    }
}
