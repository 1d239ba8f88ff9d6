//! Pagination with the `Link` header.
//!
//! <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>

use hyper::header::LINK;
use url::form_urlencoded::Serializer;

use super::Call;
use crate::http::{Reply, Request};

/// The page that a request asks for, counted from 1.
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    pub(super) fn requested(request: &Request) -> Self {
        Self { number: number(request, "page").unwrap_or(1), size: size(request) }
    }

    /// The part of `all` on this page.
    pub(super) fn of<'t, T>(&self, all: &'t [T]) -> &'t [T] {
        let start = self.start().min(all.len());
        &all[start..(start + self.size).min(all.len())]
    }

    /// The reply with links to the other pages, if there are any.
    pub(super) fn linked(&self, reply: Reply, call: &Call<'_>, total: usize) -> Reply {
        let last = total.div_ceil(self.size).max(1);
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(("prev", (self.number - 1).min(last)));
        }
        if self.number < last {
            links.push(("next", self.number + 1));
            links.push(("last", last));
        }
        if self.number > 1 {
            links.push(("first", 1));
        }
        let links: Vec<_> = links
            .into_iter()
            .map(|(relation, page)| link(call, "page", &page.to_string(), relation))
            .collect();
        if links.is_empty() { reply } else { reply.with(LINK, &links.join(", ")) }
    }

    fn start(&self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// A link to the requested URL with another value for one parameter.
pub(super) fn link(call: &Call<'_>, parameter: &str, value: &str, relation: &str) -> String {
    let others = call.request.query.iter().filter(|(name, _)| *name != parameter);
    let query =
        Serializer::new(String::new()).extend_pairs(others).append_pair(parameter, value).finish();
    format!("<{}{}?{query}>; rel=\"{relation}\"", call.web(), call.request.path)
}

/// The size of a page: 30 by default, at most 100.
pub(super) fn size(request: &Request) -> usize {
    number(request, "per_page").unwrap_or(30).min(100)
}

fn number(request: &Request, name: &str) -> Option<usize> {
    let value = request.query.one(name).ok()??;
    value.parse().ok().filter(|number| *number > 0)
}
