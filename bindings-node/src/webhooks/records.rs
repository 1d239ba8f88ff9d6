//! The configuration of the app's webhook, and its deliveries.

use appmint_core::{
    Timestamp,
    resources::{WebhookConfig, WebhookDelivery},
};
use napi_derive::napi;

/// Where the platform sends webhook events.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WebhookConfigRecord {
    pub url: Option<String>,
    pub content_type: Option<String>,
    pub insecure_ssl: Option<bool>,
    pub raw: String,
}

impl From<WebhookConfig> for WebhookConfigRecord {
    fn from(config: WebhookConfig) -> Self {
        Self {
            url: config.url,
            content_type: config.content_type,
            insecure_ssl: config.insecure_ssl,
            raw: config.raw.to_string(),
        }
    }
}

/// A delivery of a webhook event.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WebhookDeliveryRecord {
    pub id: String,
    pub guid: Option<String>,
    pub event: Option<String>,
    pub action: Option<String>,
    pub status: Option<String>,
    pub status_code: Option<u16>,
    pub delivered_at: Option<i64>,
    pub is_redelivery: Option<bool>,
    pub installation_id: Option<String>,
    pub repository_id: Option<String>,
    pub raw: String,
}

impl From<WebhookDelivery> for WebhookDeliveryRecord {
    fn from(delivery: WebhookDelivery) -> Self {
        Self {
            id: delivery.id,
            guid: delivery.guid,
            event: delivery.event,
            action: delivery.action,
            status: delivery.status,
            status_code: delivery.status_code,
            delivered_at: delivery.delivered_at.map(Timestamp::as_millis),
            is_redelivery: delivery.is_redelivery,
            installation_id: delivery.installation_id,
            repository_id: delivery.repository_id,
            raw: delivery.raw.to_string(),
        }
    }
}
