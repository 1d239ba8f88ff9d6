//! The part of a descriptor about everything beside installations and tokens.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    descriptor::{Descriptor, Expires, List, Pointer, Pointers},
    validate::{given, path, wrong},
};
use crate::{error::Result, http::message::is_token_byte};

/// The page where a person installs the app, and its callback.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Install {
    /// A page of the web host, with `{app_slug}`.
    pub(crate) path: String,
    /// The parameter that the callback returns unchanged; absent where the platform has none.
    pub(crate) state: Option<String>,
    /// The parameter that names the URL of the callback.
    pub(crate) redirect_uri: Option<String>,
    /// The callback's parameter that names the installation; absent where there is none.
    pub(crate) installation_id: Option<String>,
    /// The callback's parameters, and their values, by which it says that an owner of the account must
    /// approve the installation first; none where it never says so.
    #[serde(default)]
    pub(crate) requested: BTreeMap<String, String>,
}

/// Single requests by name. The platform does not offer an operation that is absent.
pub(crate) type Operations = BTreeMap<String, Endpoint>;

/// The operations that a descriptor can offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationName {
    Registration,
    ConvertManifest,
    SuspendInstallation,
    UnsuspendInstallation,
    DeleteInstallation,
    WebhookConfig,
    UpdateWebhookConfig,
    WebhookDelivery,
    RedeliverWebhook,
    CheckToken,
    ResetToken,
    ScopeToken,
    DeleteToken,
    DeleteGrant,
    RevokeCredentials,
    RevokeInstallationToken,
}

impl OperationName {
    pub(crate) const ALL: [Self; 16] = [
        Self::Registration,
        Self::ConvertManifest,
        Self::SuspendInstallation,
        Self::UnsuspendInstallation,
        Self::DeleteInstallation,
        Self::WebhookConfig,
        Self::UpdateWebhookConfig,
        Self::WebhookDelivery,
        Self::RedeliverWebhook,
        Self::CheckToken,
        Self::ResetToken,
        Self::ScopeToken,
        Self::DeleteToken,
        Self::DeleteGrant,
        Self::RevokeCredentials,
        Self::RevokeInstallationToken,
    ];

    /// Its name in a descriptor.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::ConvertManifest => "convert_manifest",
            Self::SuspendInstallation => "suspend_installation",
            Self::UnsuspendInstallation => "unsuspend_installation",
            Self::DeleteInstallation => "delete_installation",
            Self::WebhookConfig => "webhook_config",
            Self::UpdateWebhookConfig => "update_webhook_config",
            Self::WebhookDelivery => "webhook_delivery",
            Self::RedeliverWebhook => "redeliver_webhook",
            Self::CheckToken => "check_token",
            Self::ResetToken => "reset_token",
            Self::ScopeToken => "scope_token",
            Self::DeleteToken => "delete_token",
            Self::DeleteGrant => "delete_grant",
            Self::RevokeCredentials => "revoke_credentials",
            Self::RevokeInstallationToken => "revoke_installation_token",
        }
    }

    /// The operation in an error message: `… does not offer suspending an installation`.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Registration => "the app's registration",
            Self::ConvertManifest => "app manifests",
            Self::SuspendInstallation => "suspending an installation",
            Self::UnsuspendInstallation => "unsuspending an installation",
            Self::DeleteInstallation => "deleting an installation",
            Self::WebhookConfig => "the app's webhook",
            Self::UpdateWebhookConfig => "changing the app's webhook",
            Self::WebhookDelivery => "webhook deliveries",
            Self::RedeliverWebhook => "redelivering a webhook",
            Self::CheckToken => "checking a token",
            Self::ResetToken => "resetting a token",
            Self::ScopeToken => "scoping a token",
            Self::DeleteToken => "deleting a token",
            Self::DeleteGrant => "deleting a grant",
            Self::RevokeCredentials => "revoking credentials",
            Self::RevokeInstallationToken => "revoking installation tokens",
        }
    }

    /// The arguments that its endpoint may use. The first must be used, unless it is optional.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Registration | Self::WebhookConfig => &[],
            Self::ConvertManifest => &["code"],
            Self::SuspendInstallation | Self::UnsuspendInstallation | Self::DeleteInstallation => {
                &["installation_id"]
            }
            Self::UpdateWebhookConfig => &["url", "content_type", "secret", "insecure_ssl"],
            Self::WebhookDelivery | Self::RedeliverWebhook => &["delivery_id"],
            Self::CheckToken | Self::ResetToken | Self::DeleteToken | Self::DeleteGrant => {
                &["client_id", "token"]
            }
            Self::ScopeToken => SCOPE_TOKEN_ARGUMENTS,
            Self::RevokeCredentials => &["credentials"],
            Self::RevokeInstallationToken => &["token"],
        }
    }

    /// The object of the descriptor that describes its reply, if the reply is read.
    fn reply_object(self) -> Option<&'static str> {
        match self {
            Self::Registration | Self::ConvertManifest => Some("registration"),
            Self::WebhookConfig | Self::UpdateWebhookConfig => Some("webhook_config"),
            Self::WebhookDelivery => Some("webhook_delivery"),
            Self::CheckToken | Self::ResetToken | Self::ScopeToken => Some("user_token"),
            _ => None,
        }
    }
}

