//! The apps: the sample, those for which a key was registered, and those created from a manifest.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::accounts::node_id;
use super::deliveries::Delivery;
use super::permissions::Permissions;
use super::seed;
use crate::keys::PublicKey;
use crate::redirects::Redirects;
use crate::secrets;

pub(super) struct App {
    pub(super) id: u64,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) external_url: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) permissions: Permissions,
    pub(super) events: Vec<String>,
    pub(super) keys: Vec<PublicKey>,
    pub(super) redirects: Redirects,
    pub(super) hook: Hook,
    /// Newest first.
    pub(super) deliveries: Vec<Delivery>,
}

/// The webhook configuration of an app.
pub(super) struct Hook {
    pub(super) url: String,
    pub(super) content_type: String,
    pub(super) insecure_ssl: String,
    pub(super) secret: Option<String>,
}

impl App {
    /// An app with an id and nothing else.
    pub(super) fn new(id: u64) -> Self {
        Self {
            id,
            slug: format!("app-{id}"),
            name: format!("App {id}"),
            external_url: "https://example.com".to_owned(),
            client_id: format!("Iv1.{id:016x}"),
            client_secret: secrets::hexadecimal("", 40),
            permissions: Permissions::new(),
            events: Vec::new(),
            keys: Vec::new(),
            redirects: Redirects::default(),
            hook: Hook::to(""),
            deliveries: Vec::new(),
        }
    }

    pub(super) fn json(&self, api: &str, web: &str, installations: usize) -> Value {
        json!({
            "id": self.id,
            "slug": self.slug,
            "client_id": self.client_id,
            "node_id": node_id("Integration", self.id),
            "owner": seed::user().json(api, web),
            "name": self.name,
            "description": "",
            "external_url": self.external_url,
            "html_url": format!("{web}/apps/{}", self.slug),
            // The documented sample's, with an offset where most other times have `Z`.
            "created_at": "2017-07-08T16:18:44-04:00",
            "updated_at": "2017-07-08T16:18:44-04:00",
            "permissions": self.permissions,
            "events": self.events,
            "installations_count": installations
        })
    }
}

impl Hook {
    pub(super) fn to(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            content_type: "json".to_owned(),
            insecure_ssl: "0".to_owned(),
            secret: None,
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut json = json!({
            "content_type": self.content_type,
            "insecure_ssl": self.insecure_ssl,
            "url": self.url
        });
        if self.secret.is_some() {
            json["secret"] = json!("********");
        }
        json
    }
}

pub(super) struct Apps(Vec<App>);

impl Apps {
    pub(super) fn of(first: App) -> Self {
        Self(vec![first])
    }

    pub(super) fn first(&self) -> &App {
        &self.0[0]
    }

    pub(super) fn first_mut(&mut self) -> &mut App {
        &mut self.0[0]
    }

    /// The app with this id, which is created if it does not exist.
    pub(super) fn with_id(&mut self, id: u64) -> &mut App {
        let at = self.0.iter().position(|it| it.id == id).unwrap_or_else(|| {
            self.0.push(App::new(id));
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    /// A new app with the next free id and a slug made of its name.
    pub(super) fn create(&mut self, name: &str) -> &mut App {
        let id = self.0.iter().map(|it| it.id).max().unwrap_or_default() + 1;
        let slug = self.free_slug(name);
        let app = self.with_id(id);
        app.name = name.to_owned();
        app.slug = slug;
        app
    }

    pub(super) fn by_id(&self, id: u64) -> Option<&App> {
        self.0.iter().find(|it| it.id == id)
    }

    pub(super) fn by_id_mut(&mut self, id: u64) -> Option<&mut App> {
        self.0.iter_mut().find(|it| it.id == id)
    }

    pub(super) fn by_slug(&self, slug: &str) -> Option<&App> {
        self.0.iter().find(|it| it.slug == slug)
    }

    pub(super) fn by_client_id(&self, client_id: &str) -> Option<&App> {
        self.0.iter().find(|it| it.client_id == client_id)
    }

    /// The app whose id or client id is the `iss` of an assertion.
    pub(super) fn by_issuer(&self, issuer: &str) -> Option<&App> {
        self.0.iter().find(|it| it.is_meant_by(issuer))
    }

    pub(super) fn by_issuer_mut(&mut self, issuer: &str) -> Option<&mut App> {
        self.0.iter_mut().find(|it| it.is_meant_by(issuer))
    }

    fn free_slug(&self, name: &str) -> String {
        let letter = |it: char| if it.is_ascii_alphanumeric() { it } else { '-' };
        let mut slug: String = name.to_ascii_lowercase().chars().map(letter).collect();
        while self.by_slug(&slug).is_some() {
            let _ = write!(slug, "-{}", self.0.len());
        }
        slug
    }
}

impl App {
    fn is_meant_by(&self, issuer: &str) -> bool {
        self.client_id == issuer || self.id.to_string() == issuer
    }
}
