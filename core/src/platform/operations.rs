//! What a platform offers an app beside installations and tokens, as its descriptor says it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    descriptor::{Descriptor, Expires, List, Pointer, Pointers},
    validate::{given, path, wrong},
};
use crate::{error::Result, http::is_token_byte, operation::argument};

/// Where a person installs the app, and what comes back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Install {
    /// A page of the web host, with `{app_slug}`.
    pub(crate) path: String,
    /// The parameter that is handed back; absent where the platform has none.
    pub(crate) state: Option<String>,
    /// The parameter that says where to hand it back to.
    pub(crate) redirect_uri: Option<String>,
    /// The callback's parameter that names the installation; absent where there is none.
    pub(crate) installation_id: Option<String>,
}

/// Single requests. What is absent, the platform does not offer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Operations {
    pub(crate) registration: Option<Endpoint>,
    pub(crate) convert_manifest: Option<Endpoint>,
    pub(crate) suspend_installation: Option<Endpoint>,
    pub(crate) unsuspend_installation: Option<Endpoint>,
    pub(crate) delete_installation: Option<Endpoint>,
    pub(crate) webhook_config: Option<Endpoint>,
    pub(crate) update_webhook_config: Option<Endpoint>,
    pub(crate) webhook_delivery: Option<Endpoint>,
    pub(crate) redeliver_webhook: Option<Endpoint>,
    pub(crate) check_token: Option<Endpoint>,
    pub(crate) reset_token: Option<Endpoint>,
    pub(crate) scope_token: Option<Endpoint>,
    pub(crate) delete_token: Option<Endpoint>,
    pub(crate) delete_grant: Option<Endpoint>,
    pub(crate) revoke_credentials: Option<Endpoint>,
    pub(crate) revoke_installation_token: Option<Endpoint>,
}

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
    /// Refusals that mean that there is nothing left to do.
    #[serde(default)]
    pub(crate) done: Vec<u16>,
}

/// Who makes a request.
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
    /// What an installation token reaches.
    pub(crate) repositories: Option<List>,
    /// Webhooks that were sent to the app.
    pub(crate) webhook_deliveries: Option<List>,
}

/// Where things stand in the answers.
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

/// What a platform tells about a user's token when it is asked.
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
    pub(crate) permissions: Pointers,
    #[serde(default)]
    pub(crate) repository_selection: Pointers,
}

/// An operation by name: its endpoint, its arguments, the first of which is needed, and what its
/// answer is read as.
type Row<'a> = (&'a str, Option<&'a Endpoint>, &'a [&'a str], Option<&'a str>);

impl Operations {
    fn rows(&self) -> [Row<'_>; 16] {
        let Self { registration, convert_manifest, suspend_installation, .. } = self;
        let Self { unsuspend_installation, delete_installation, webhook_config, .. } = self;
        let Self {
            update_webhook_config, webhook_delivery, redeliver_webhook, check_token, ..
        } = self;
        let Self { reset_token, scope_token, delete_token, delete_grant, .. } = self;
        let Self { revoke_credentials, revoke_installation_token, .. } = self;
        let of = Option::as_ref;
        let (app, hook, told) = (Some("registration"), Some("webhook_config"), Some("user_token"));
        let (id, ring) = (&["installation_id"], &["delivery_id"]);
        let (token, cut): (&[_], &[_]) = (
            &["client_id", "token"],
            &[
                "token",
                "client_id",
                "target",
                "target_id",
                "repositories",
                "repository_ids",
                "permissions",
            ],
        );
        let change = &["url", "content_type", "secret", "insecure_ssl"];
        [
            ("registration", of(registration), &[], app),
            ("convert_manifest", of(convert_manifest), &["code"], app),
            ("suspend_installation", of(suspend_installation), id, None),
            ("unsuspend_installation", of(unsuspend_installation), id, None),
            ("delete_installation", of(delete_installation), id, None),
            ("webhook_config", of(webhook_config), &[], hook),
            ("update_webhook_config", of(update_webhook_config), change, hook),
            ("webhook_delivery", of(webhook_delivery), ring, Some("webhook_delivery")),
            ("redeliver_webhook", of(redeliver_webhook), ring, None),
            ("check_token", of(check_token), token, told),
            ("reset_token", of(reset_token), token, told),
            ("scope_token", of(scope_token), cut, told),
            ("delete_token", of(delete_token), token, None),
            ("delete_grant", of(delete_grant), token, None),
            ("revoke_credentials", of(revoke_credentials), &["credentials"], None),
            ("revoke_installation_token", of(revoke_installation_token), &["token"], None),
        ]
    }
}

pub(super) fn check_operations(descriptor: &Descriptor) -> Result<()> {
    for (name, endpoint, arguments, object) in descriptor.operations.rows() {
        let Some(endpoint) = endpoint else { continue };
        let member = format!("operations.{name}");
        check_endpoint(&member, endpoint, arguments)?;
        object.map_or(Ok(()), |object| needs(descriptor, &member, object))?;
    }
    check_list(descriptor, "repositories", &descriptor.lists.repositories, "repository")?;
    check_list(
        descriptor,
        "webhook_deliveries",
        &descriptor.lists.webhook_deliveries,
        "webhook_delivery",
    )
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
    match body.flat_map(wanted).find(|name| !arguments.contains(name)) {
        Some(name) => {
            let complaint = format!("this operation has no argument `{name}`");
            Err(wrong(&format!("{member}.body"), &complaint))
        }
        None => needs_argument(member, endpoint, arguments),
    }
}

/// What an operation is about must be told to the platform.
fn needs_argument(member: &str, endpoint: &Endpoint, arguments: &[&str]) -> Result<()> {
    let Some(needed) = arguments.first().filter(|name| !OPTIONAL.contains(name)) else {
        return Ok(());
    };
    let in_header = *needed == "token" && endpoint.credential == Credential::Token;
    let in_path = endpoint.path.contains(&format!("{{{needed}}}"));
    let mut in_body = endpoint.body.iter().flatten().flat_map(|(_, value)| wanted(value));
    if in_header || in_path || in_body.any(|name| name == *needed) {
        return Ok(());
    }
    Err(wrong(member, &format!("neither path nor body has {{{needed}}}")))
}

/// The arguments that a part of a body names.
fn wanted(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => argument(text).into_iter().collect(),
        Value::Object(members) => members.values().flat_map(wanted).collect(),
        _ => Vec::new(),
    }
}

fn needs(descriptor: &Descriptor, member: &str, object: &str) -> Result<()> {
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
    needs(d, &member, object)
}

/// Arguments that come first and may be left out all the same.
const OPTIONAL: [&str; 1] = ["url"];
