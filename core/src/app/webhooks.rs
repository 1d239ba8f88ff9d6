//! Webhooks: events that the platform sends, and the configuration of their delivery.

use super::App;
use crate::{
    error::{Error, Result},
    platform::operations::OperationName,
    resources::{
        WebhookConfig, WebhookDelivery, WebhookEvent, WebhookUpdate, operation::ApiOperation,
        webhook::cleaned_secret,
    },
    secret::Secret,
    sources::{Listing, TokenKey, read_nothing},
    tasks::Task,
};

impl App {
    /// A webhook event, once its signature was verified with one of the secrets (two while one
    /// replaces the other). No network I/O.
    ///
    /// # Errors
    /// Those of [`WebhookEvent::verify`].
    pub fn verify_webhook(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        secrets: &[Secret],
    ) -> Result<WebhookEvent> {
        WebhookEvent::verify(self.platform(), headers, body, secrets)
    }

    /// Forgets the tokens of an installation that was suspended, deleted, or given other permissions
    /// or repositories, so that new ones are minted. Ends the sessions of a user who revoked the
    /// authorization of the app, if they were started with the id of the user's account. Returns how many
    /// of these tokens were in memory. No network I/O yet.
    ///
    /// In the store they are forgotten in the background, whatever they are narrowed to, so that no
    /// process takes them from there any more; if the store fails, that is an event `store_failed`, and this
    /// process tries again before it looks there. Another process goes on with the tokens in its
    /// own memory until they are renewed or refused: have the event applied there, too.
    ///
    /// The event's name need not be signed: a forged one can do no more than have tokens minted anew. Of a
    /// revocation the signed payload tells.
    pub fn apply_webhook(&self, event: &WebhookEvent) -> usize {
        if let Some(account_id) = event.revoked_account(self.platform()) {
            return self.end_sessions_of(&account_id);
        }
        let rules = self.platform().descriptor().webhook.as_ref();
        let changes = rules.map_or(&[][..], |rules| &rules.changes);
        let Some(id) = event.installation_id.as_deref() else { return 0 };
        if !event.name.as_ref().is_some_and(|name| changes.contains(name)) {
            return 0;
        }
        let is_affected = |key: &TokenKey| key.installation_id() == Some(id);
        let sources = &self.0.sources;
        sources.lookups.forget(is_affected);
        sources.cache.changed();
        sources.forget_stored(id);
        let entries = sources.cache.entries_with(is_affected);
        entries.iter().filter(|entry| sources.cache.invalidate(entry).is_some()).count()
    }

    /// The configuration of the app's webhook.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn webhook_config(&self) -> Task<WebhookConfig> {
        self.perform(ApiOperation::new(OperationName::WebhookConfig), WebhookConfig::read)
    }

    /// Changes the configuration of the app's webhook.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it,
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) without any change.
    pub fn update_webhook_config(&self, update: WebhookUpdate) -> Task<WebhookConfig> {
        if update.is_empty() {
            return Task::ready(Err(Error::invalid("the webhook update changes nothing")));
        }
        let secret = match update.secret.as_ref().map(cleaned_secret).transpose() {
            Ok(secret) => secret,
            Err(error) => return Task::ready(Err(error)),
        };
        let operation = ApiOperation::new(OperationName::UpdateWebhookConfig)
            .with_optional("url", update.url)
            .with_optional("content_type", update.content_type)
            .with_optional("secret", secret.as_ref().map(Secret::reveal))
            .with_optional(
                "insecure_ssl",
                update.insecure_ssl.map(|yes| if yes { "1" } else { "0" }),
            )
            .secret(secret);
        self.perform(operation, WebhookConfig::read)
    }

    /// The deliveries of webhook events to the app, newest first, fetched page by page as they are
    /// asked for.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not list them.
    pub fn webhook_deliveries(&self) -> Result<Listing<WebhookDelivery>> {
        self.listing()
    }

    /// One delivery; its `raw` holds the request and the receiver's response.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn webhook_delivery(&self, id: impl Into<String>) -> Task<WebhookDelivery> {
        let operation = ApiOperation::new(OperationName::WebhookDelivery);
        self.perform(operation.with("delivery_id", id.into()), WebhookDelivery::read_single)
    }

    /// Has a delivery sent again.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where the platform does not offer it.
    pub fn redeliver_webhook(&self, delivery_id: impl Into<String>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::RedeliverWebhook);
        self.perform(operation.with("delivery_id", delivery_id.into()), read_nothing)
    }
}
