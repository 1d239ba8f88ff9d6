use napi_derive::napi;

/// An event that a platform sent and signed.
#[napi]
pub struct WebhookEvent(pub(crate) appmint_core::WebhookEvent);

/// What a webhook says.
#[napi(object, object_from_js = false, use_nullable = true)]
pub struct WebhookRecord {
    pub name: Option<String>,
    pub delivery_id: Option<String>,
    pub installation_id: Option<String>,
    pub payload: String,
}

#[napi]
impl WebhookEvent {
    /// All of it.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn record(&self) -> WebhookRecord {
        WebhookRecord {
            name: self.0.name.clone(),
            delivery_id: self.0.delivery_id.clone(),
            installation_id: self.0.installation_id.clone(),
            payload: self.0.payload.clone(),
        }
    }
}
