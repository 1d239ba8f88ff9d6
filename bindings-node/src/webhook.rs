use appmint_core::Webhook;
use napi_derive::napi;

/// An event that a platform sent and signed.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WebhookRecord {
    pub event: Option<String>,
    pub delivery_id: Option<String>,
    pub installation_id: Option<String>,
    pub payload: String,
}

impl WebhookRecord {
    pub(crate) fn of(webhook: Webhook) -> Self {
        Self {
            event: webhook.event,
            delivery_id: webhook.delivery_id,
            installation_id: webhook.installation_id,
            payload: webhook.payload,
        }
    }
}
