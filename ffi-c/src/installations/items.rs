//! The items of any endpoint's list, as JSON.

use std::mem::MaybeUninit;

use appmint_core::Listing;
use serde_json::Value;

use crate::{
    access::free,
    call::next_item,
    errors::{appmint_error, appmint_status},
    values::appmint_text,
};

/// A list of any values, each as JSON: see appmint_app_paginate and appmint_source_paginate.
pub struct appmint_items {
    pub(crate) core: Listing<Value>,
}

impl From<Listing<Value>> for appmint_items {
    fn from(core: Listing<Value>) -> Self {
        Self { core }
    }
}

/// Returns the next item, from memory or the platform's next page. After an error the same page is
/// asked for again.
///
/// The item is NULL after the last.
///
/// Free `*item` with appmint_text_free.
///
/// Errors:
/// - Those of every call over the network: see the conventions.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
#[unsafe(no_mangle)]
pub extern "C" fn appmint_items_next(
    listing: Option<&appmint_items>,
    item: Option<&mut MaybeUninit<*mut appmint_text>>,
    error: Option<&mut MaybeUninit<*mut appmint_error>>,
) -> appmint_status {
    next_item("item", item, error, listing.map(|listing| &listing.core))
}

/// Frees a list, not the items that it returned.
#[unsafe(no_mangle)]
pub extern "C" fn appmint_items_free(listing: Option<Box<appmint_items>>) {
    free(listing);
}
