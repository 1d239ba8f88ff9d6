//! Lists that are fetched page by page.

use appmint_core::{
    Installation,
    resources::{Repository, WebhookDelivery},
};
use napi::bindgen_prelude::Either4;
use napi_derive::napi;
use serde_json::Value;

use super::records::{InstallationRecord, RepositoryRecord};
use crate::{completions::Completions, errors::Outcome, webhooks::records::WebhookDeliveryRecord};

/// A list that is fetched page by page as its items are needed.
#[napi]
pub struct Listing(Items);

/// JavaScript has one class for all lists.
enum Items {
    Installations(appmint_core::Listing<Installation>),
    Repositories(appmint_core::Listing<Repository>),
    WebhookDeliveries(appmint_core::Listing<WebhookDelivery>),
    Json(appmint_core::Listing<Value>),
}

/// The last is JSON text, which JavaScript parses.
type Item = Either4<InstallationRecord, RepositoryRecord, WebhookDeliveryRecord, String>;

#[napi]
impl Listing {
    /// Returns the next item, from memory or the platform's next page.
    #[napi(catch_unwind)]
    pub fn next(&self, completions: &Completions, id: u32) -> Option<Outcome<Option<Item>>> {
        match &self.0 {
            Items::Installations(list) => completions
                .complete(id, list.next_item(), |item| item.map(|item| Item::A(item.into()))),
            Items::Repositories(list) => completions
                .complete(id, list.next_item(), |item| item.map(|item| Item::B(item.into()))),
            Items::WebhookDeliveries(list) => completions
                .complete(id, list.next_item(), |item| item.map(|item| Item::C(item.into()))),
            Items::Json(list) => completions
                .complete(id, list.next_item(), |item| item.map(|item| Item::D(item.to_string()))),
        }
    }
}

impl From<appmint_core::Listing<Installation>> for Listing {
    fn from(list: appmint_core::Listing<Installation>) -> Self {
        Self(Items::Installations(list))
    }
}

impl From<appmint_core::Listing<Repository>> for Listing {
    fn from(list: appmint_core::Listing<Repository>) -> Self {
        Self(Items::Repositories(list))
    }
}

impl From<appmint_core::Listing<WebhookDelivery>> for Listing {
    fn from(list: appmint_core::Listing<WebhookDelivery>) -> Self {
        Self(Items::WebhookDeliveries(list))
    }
}

impl From<appmint_core::Listing<Value>> for Listing {
    fn from(list: appmint_core::Listing<Value>) -> Self {
        Self(Items::Json(list))
    }
}
