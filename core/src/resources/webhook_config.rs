//! The configuration of the app's webhook, and the deliveries that were sent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::{Reason, Result},
    platform::{
        Platform,
        descriptor::{List, Operation},
        members,
        operations::WebhookDeliveryMembers,
        reply::Reply,
    },
    resources::pager::Listed,
    secret::Secret,
    time::Timestamp,
};

/// The configuration of the app's webhook. The secret is not part of it.
///
/// Source: <https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// The URL to which the platform sends events.
    pub url: Option<String>,
    /// The format of events: `json` or `form`.
    pub content_type: Option<String>,
    /// Whether the platform skips the check of the receiver's certificate.
    pub insecure_ssl: Option<bool>,
    /// The whole object as the platform sent it.
    pub raw: Value,
}

/// Changes to the configuration of the app's webhook. A field that is `None` stays unchanged.
#[derive(Clone, Debug, Default)]
pub struct WebhookUpdate {
    /// The URL to which the platform sends events. Default: unchanged.
    pub url: Option<String>,
    /// The format of events: `json` or `form`. Default: unchanged.
    pub content_type: Option<String>,
    /// The secret that signs events. Default: unchanged.
    pub secret: Option<Secret>,
    /// Whether the platform skips the check of the receiver's certificate, so that anybody on the
    /// way can pose as it. Default: unchanged.
    pub insecure_ssl: Option<bool>,
}

/// An attempt of the platform to send an event to the app.
///
/// Only its id is certain.
///
/// Source: <https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The delivery's id, which [`App::webhook_delivery`](crate::App::webhook_delivery) and
    /// [`App::redeliver_webhook`](crate::App::redeliver_webhook) take.
    pub id: String,
    /// The id that the receiver gets, which is the same for each attempt.
    pub guid: Option<String>,
    /// The event's name, such as `push`.
    pub event: Option<String>,
    /// The event's action, such as `opened`.
    pub action: Option<String>,
    /// The outcome, in the platform's words.
    pub status: Option<String>,
    /// The HTTP status of the receiver's response.
    pub status_code: Option<u16>,
    /// When it was sent.
    pub delivered_at: Option<Timestamp>,
    /// Whether the event had been sent before.
    pub is_redelivery: Option<bool>,
    /// The id of the installation that it is about.
    pub installation_id: Option<String>,
    /// The id of the repository that it is about.
    pub repository_id: Option<String>,
    /// The whole object as the platform sent it. That of
    /// [`App::webhook_delivery`](crate::App::webhook_delivery) has the request and the response in
    /// it, too.
    pub raw: Value,
}

impl WebhookConfig {
    pub(crate) fn read(reply: &Reply<'_>) -> Result<Self> {
        let platform = reply.platform;
        let members = platform.described(&platform.descriptor().objects.webhook_config)?;
        let raw = reply.json()?;
        Ok(Self {
            url: members::text(&raw, &members.url),
            content_type: members::text(&raw, &members.content_type),
            insecure_ssl: members::flag(&raw, &members.insecure_ssl),
            raw,
        })
    }
}

impl WebhookUpdate {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { url, content_type, secret, insecure_ssl } = self;
        url.is_none() && content_type.is_none() && secret.is_none() && insecure_ssl.is_none()
    }
}

impl WebhookDelivery {
    pub(crate) fn read_single(reply: &Reply<'_>) -> Result<Self> {
        Self::read(reply, &reply.json()?)
    }

    fn of(members: &WebhookDeliveryMembers, raw: &Value) -> Option<Self> {
        Some(Self {
            id: members::text(raw, &members.id)?,
            guid: members::text(raw, &members.guid),
            event: members::text(raw, &members.event),
            action: members::text(raw, &members.action),
            status: members::text(raw, &members.status),
            status_code: members::text(raw, &members.status_code)
                .and_then(|text| text.parse().ok()),
            delivered_at: members::time(raw, &members.delivered_at),
            is_redelivery: members::flag(raw, &members.redelivery),
            installation_id: members::text(raw, &members.installation_id),
            repository_id: members::text(raw, &members.repository_id),
            raw: raw.clone(),
        })
    }
}

impl Listed for WebhookDelivery {
    const LIST: &'static str = "list of webhook deliveries";
    const OPERATION: Operation = Operation::Call;

    fn list(platform: &Platform) -> Result<&List> {
        platform.offered(&platform.descriptor().lists.webhook_deliveries, Self::LIST)
    }

    fn read(reply: &Reply<'_>, raw: &Value) -> Result<Self> {
        let platform = reply.platform;
        let members = platform.described(&platform.descriptor().objects.webhook_delivery)?;
        Self::of(members, raw).ok_or_else(|| {
            reply.protocol_error(Reason::MissingMember, "a delivery in the answer has no id")
        })
    }

    fn key(&self) -> &str {
        &self.id
    }
}
