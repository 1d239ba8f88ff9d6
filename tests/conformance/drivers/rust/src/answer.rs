//! What came of a command, as the words of one line.

use std::fmt;

use appmint_core::{
    Error, Event, Installation, Listing, Permissions, Quota, Response, Result, Secret, Stats, Task,
    Timestamp, Token,
    oauth::{Authorization, Introspection},
    resources::{Registration, Repository, WebhookConfig, WebhookDelivery, WebhookEvent},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use serde_json::Value;

use crate::Words;

/// Keys and values, already encoded.
#[derive(Default)]
pub(crate) struct Answer(String);

impl Answer {
    pub(crate) fn with(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        let encoded = |text: &[u8]| percent_encode(text, RESERVED).to_string();
        self.0 += &format!(" {}={}", encoded(key.as_bytes()), encoded(value.as_ref()));
        self
    }

    pub(crate) fn maybe(self, key: &str, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(crate) fn time(self, key: &str, time: Option<Timestamp>) -> Self {
        self.maybe(key, time.map(|time| time.as_millis().to_string()))
    }

    pub(crate) fn value(value: &str) -> Self {
        Self::default().with("value", value)
    }

    pub(crate) fn shown(object: &impl fmt::Debug) -> Self {
        Self::default().with("shown", format!("{object:?}"))
    }

    pub(crate) fn token(token: &Token) -> Self {
        Self::shown(token)
            .with("kind", token.kind().name())
            .with("reveal.token", token.reveal())
            .with("reveal.authorization", token.authorization_header().reveal())
            .time("expires_at_ms", token.expires_at())
            .with("permissions", listed(token.permissions()))
            .maybe("repository_selection", token.repository_selection())
            .with("repositories", token.repositories().join(","))
            .with("scopes", token.scopes().join(","))
            .maybe("account", token.account())
            .maybe("account_id", token.account_id())
            .maybe("claims", token.claims())
            .maybe("reveal.refresh_token", token.refresh_token().map(Secret::reveal))
            .time("refresh_token_expires_at_ms", token.refresh_token_expires_at())
    }

    pub(crate) fn introspection(known: &Introspection) -> Self {
        Self::shown(known)
            .with("active", known.active.to_string())
            .with("scopes", known.scopes.join(","))
            .maybe("client_id", known.client_id.as_ref())
            .maybe("username", known.username.as_ref())
            .maybe("subject", known.subject.as_ref())
            .maybe("token_type", known.token_type.as_ref())
            .maybe("issuer", known.issuer.as_ref())
            .with("audience", known.audience.join(","))
            .time("expires_at_ms", known.expires_at)
            .time("issued_at_ms", known.issued_at)
            .time("not_before_ms", known.not_before)
            .with("raw", known.raw.to_string())
    }

    /// Nothing but that it went well.
    pub(crate) fn nothing(task: Task<()>) -> Result<Self> {
        task.wait().map(|()| Self::default())
    }

    /// The items of a list, up to the limit that was given.
    pub(crate) fn all<T: Clone + Send + 'static>(
        listing: &Listing<T>,
        words: &Words,
        tell: fn(Self, &str, &T) -> Self,
    ) -> Result<Self> {
        let limit = words.get("limit").map_or(usize::MAX, |n| n.parse().expect("a number"));
        let items: Vec<T> = listing.into_iter().take(limit).collect::<Result<_>>()?;
        let answer = Self::default().with("count", items.len().to_string());
        let told = items.iter().enumerate();
        Ok(told.fold(answer, |answer, (index, item)| tell(answer, &format!("{index}."), item)))
    }

    pub(crate) fn item(self, prefix: &str, of: &Value) -> Self {
        self.with(&format!("{prefix}value"), of.to_string())
    }

    pub(crate) fn registration(of: &Registration) -> Self {
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|it| it.reveal().to_owned());
        Self::shown(of)
            .with("id", &of.id)
            .maybe("slug", of.slug.as_ref())
            .maybe("name", of.name.as_ref())
            .maybe("client_id", of.client_id.as_ref())
            .maybe("owner", of.owner.as_ref())
            .with("permissions", listed(&of.permissions))
            .with("events", of.events.join(","))
            .time("created_at_ms", of.created_at)
            .time("updated_at_ms", of.updated_at)
            .maybe("reveal.client_secret", secret(&of.client_secret))
            .maybe("reveal.webhook_secret", secret(&of.webhook_secret))
            .maybe("reveal.private_key", secret(&of.private_key))
            .with("raw", of.raw.to_string())
    }

    pub(crate) fn repository(self, prefix: &str, of: &Repository) -> Self {
        let key = |name: &str| format!("{prefix}{name}");
        self.with(&key("id"), &of.id)
            .with(&key("name"), &of.name)
            .maybe(&key("full_name"), of.full_name.as_ref())
            .maybe(&key("owner"), of.owner.as_ref())
            .maybe(&key("is_private"), of.is_private.map(|flag| flag.to_string()))
            .with(&key("raw"), of.raw.to_string())
    }

    pub(crate) fn webhook_config(of: &WebhookConfig) -> Self {
        Self::default()
            .maybe("url", of.url.as_ref())
            .maybe("content_type", of.content_type.as_ref())
            .maybe("insecure_ssl", of.insecure_ssl.map(|flag| flag.to_string()))
            .with("raw", of.raw.to_string())
    }

    pub(crate) fn webhook_delivery(self, prefix: &str, of: &WebhookDelivery) -> Self {
        let key = |name: &str| format!("{prefix}{name}");
        self.with(&key("id"), &of.id)
            .maybe(&key("guid"), of.guid.as_ref())
            .maybe(&key("event"), of.event.as_ref())
            .maybe(&key("action"), of.action.as_ref())
            .maybe(&key("status"), of.status.as_ref())
            .maybe(&key("status_code"), of.status_code.map(|code| code.to_string()))
            .time(&key("delivered_at_ms"), of.delivered_at)
            .maybe(&key("is_redelivery"), of.is_redelivery.map(|flag| flag.to_string()))
            .maybe(&key("installation_id"), of.installation_id.as_ref())
            .maybe(&key("repository_id"), of.repository_id.as_ref())
            .with(&key("raw"), of.raw.to_string())
    }

    pub(crate) fn installation(self, prefix: &str, of: &Installation) -> Self {
        let key = |name: &str| format!("{prefix}{name}");
        self.with(&key("id"), &of.id)
            .maybe(&key("account"), of.account.as_ref())
            .maybe(&key("account_name"), of.account_name.as_ref())
            .maybe(&key("account_id"), of.account_id.as_ref())
            .maybe(&key("target_id"), of.target_id.as_ref())
            .maybe(&key("app_id"), of.app_id.as_ref())
            .maybe(&key("app_slug"), of.app_slug.as_ref())
            .maybe(&key("repository_selection"), of.repository_selection.as_ref())
            .with(&key("permissions"), listed(&of.permissions))
            .with(&key("events"), of.events.join(","))
            .time(&key("created_at_ms"), of.created_at)
            .time(&key("updated_at_ms"), of.updated_at)
            .time(&key("suspended_at_ms"), of.suspended_at)
            .with(&key("raw"), of.raw.to_string())
    }

    pub(crate) fn authorization(of: &Authorization) -> Self {
        let verifier = of.code_verifier().map(Secret::reveal);
        Self::shown(of)
            .with("url", of.url())
            .with("state", of.state())
            .maybe("redirect_uri", of.redirect_uri())
            .maybe("reveal.code_verifier", verifier)
    }

    pub(crate) fn response(response: &Response) -> Self {
        let answer = Self::shown(response)
            .with("status", response.status.to_string())
            .with("body", &response.body)
            .with("text", response.text().as_ref());
        response
            .headers
            .iter()
            .fold(answer, |answer, (name, value)| answer.with(&format!("header.{name}"), value))
    }

    pub(crate) fn webhook(of: &WebhookEvent) -> Self {
        Self::default()
            .maybe("event", of.name.as_ref())
            .maybe("delivery_id", of.delivery_id.as_ref())
            .maybe("installation_id", of.installation_id.as_ref())
            .with("payload", &of.payload)
    }

    pub(crate) fn event(self, prefix: &str, of: &Event) -> Self {
        let key = |name: &str| format!("{prefix}{name}");
        self.with(&key("kind"), of.kind.name())
            .maybe(&key("installation_id"), of.installation_id.as_ref())
            .maybe(&key("clock_offset"), of.clock_offset_ms.map(|ms| ms.to_string()))
            .maybe(&key("quota"), of.quota.as_ref().map(|quota| quota.remaining.to_string()))
            .maybe(&key("error_kind"), of.error.as_ref().map(|error| error.kind().name()))
            .with(&key("is_warning"), of.kind.is_warning().to_string())
            .with(&key("text"), of.to_string())
    }

    pub(crate) fn quota(of: Option<&Quota>) -> Self {
        let Some(of) = of else { return Self::default() };
        Self::default()
            .maybe("limit", of.limit.map(|limit| limit.to_string()))
            .with("remaining", of.remaining.to_string())
            .time("reset_at_ms", of.reset_at)
            .maybe("resource", of.resource.as_ref())
    }

    pub(crate) fn stats(of: Stats) -> Self {
        let numbers = [
            ("minted", of.minted),
            ("renewed", of.renewed),
            ("failed", of.failed),
            ("served_stale", of.served_stale),
            ("retried", of.retried),
            ("joined", of.joined),
            ("refused", of.refused),
            ("from_store", of.from_store),
            ("store_failed", of.store_failed),
            ("sources", of.sources),
        ];
        let told = numbers.into_iter();
        told.fold(Self::default(), |answer, (name, number)| answer.with(name, number.to_string()))
    }

    pub(crate) fn error(error: &Error) -> Self {
        Self::shown(error)
            .with("kind", error.kind().name())
            .maybe("reason", error.reason().map(appmint_core::Reason::name))
            .with("message", error.message())
            .maybe("hint", error.hint())
            .maybe("status", error.status().map(|status| status.to_string()))
            .maybe("platform_code", error.platform_code())
            .maybe("request_id", error.request_id())
            .maybe("sso_url", error.sso_url())
            .with("missing_permissions", error.missing_permissions().join(","))
            .maybe("retry_after_ms", error.retry_after().map(|wait| wait.as_millis().to_string()))
            .with("is_retryable", error.is_retryable().to_string())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn decoded_pair(word: &str) -> (String, String) {
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (key, value) = word.split_once('=').expect("key=value");
    (decoded(key), decoded(value))
}

fn listed(permissions: &Permissions) -> String {
    let words: Vec<_> = permissions.iter().map(|(name, level)| format!("{name}:{level}")).collect();
    words.join(",")
}

/// RFC 3986 §2.3: all but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
