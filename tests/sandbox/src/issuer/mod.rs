//! An OAuth authorization server as the RFCs specify it, without apps and installations.
//!
//! Its two realms are two issuers with the same clients. `main` publishes its metadata where
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) defines it, `older` only where OpenID Connect does. Codes, tokens and
//! devices belong to one realm.
//!
//! `routes` is the table of requests and the functions that answer them.

mod access;
mod accounts;
mod auth;
mod authorize;
mod clients;
mod codes;
mod deviations;
mod device;
mod form;
mod introspect;
mod keys;
mod metadata;
mod patch;
mod realm;
mod refusals;
mod revoke;
mod routes;
mod scopes;
mod seed;
mod sessions;
mod token;
mod tokens;

use std::collections::HashSet;

use serde_json::Value;

use crate::forms::PendingForms;
use crate::http::{Reply, Request};
use crate::platform::{Change, Context, Platform, PlatformName, Registration};

use authorize::AuthorizationRequest;
use clients::Clients;
use codes::Codes;
use deviations::Deviations;
use device::Devices;
use keys::Keys;
use realm::Realm;
use routes::Found;
use tokens::Tokens;

/// The state of the platform.
pub(crate) struct Issuer {
    clients: Clients,
    keys: Keys,
    tokens: Tokens,
    forms: PendingForms<PendingForm>,
    codes: Codes,
    devices: Devices,
    /// The `jti` of every accepted client assertion.
    used_jtis: HashSet<String>,
    deviations: Deviations,
}

/// A form that waits for the decision of the person.
enum PendingForm {
    /// Consent for a client.
    Consent(Box<AuthorizationRequest>),
    /// The user code of a device.
    Device,
}

/// A request with its context and the parameters of its route.
struct Call<'a> {
    request: &'a Request,
    context: &'a Context,
    /// The realm in the path; without meaning for the API, which serves both realms.
    realm: Realm,
}

impl Call<'_> {
    fn now_ms(&self) -> i64 {
        self.context.now_ms
    }

    fn issuer(&self) -> String {
        self.realm.issuer(&self.context.origin)
    }

    /// The accepted audiences of a JWT: the issuer and its token endpoint
    /// ([RFC 7523, section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)).
    fn audiences(&self) -> [String; 2] {
        [self.issuer(), self.realm.endpoint(&self.context.origin, "token")]
    }
}

impl Issuer {
    /// The server with its sample data.
    pub(crate) fn as_specified() -> Self {
        Self {
            clients: Clients::default(),
            keys: Keys::default(),
            tokens: Tokens::default(),
            forms: PendingForms::default(),
            codes: Codes::default(),
            devices: Devices::default(),
            used_jtis: HashSet::new(),
            deviations: Deviations::default(),
        }
    }
}

impl Platform for Issuer {
    fn registration(&self) -> Registration {
        let client = self.clients.first();
        Registration {
            platform: PlatformName::Issuer.as_str(),
            app_id: seed::KEY_OWNER.to_owned(),
            app_slug: seed::KEY_OWNER.to_owned(),
            client_id: client.id.to_owned(),
            client_secret: client.secret().unwrap_or_default().to_owned(),
            redirect_uri: client.redirects.first().to_owned(),
            installations: Vec::new(),
        }
    }

    fn operations(&self) -> &'static [&'static str] {
        routes::operations()
    }

    fn operation(&self, request: &Request) -> &'static str {
        Found::of(request).operation(request)
    }

    fn credential_kind(&self, credential: &str) -> &'static str {
        auth::credential_kind(credential)
    }

    fn answer(&mut self, request: &Request, context: &Context) -> Reply {
        let found = Found::of(request);
        found.route.answer(self, &Call { request, context, realm: found.realm })
    }

    fn person(&self) -> Option<String> {
        Some(seed::PERSON.username.to_owned())
    }

    fn device_path(&self) -> &'static str {
        "/realms/main/device"
    }

    fn add_key(&mut self, app_id: &str, key: crate::keys::PublicKey) -> Result<(), String> {
        if app_id != seed::KEY_OWNER {
            return Err(format!("only {:?} has keys here", seed::KEY_OWNER));
        }
        self.keys.add(key);
        Ok(())
    }

    fn drop_keys(&mut self, app_id: &str) -> bool {
        let is_owner = app_id == seed::KEY_OWNER;
        if is_owner {
            self.keys.drop_all();
        }
        is_owner
    }

    fn add_redirect_uri(&mut self, uri: &str) {
        self.clients.add_redirect_uri(uri);
    }

    fn change_installation(&mut self, _id: &str, _change: Change) -> bool {
        false
    }

    fn forget_tokens(&mut self) {
        self.tokens.forget_all();
    }

    fn deviations(&self) -> Value {
        crate::deviations::to_json(&self.deviations)
    }

    fn change_deviations(&mut self, change: &Value) -> Result<(), String> {
        self.deviations = self.deviations.changed(change)?;
        Ok(())
    }
}
