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
    /// Verifies the signature of a webhook. No network I/O.
    ///
    /// - `headers`: All headers of the request, with names in any case; it depends on the platform
    ///   which of them count.
    /// - `body`: The raw bytes of the request, before anything parses them: a body that was parsed
    ///   and written again has another signature.
    /// - `secrets`: The webhook's secrets: two while one replaces the other.
    ///
    /// Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>
    ///
    /// # Errors
    /// - [`Unauthorized`](crate::ErrorKind::Unauthorized) (`invalid_signature`) if there is no
    ///   signature, or one that fits none of the secrets.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if a secret is missing or empty.
    /// - [`Protocol`](crate::ErrorKind::Protocol) (`not_json`) if the signed payload is not JSON.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not sign webhooks.
    pub fn verify_webhook(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
        secrets: &[Secret],
    ) -> Result<WebhookEvent> {
        WebhookEvent::verify(self.platform(), headers, body, secrets)
    }

    /// Forgets the tokens that a webhook makes obsolete, so that new ones are minted.
    ///
    /// They are those of an installation that was suspended, deleted, or given other permissions or
    /// repositories, and those of a user who revoked the authorization of the app, whose sessions
    /// end if they were started with the id of the user's account. A webhook about something else
    /// is ignored.
    ///
    /// In the store they are forgotten in the background, for all who share it; if the store fails,
    /// that is an event `store_failed`, and this process tries again before it looks there. Other
    /// processes use those in their own memory until they are renewed or refused: apply the webhook
    /// there, too.
    ///
    /// The signature does not cover the event's name. A forged name causes no more than tokens
    /// minted anew: a revocation is recognised by the signed payload. No network I/O.
    ///
    /// - `event`: The result of [`App::verify_webhook`](crate::App::verify_webhook).
    ///
    /// Source: <https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation>
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

    /// Returns the configuration of the app's webhook.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn webhook_config(&self) -> Task<WebhookConfig> {
        self.perform(ApiOperation::new(OperationName::WebhookConfig), WebhookConfig::read)
    }

    /// Changes the configuration of the app's webhook. What is not given stays as it is.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if no change is given.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
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

    /// Lists the events that were sent to the app, newest first.
    ///
    /// Pages are requested as the items are asked for, none before.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/webhooks#list-deliveries-for-an-app-webhook>
    ///
    /// # Errors
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not list deliveries.
    pub fn webhook_deliveries(&self) -> Result<Listing<WebhookDelivery>> {
        self.listing()
    }

    /// Returns one delivery, with its request and the receiver's response in
    /// [`WebhookDelivery::raw`](crate::resources::WebhookDelivery::raw).
    ///
    /// - `id`: The delivery's id, not its guid.
    ///
    /// Source: <https://docs.github.com/en/rest/apps/webhooks#get-a-delivery-for-an-app-webhook>
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no such delivery.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn webhook_delivery(&self, id: impl Into<String>) -> Task<WebhookDelivery> {
        let operation = ApiOperation::new(OperationName::WebhookDelivery);
        self.perform(operation.with("delivery_id", id.into()), WebhookDelivery::read_single)
    }

    /// Has the platform send an event again.
    ///
    /// - `delivery_id`: The delivery's id, not its guid.
    ///
    /// Source:
    /// <https://docs.github.com/en/rest/apps/webhooks#redeliver-a-delivery-for-an-app-webhook>
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) if there is no such delivery.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) if the platform does not offer this.
    /// - Those of [every call over the network](crate#errors).
    pub fn redeliver_webhook(&self, delivery_id: impl Into<String>) -> Task<()> {
        let operation = ApiOperation::new(OperationName::RedeliverWebhook);
        self.perform(operation.with("delivery_id", delivery_id.into()), read_nothing)
    }
}
