//! A platform's facts about an app, as values: installations, repositories, registration,
//! webhooks; and the values that ask for them: lookups, calls, operations, lists.

pub(crate) mod call;
pub(crate) mod endpoint_pager;
pub(crate) mod install;
pub(crate) mod installation;
pub(crate) mod lookup;
pub(crate) mod operation;
pub(crate) mod pager;
mod paging;
mod registration;
mod repository;
mod target;
pub(crate) mod webhook;
mod webhook_config;

pub use self::{
    call::Call,
    install::InstallRequest,
    installation::Installation,
    lookup::{InstallationRequest, Lookup},
    registration::Registration,
    repository::Repository,
    target::Target,
    webhook::WebhookEvent,
    webhook_config::{WebhookConfig, WebhookDelivery, WebhookUpdate},
};
