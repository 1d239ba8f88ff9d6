//! The sample data: an app and two installations. The members are those of ICR's documentation and samples; the ids are fictional.

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(super) struct Installation {
    pub(super) id: String,
    pub(super) app: String,
    pub(super) organization: Organization,
    pub(super) permissions: Permissions,
    pub(super) suspended: bool,
}

pub(super) struct Organization {
    pub(super) id: String,
    pub(super) full_name: String,
}

/// Levels by name: `VIEW`, `WRITE` or `REQUEST`.
pub(super) type Permissions = BTreeMap<&'static str, &'static str>;

impl Installation {
    pub(super) fn new(id: &str, organization_id: &str, full_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            app: APP_ID.to_owned(),
            organization: Organization {
                id: organization_id.to_owned(),
                full_name: full_name.to_owned(),
            },
            permissions: Permissions::from(PERMISSIONS),
            suspended: false,
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "createdAt": CREATED_AT,
            "updatedAt": CREATED_AT,
            "organization": self.organization.json(),
            "permissions": self.permissions,
            "appNameId": APP_NAME_ID,
            "appId": self.app,
            // Real replies contain this URL with `undefined`, so a client must not use it.
            "accessTokensUrl": format!("undefined/app/installations/{}/accessTokens", self.id)
        })
    }
}

impl Organization {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "fullName": self.full_name,
            "url": format!("https://www.carbonregistry.com/organizations/{}", self.id)
        })
    }
}

pub(super) fn installations() -> Vec<Installation> {
    let narrow = [("organization_info", "VIEW")];
    vec![
        Installation::new(INSTALLATIONS[0], ORGANIZATIONS[0], "Reykjavik Forests"),
        Installation {
            permissions: Permissions::from(narrow),
            ..Installation::new(INSTALLATIONS[1], ORGANIZATIONS[1], "Akureyri Geothermal")
        },
    ]
}

/// Sets the number of additional installations, which are there for tests of pagination.
pub(super) fn pad(installations: &mut Vec<Installation>, count: usize) {
    installations.retain(|it| !it.id.starts_with(PADDING));
    installations.extend((1..=count).map(|number| {
        let id = format!("{PADDING}-7000-4000-8000-{number:012}");
        let organization = format!("00000000-7000-4000-9000-{number:012}");
        Installation::new(&id, &organization, &format!("Organization {number}"))
    }));
}

pub(super) const APP_ID: &str = "0b54d8a6-3c1f-4e0b-9c8e-6f1f0f6f7a10";
pub(super) const APP_NAME_ID: &str = "carbon-marketplace";
const INSTALLATIONS: [&str; 2] =
    ["5d0f8c1e-7a44-4f3b-8a1d-2f6f0a1c9b01", "5d0f8c1e-7a44-4f3b-8a1d-2f6f0a1c9b02"];
const ORGANIZATIONS: [&str; 2] =
    ["9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c01", "9a2e4b6c-1d3f-4a5b-8c7d-0e1f2a3b4c02"];
const PADDING: &str = "00000000";
const CREATED_AT: &str = "2022-01-01T00:00:00Z";

/// The permissions of the documented sample.
pub(super) const PERMISSIONS: [(&str, &str); 5] = [
    ("organization_info", "VIEW"),
    ("organization_members", "VIEW"),
    ("organization_projects", "VIEW"),
    ("organization_inventory", "REQUEST"),
    ("organization_warehouse", "WRITE"),
];