const SCOPE_TOKEN_ARGUMENTS: &[&str] =
    &["token", "client_id", "target", "target_id", "repositories", "repository_ids", "permissions"];

/// One request of the API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Endpoint {
    #[serde(rename = "as")]
    pub(crate) credential: Credential,
    pub(crate) method: String,
    pub(crate) path: String,
    /// A text `{name}` in it stands for an argument; a member whose argument is not given is left
    /// out. Absent where nothing is sent.
    pub(crate) body: Option<Map<String, Value>>,
    /// Refusals that count as success, because the state that was asked for is already there.
    #[serde(default)]
    pub(crate) done: Vec<u16>,
}

/// The credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Credential {
    /// The app, by its JWT.
    App,
    /// The OAuth client, by HTTP Basic.
    Client,
    /// The bearer of the token that the request is about.
    Token,
    /// Anyone.
    Nobody,
}

/// Lists beside that of the installations.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lists {
    /// The repositories that an installation token reaches.
    pub(crate) repositories: Option<List>,
    /// Webhooks that were sent to the app.
    pub(crate) webhook_deliveries: Option<List>,
}

/// The places of members in the replies.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Objects {
    pub(crate) registration: Option<RegistrationMembers>,
    pub(crate) repository: Option<RepositoryMembers>,
    pub(crate) webhook_config: Option<WebhookConfigMembers>,
    pub(crate) webhook_delivery: Option<WebhookDeliveryMembers>,
    pub(crate) user_token: Option<UserTokenMembers>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationMembers {
    pub(crate) id: Pointers,
    #[serde(default)]
    pub(crate) slug: Pointers,
    #[serde(default)]
    pub(crate) name: Pointers,
    #[serde(default)]
    pub(crate) client_id: Pointers,
    #[serde(default)]
    pub(crate) owner: Pointers,
    #[serde(default)]
    pub(crate) permissions: Pointers,
    #[serde(default)]
    pub(crate) events: Pointers,
    #[serde(default)]
    pub(crate) created_at: Pointers,
    #[serde(default)]
    pub(crate) updated_at: Pointers,
    pub(crate) client_secret: Option<Pointer>,
    pub(crate) webhook_secret: Option<Pointer>,
    pub(crate) private_key: Option<Pointer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepositoryMembers {
    pub(crate) id: Pointers,
    pub(crate) name: Pointers,
    #[serde(default)]
    pub(crate) full_name: Pointers,
    #[serde(default)]
    pub(crate) owner: Pointers,
    #[serde(default)]
    pub(crate) private: Pointers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookConfigMembers {
    pub(crate) url: Pointers,
    #[serde(default)]
    pub(crate) content_type: Pointers,
    #[serde(default)]
    pub(crate) insecure_ssl: Pointers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookDeliveryMembers {
    pub(crate) id: Pointers,
    #[serde(default)]
    pub(crate) guid: Pointers,
    #[serde(default)]
    pub(crate) event: Pointers,
    #[serde(default)]
    pub(crate) action: Pointers,
    #[serde(default)]
    pub(crate) status: Pointers,
    #[serde(default)]
    pub(crate) status_code: Pointers,
    #[serde(default)]
    pub(crate) delivered_at: Pointers,
    #[serde(default)]
    pub(crate) redelivery: Pointers,
    #[serde(default)]
    pub(crate) installation_id: Pointers,
    #[serde(default)]
    pub(crate) repository_id: Pointers,
}

/// A user's token as the platform describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserTokenMembers {
    pub(crate) token: Pointers,
    pub(crate) expires: Expires,
    #[serde(default)]
    pub(crate) scope: Pointers,
    #[serde(default)]
    pub(crate) account: Pointers,
    #[serde(default)]
    pub(crate) account_id: Pointers,
    #[serde(default)]
    pub(crate) permissions: Pointers,
    #[serde(default)]
    pub(crate) repository_selection: Pointers,
}

pub(super) fn check_operations(descriptor: &Descriptor) -> Result<()> {
    let is_unknown = |name: &&String| OperationName::ALL.iter().all(|it| it.name() != **name);
    if let Some(name) = descriptor.operations.keys().find(is_unknown) {
        return Err(wrong(&format!("operations.{name}"), "there is no such operation"));
    }
    for operation in OperationName::ALL {
        let member = format!("operations.{}", operation.name());
        let Some(endpoint) = descriptor.operations.get(operation.name()) else { continue };
        check_endpoint(&member, endpoint, operation.arguments())?;
        let object = operation.reply_object();
        object.map_or(Ok(()), |object| check_object(descriptor, &member, object))?;
    }
    check_list(descriptor, "repositories", &descriptor.lists.repositories, "repository")?;
    check_list(
        descriptor,
        "webhook_deliveries",
        &descriptor.lists.webhook_deliveries,
        "webhook_delivery",
    )
}

/// The argument that a text such as `{token}` stands for.
pub(crate) fn argument(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}')
}

fn check_endpoint(member: &str, endpoint: &Endpoint, arguments: &[&str]) -> Result<()> {
    let method = &endpoint.method;
    if method.is_empty() || !method.bytes().all(|b| is_token_byte(b) && !b.is_ascii_lowercase()) {
        return Err(wrong(&format!("{member}.method"), "this is not an HTTP method"));
    }
    let is_in_path = |name: &&&str| endpoint.path.contains(&format!("{{{name}}}"));
    let in_path: Vec<_> = arguments.iter().filter(is_in_path).copied().collect();
    path(&format!("{member}.path"), &endpoint.path, &in_path)?;
    let body = endpoint.body.iter().flatten().map(|(_, value)| value);
    match body.flat_map(arguments_in).find(|name| !arguments.contains(name)) {
        Some(name) => {
            let complaint = format!("this operation has no argument `{name}`");
            Err(wrong(&format!("{member}.body"), &complaint))
        }
        None => check_first_argument(member, endpoint, arguments),
    }
}

/// Refuses an endpoint that does not use the operation's first argument.
fn check_first_argument(member: &str, endpoint: &Endpoint, arguments: &[&str]) -> Result<()> {
    let Some(needed) = arguments.first().filter(|name| !OPTIONAL.contains(name)) else {
        return Ok(());
    };
    let in_header = *needed == "token" && endpoint.credential == Credential::Token;
    let in_path = endpoint.path.contains(&format!("{{{needed}}}"));
    let mut in_body = endpoint.body.iter().flatten().flat_map(|(_, value)| arguments_in(value));
    if in_header || in_path || in_body.any(|name| name == *needed) {
        return Ok(());
    }
    Err(wrong(member, &format!("neither path nor body has {{{needed}}}")))
}

/// The arguments that a part of a body names.
fn arguments_in(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => argument(text).into_iter().collect(),
        Value::Object(members) => members.values().flat_map(arguments_in).collect(),
        _ => Vec::new(),
    }
}

