//! An authorization server as the RFCs have it, and nothing beside: no app, no installations.
//!
//! It has two realms, which are two issuers with the same clients. `main` publishes its metadata where
//! [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414) wants it, `older` only where OpenID Connect does. Codes, tokens and
//! devices belong to the realm in which they were asked for. Whatever a test should have otherwise is a deviation.
//!
//! `routes` says which function answers which request.

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

/// Everything the platform knows.
pub(crate) struct Issuer {
    clients: Clients,
    keys: Keys,
    tokens: Tokens,
    forms: PendingForms<PendingForm>,
    codes: Codes,
    devices: Devices,
    /// The `jti` of every client assertion that was good once.
    used_jtis: HashSet<String>,
    deviations: Deviations,
}

/// What a page asks a person.
enum PendingForm {
    /// May this client act for you?
    Consent(Box<AuthorizationRequest>),
    /// Which device is it?
    Device,
}

/// One request, and what its handler needs to answer it.
struct Call<'a> {
    request: &'a Request,
    context: &'a Context,
    /// Whose address it was sent to; of no account for the API, which serves both.
    realm: Realm,
}

impl Call<'_> {
    fn now_ms(&self) -> i64 {
        self.context.now_ms
    }

    fn issuer(&self) -> String {
        self.realm.issuer(&self.context.origin)
    }

    /// Whom a JWT may be meant for: the issuer, or its token endpoint
    /// ([RFC 7523, section 3](https://www.rfc-editor.org/rfc/rfc7523#section-3)).
    fn audiences(&self) -> [String; 2] {
        [self.issuer(), self.realm.endpoint(&self.context.origin, "token")]
    }
}

impl Issuer {
    /// The server with a client of every kind.
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
