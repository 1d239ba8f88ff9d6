//! The results of calls, of whatever type.

use std::sync::Arc;

use appmint_core::{
    App, Installation, Response, Secret, Token,
    logins::DeviceLogin,
    oauth::Introspection,
    platform::Platform,
    resources::{Registration, Repository, WebhookConfig, WebhookDelivery},
};
use serde_json::Value as Json;

use crate::{
    app::{appmint_app, request::appmint_response},
    installations::{installation::appmint_installation, repository::appmint_repository},
    oauth::{device::appmint_device_login, introspection::appmint_introspection},
    operations::registration::appmint_registration,
    tokens::token::appmint_token,
    values::appmint_text,
    webhooks::{config::appmint_webhook_config, delivery::appmint_webhook_delivery},
};

impl From<Option<Json>> for Value {
    fn from(item: Option<Json>) -> Self {
        Self::Text(item.map(|item| Secret::new(item.to_string())))
    }
}

/// An object that a call may have as its result.
pub(crate) trait Object: Sized {
    /// A new object of a value, which is `None` after a list's last item; `None` for a value of another type.
    fn of(value: &Value) -> Option<Option<Self>>;
}

macro_rules! values {
    ($($variant:ident, $core:ty, $object:ty, $reader:literal;)+) => {
        /// The result of a call. A list's next item is absent after the last.
        pub(crate) enum Value { Nothing, $($variant(Option<$core>),)+ }

        impl Value {
            /// The function that reads it.
            pub(crate) fn reader(&self) -> &'static str {
                match self {
                    Self::Nothing => "appmint_call_outcome",
                    $(Self::$variant(_) => $reader,)+
                }
            }
        }

        $(
            impl From<$core> for Value {
                fn from(value: $core) -> Self { Self::$variant(Some(value)) }
            }

            impl From<Option<$core>> for Value {
                fn from(value: Option<$core>) -> Self { Self::$variant(value) }
            }

            impl Object for $object {
                fn of(value: &Value) -> Option<Option<Self>> {
                    match value {
                        Value::$variant(value) => Some(value.clone().map(Self::from)),
                        _ => None,
                    }
                }
            }
        )+
    };
}

values! {
    App, App, appmint_app, "appmint_call_app";
    Token, Token, appmint_token, "appmint_call_token";
    Text, Secret, appmint_text, "appmint_call_text";
    Response, Arc<Response>, appmint_response, "appmint_call_response";
    Installation, Installation, appmint_installation, "appmint_call_installation";
    Repository, Repository, appmint_repository, "appmint_call_repository";
    DeviceLogin, DeviceLogin, appmint_device_login, "appmint_call_device_login";
    Introspection, Introspection, appmint_introspection, "appmint_call_introspection";
    WebhookConfig, WebhookConfig, appmint_webhook_config, "appmint_call_webhook_config";
    WebhookDelivery, WebhookDelivery, appmint_webhook_delivery, "appmint_call_webhook_delivery";
    Registration, Registration, appmint_registration, "appmint_call_registration";
}

impl From<()> for Value {
    fn from((): ()) -> Self {
        Self::Nothing
    }
}

impl From<Platform> for Value {
    fn from(platform: Platform) -> Self {
        Secret::from(platform.as_json()).into()
    }
}
