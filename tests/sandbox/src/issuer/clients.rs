//! The clients and their authentication methods.

use super::seed;
use crate::redirects::Redirects;

pub(super) struct Client {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) proof: Proof,
    pub(super) redirects: Redirects,
}

/// The authentication method of a client.
#[derive(PartialEq, Eq)]
pub(super) enum Proof {
    /// A secret, in a Basic header or in the form.
    Secret(String),
    /// A signed JWT ([RFC 7523, section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2)).
    Key,
    /// None: a public client.
    None,
}

impl Client {
    pub(super) fn secret(&self) -> Option<&str> {
        match &self.proof {
            Proof::Secret(secret) => Some(secret),
            Proof::Key | Proof::None => None,
        }
    }

    pub(super) fn is_public(&self) -> bool {
        self.proof == Proof::None
    }
}

pub(super) struct Clients(Vec<Client>);

impl Default for Clients {
    fn default() -> Self {
        Self(seed::clients())
    }
}

impl Clients {
    pub(super) fn add_redirect_uri(&mut self, uri: &str) {
        for client in &mut self.0 {
            client.redirects.add(uri);
        }
    }

    pub(super) fn first(&self) -> &Client {
        &self.0[0]
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Client> {
        self.0.iter().find(|it| it.id == id)
    }
}