fn check_object(descriptor: &Descriptor, member: &str, object: &str) -> Result<()> {
    let Objects { registration, repository, webhook_config, webhook_delivery, user_token } =
        &descriptor.objects;
    let needed: Option<Vec<(&str, &Pointers)>> = match object {
        "registration" => registration.as_ref().map(|it| vec![("id", &it.id)]),
        "repository" => repository.as_ref().map(|it| vec![("id", &it.id), ("name", &it.name)]),
        "webhook_config" => webhook_config.as_ref().map(|it| vec![("url", &it.url)]),
        "webhook_delivery" => webhook_delivery.as_ref().map(|it| vec![("id", &it.id)]),
        _ => user_token.as_ref().map(|it| vec![("token", &it.token)]),
    };
    let Some(needed) = needed else {
        return Err(wrong(member, &format!("its answer is not described: objects.{object}")));
    };
    needed.iter().try_for_each(|(name, at)| given(&format!("objects.{object}.{name}"), at))
}

fn check_list(d: &Descriptor, name: &str, list: &Option<List>, object: &str) -> Result<()> {
    let Some(list) = list else { return Ok(()) };
    let member = format!("lists.{name}");
    path(&format!("{member}.path"), &list.path, &[])?;
    check_object(d, &member, object)
}

/// First arguments that an endpoint need not use.
const OPTIONAL: [&str; 1] = ["url"];
