//! The items of any endpoint's list. Each page is requested with the token that the source has by then.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{Listing, Sources, TokenSource, listing::Pages, refuse_own_token};
use crate::{
    client::{Attempt, Credential, PlatformClient},
    error::Result,
    resources::{Call, endpoint_pager::EndpointPager},
    tasks::{Deadline, no_time},
};

/// The pages of any endpoint's list.
type EndpointPages = Pages<Value, EndpointPager>;

impl TokenSource {
    /// Lists the items of any endpoint of the API, with the source's token.
    ///
    /// The items are the list that the endpoint answers, or the only member of its answer that is a
    /// list, such as `repositories` beside a `total_count`. Each one is a JSON value: the order of
    /// its members, and the digits of a number beyond 64 bits, are not kept.
    ///
    /// A next page is the one that the answer's Link header names, which must be on the same host
    /// and for the same credential, or as `api.paging` of the platform's descriptor says: by its
    /// number, until a page has no items or those of the page before, or by a cursor. As many items
    /// are asked for at once as the platform allows, unless the path's query has that parameter
    /// already. An item that moves to another page while the list is read may come twice, or not at
    /// all.
    ///
    /// Each page is asked for with the token that the source has by then, and one that is refused
    /// is replaced, as in [`TokenSource::request`](crate::TokenSource::request).
    ///
    /// A page that is refused is an error after the items of the pages before it. So is a link to
    /// another host, to which nothing is sent, and one to a page that was read already. Pages are
    /// requested as the items are asked for, none before.
    ///
    /// The call is a GET without a body. It must not have a token of its own.
    ///
    /// - `items`: The member of an answer that is the list, or a JSON pointer to it (RFC 6901),
    ///   where an answer has several lists. Default: the only list in the answer.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>,
    /// <https://www.rfc-editor.org/rfc/rfc8288#section-3>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the path or headers cannot be
    ///   sent, or the name of the member is empty.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`foreign_host`) if the URL is on
    ///   another host than the platform's.
    pub fn paginate(&self, call: Call, items: Option<&str>) -> Result<Listing<Value>> {
        refuse_own_token(&call)?;
        let (client, timeout) = (Arc::clone(&self.sources.client), own_timeout(&call)?);
        if !client.requires_caller(&call)? {
            return self.sources.paginate(call, items);
        }
        let (source, items) = (self.clone(), items.map(str::to_owned));
        let pager = EndpointPager::start(client.platform(), call, items)?;
        Ok(Listing::of(pager, move |pages: &Arc<EndpointPages>| {
            let (client, pages) = (Arc::clone(&client), Arc::clone(pages));
            source.with_token(timeout, move |token, owner, deadline| {
                let credential = Credential::of_token(token, owner.cloned());
                Attempt::new(pages.next_item_by(&client, &credential, deadline))
            })
        }))
    }
}

impl Sources {
    /// The items of an endpoint's list, with the call's own token or the credential that its path requires.
    pub(crate) fn paginate(&self, call: Call, items: Option<&str>) -> Result<Listing<Value>> {
        let (client, pool) = (Arc::clone(&self.client), self.pool.for_calls());
        let timeout = own_timeout(&call)?;
        let pager =
            EndpointPager::start(client.platform(), call.clone(), items.map(str::to_owned))?;
        Ok(Listing::of(pager, move |pages: &Arc<EndpointPages>| {
            let (client, pages, call) = (Arc::clone(&client), Arc::clone(pages), call.clone());
            pool.spawn_until(pool.deadline(timeout), move |deadline| {
                client.with_credential(&call, deadline, |credential| {
                    pages.next_item_by(&client, credential, deadline)
                })
            })
        }))
    }
}

/// The call's own timeout; an error if it leaves no time.
fn own_timeout(call: &Call) -> Result<Option<Duration>> {
    match call.own_timeout() {
        Some(Duration::ZERO) => Err(no_time()),
        timeout => Ok(timeout),
    }
}

impl EndpointPages {
    /// The next item, with this credential; `None` after the last.
    fn next_item_by(
        &self,
        client: &PlatformClient,
        credential: &Credential<'_>,
        deadline: Deadline,
    ) -> Result<Option<Value>> {
        let fetch = |pager: &mut EndpointPager| client.endpoint_page(pager, credential, deadline);
        self.next(fetch, EndpointPager::is_complete)
    }
}
