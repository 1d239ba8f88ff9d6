use appmint_core::{Installation, Repository, WebhookDelivery};
use napi::bindgen_prelude::Either3;
use napi_derive::napi;

use crate::{
    app::InstallationRecord, landing::Landings, outcome::Outcome, repository::RepositoryRecord,
    webhook_config::WebhookDeliveryRecord,
};

/// A list that is fetched page by page as it is asked for.
#[napi]
pub struct Listing(Items);

/// JavaScript has one class for all lists.
enum Items {
    Installations(appmint_core::Listing<Installation>),
    Repositories(appmint_core::Listing<Repository>),
    WebhookDeliveries(appmint_core::Listing<WebhookDelivery>),
}

type Item = Either3<InstallationRecord, RepositoryRecord, WebhookDeliveryRecord>;

#[napi]
impl Listing {
    /// The next item; nothing after the last.
    #[napi(catch_unwind)]
    pub fn next(&self, landings: &Landings, id: u32) -> Option<Outcome<Option<Item>>> {
        match &self.0 {
            Items::Installations(list) => landings.await_landing(id, list.next_item(), |item| {
                item.map(InstallationRecord::of).map(Item::A)
            }),
            Items::Repositories(list) => landings.await_landing(id, list.next_item(), |item| {
                item.map(RepositoryRecord::of).map(Item::B)
            }),
            Items::WebhookDeliveries(list) => {
                landings.await_landing(id, list.next_item(), |item| {
                    item.map(WebhookDeliveryRecord::of).map(Item::C)
                })
            }
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
