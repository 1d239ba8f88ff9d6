//! The app's webhook: where the platform sends events, and what it has sent.

use serde_json::Value;

use crate::{
    error::{Reason, Result},
    listing::Listed,
    platform::{
        Platform,
        descriptor::{List, Operation},
        operations::WebhookDeliveryMembers,
    },
    refusal::Answered,
    reply,
    secret::Secret,
    time::Timestamp,
};

/// Where the platform sends the app's events. The secret is never told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// The URL that events are sent to.
    pub url: Option<String>,
    /// How they are written: `json` or `form`.
    pub content_type: Option<String>,
    /// Whether the receiver's certificate is left unchecked.
    pub insecure_ssl: Option<bool>,
    /// The whole object as the platform sent it.
    pub raw: Value,
}

/// What to change of a webhook. What is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct WebhookUpdate {
    /// The URL that events are sent to.
    pub url: Option<String>,
    /// How they are written: `json` or `form`.
    pub content_type: Option<String>,
    /// The secret that signs them.
    pub secret: Option<Secret>,
    /// Whether the receiver's certificate is left unchecked.
    pub insecure_ssl: Option<bool>,
}

/// An event that was sent to the app, or was tried to be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The delivery's id, which [`redeliver_webhook`](crate::App::redeliver_webhook) takes.
    pub id: String,
    /// The id that the receiver saw; the same for each attempt.
    pub guid: Option<String>,
    /// The event's name.
    pub event: Option<String>,
    /// What happened, such as `opened`.
    pub action: Option<String>,
    /// What became of it, in the platform's words.
    pub status: Option<String>,
    /// The HTTP status that the receiver answered.
    pub status_code: Option<u16>,
    /// When it was sent.
    pub delivered_at: Option<Timestamp>,
    /// Whether it had been sent before.
    pub is_redelivery: Option<bool>,
    /// The installation that it is about.
    pub installation_id: Option<String>,
    /// The repository that it is about.
    pub repository_id: Option<String>,
    /// The whole object as the platform sent it; of a single delivery with request and response.
    pub raw: Value,
}

impl WebhookConfig {
    pub(crate) fn read(answered: &Answered<'_>) -> Result<Self> {
        let platform = answered.platform;
        let members = platform.described(&platform.descriptor().objects.webhook_config)?;
        let raw = answered.json()?;
        Ok(Self {
            url: reply::text(&raw, &members.url),
            content_type: reply::text(&raw, &members.content_type),
            insecure_ssl: reply::flag(&raw, &members.insecure_ssl),
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
    pub(crate) fn single(answered: &Answered<'_>) -> Result<Self> {
        Self::read(answered, &answered.json()?)
    }

    fn of(members: &WebhookDeliveryMembers, raw: &Value) -> Option<Self> {
        Some(Self {
            id: reply::text(raw, &members.id)?,
            guid: reply::text(raw, &members.guid),
            event: reply::text(raw, &members.event),
            action: reply::text(raw, &members.action),
            status: reply::text(raw, &members.status),
            status_code: reply::text(raw, &members.status_code).and_then(|text| text.parse().ok()),
            delivered_at: reply::time(raw, &members.delivered_at),
            is_redelivery: reply::flag(raw, &members.redelivery),
            installation_id: reply::text(raw, &members.installation_id),
            repository_id: reply::text(raw, &members.repository_id),
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

    fn read(answered: &Answered<'_>, raw: &Value) -> Result<Self> {
        let platform = answered.platform;
        let members = platform.described(&platform.descriptor().objects.webhook_delivery)?;
        Self::of(members, raw).ok_or_else(|| {
            answered.nonsense(Reason::MissingMember, "a delivery in the answer has no id")
        })
    }

    fn key(&self) -> &str {
        &self.id
    }
}
