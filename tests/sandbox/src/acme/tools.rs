//! The tools (apps): the sample, those for which a key was registered, and those built from a blueprint (manifest).

use hyper::StatusCode;
use serde_json::{Value, json};

use super::bell::Bell;
use super::powers::Powers;
use super::refusals::nowhere;
use super::rings::Ring;
use super::{Acme, Call, seed};
use crate::http::{Refusal, Reply};
use crate::keys::PublicKey;
use crate::redirects::Redirects;
use crate::secrets;

pub(super) struct Tool {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) powers: Powers,
    pub(super) hears: Vec<String>,
    pub(super) keys: Vec<PublicKey>,
    pub(super) redirects: Redirects,
    pub(super) bell: Bell,
    /// Newest first.
    pub(super) rings: Vec<Ring>,
}

impl Tool {
    /// A tool with an id, which is also its client id, and nothing else.
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            slug: id.to_owned(),
            title: id.to_owned(),
            client_id: id.to_owned(),
            client_secret: secrets::token(""),
            powers: Powers::new(),
            hears: Vec::new(),
            keys: Vec::new(),
            redirects: Redirects::default(),
            bell: Bell::at(""),
            rings: Vec::new(),
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "tool": {
                "key": self.id,
                "slug": self.slug,
                "title": self.title,
                "shop": self.client_id,
                "powers": self.powers,
                "hears": self.hears,
                "times": { "made": "2025-12-31T23:59:59Z", "moved": "2026-01-01T01:00:00+01:00" }
            },
            "maker": { "handle": seed::smith().handle }
        })
    }
}

pub(super) struct Tools(Vec<Tool>);

impl Tools {
    pub(super) fn of(first: Tool) -> Self {
        Self(vec![first])
    }

    pub(super) fn first(&self) -> &Tool {
        &self.0[0]
    }

    pub(super) fn first_mut(&mut self) -> &mut Tool {
        &mut self.0[0]
    }

    /// The tool with this id, which is created if it does not exist.
    pub(super) fn with_id(&mut self, id: &str) -> &mut Tool {
        let at = self.0.iter().position(|it| it.id == id).unwrap_or_else(|| {
            self.0.push(Tool::new(id));
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    /// A new tool with the next free id.
    pub(super) fn build(&mut self) -> &mut Tool {
        let is_free = |id: &String| self.by_id(id).is_none();
        let id = (6_u64..).map(|number| format!("tool-{number}")).find(is_free);
        self.with_id(&id.unwrap_or_default())
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Tool> {
        self.0.iter().find(|it| it.id == id)
    }

    pub(super) fn by_id_mut(&mut self, id: &str) -> Option<&mut Tool> {
        self.0.iter_mut().find(|it| it.id == id)
    }

    pub(super) fn by_slug(&self, slug: &str) -> Option<&Tool> {
        self.0.iter().find(|it| it.slug == slug)
    }

    pub(super) fn by_client_id(&self, client_id: &str) -> Option<&Tool> {
        self.0.iter().find(|it| it.client_id == client_id)
    }
}

impl Acme {
    pub(super) fn get_tool(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        Ok(Reply::json(StatusCode::OK, &self.calling_tool(call)?.json()))
    }

    pub(super) fn calling_tool(&self, call: &Call<'_>) -> Result<&Tool, Refusal> {
        let id = self.tool_of(call)?;
        self.tools.by_id(&id).ok_or_else(nowhere)
    }

    pub(super) fn calling_tool_mut(&mut self, call: &Call<'_>) -> Result<&mut Tool, Refusal> {
        let id = self.tool_of(call)?;
        self.tools.by_id_mut(&id).ok_or_else(nowhere)
    }
}
