//! Installation tokens.
//!
//! <https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app>

use hyper::StatusCode;
use serde_json::{Value, json};

use super::app::rfc3339;
use super::installations::Installation;
use super::narrowing::{Narrowed, Narrowing};
use super::refusals::{object, suspended};
use super::tokens::{Holder, Issued, classic_installation_token, stateless_installation_token};
use super::{Call, Edition, GitHub, seed};
use crate::http::{Refusal, Reply};

impl GitHub {
    pub(super) fn mint(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let installation = self.own_installation(call)?;
        if installation.suspended_at.is_some() {
            return Err(suspended());
        }
        let narrowed = self.narrowed(installation, &Narrowing::read(&object(call)?)?)?;
        let expires_ms = call.now_ms().saturating_add(self.deviations.installation_token_life_ms);
        let token = self.new_installation_token(installation.app, call);
        let minted = self.minted(installation, &narrowed, &token, expires_ms, call);
        let issued = Issued {
            holder: Holder::Installation(installation.id),
            app: installation.app,
            permissions: narrowed.permissions,
            repositories: narrowed.repositories,
            created_ms: call.now_ms(),
            valid_from_ms: call.now_ms().saturating_add(call.context.token_lag_ms),
            expires_ms: Some(expires_ms),
        };
        self.tokens.keep(&token, issued);
        Ok(Reply::json(StatusCode::CREATED, &minted))
    }

    fn minted(
        &self,
        installation: &Installation,
        narrowed: &Narrowed,
        token: &str,
        expires_ms: i64,
        call: &Call<'_>,
    ) -> Value {
        let narrow = narrowed.repositories.is_some();
        let mut minted = json!({
            "token": token,
            "expires_at": rfc3339(expires_ms),
            "permissions": narrowed.permissions,
            "repository_selection": if narrow { "selected" } else { installation.selection.name() }
        });
        if let Some(ids) = &narrowed.repositories {
            let picked = self.repositories.iter().filter(|it| ids.contains(&it.id));
            minted["repositories"] = picked.map(|it| self.repository_json(it, call)).collect();
        }
        if narrowed.permissions.contains_key("single_file") {
            minted["single_file"] = json!(seed::SINGLE_FILES[0]);
            minted["has_multiple_single_files"] = json!(true);
            minted["single_file_paths"] = json!(seed::SINGLE_FILES);
        }
        minted
    }

    /// A header chooses between the two forms for the time being; an enterprise server has only the old one.
    /// <https://github.blog/changelog/2026-04-24-notice-about-upcoming-new-format-for-github-app-installation-tokens/>
    fn new_installation_token(&self, app: u64, call: &Call<'_>) -> String {
        let stateless = match call.request.header("x-github-stateless-s2s-token") {
            Some("enabled") => true,
            Some("disabled") => false,
            _ => self.deviations.stateless_tokens,
        };
        if stateless && self.edition == Edition::Cloud {
            stateless_installation_token(app)
        } else {
            classic_installation_token()
        }
    }
}
