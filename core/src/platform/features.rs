//! What a platform offers, as a list for people.

use super::{Platform, operations::OperationName};

impl Platform {
    /// Everything that some platform offers, by the name of the operation or setting, and whether this
    /// platform offers it. A call of another one ends with [`Unsupported`](crate::ErrorKind::Unsupported).
    #[must_use]
    pub fn features(&self) -> Vec<(&'static str, bool)> {
        let descriptor = self.descriptor();
        let operations = OperationName::ALL.iter().map(|name| {
            let is_offered = descriptor.operations.contains_key(name.name());
            (name.name(), is_offered)
        });
        let tokens = descriptor.installation_token.as_ref();
        let has_app_tokens = tokens.is_some_and(|rules| rules.app_path.is_some());
        let oauth = [
            ("authorize", self.authorization().is_ok()),
            ("start_device_login", self.device().is_ok()),
            ("exchange_token", self.token_exchange().is_ok()),
            ("revoke_token", self.oauth().is_ok_and(|oauth| oauth.revocation.is_some())),
            ("introspect_token", self.oauth().is_ok_and(|oauth| oauth.introspection.is_some())),
        ];
        let apps = [
            ("jwt", descriptor.jwt.is_some()),
            ("installations", descriptor.installations.is_some()),
            ("installation tokens", tokens.is_some()),
            ("narrowed tokens", tokens.is_some_and(|rules| rules.narrowing.is_some())),
            (
                "app_tokens",
                has_app_tokens || self.assertion().is_ok() || self.client_credentials().is_ok(),
            ),
            ("repositories", descriptor.lists.repositories.is_some()),
            ("install_url", descriptor.install.is_some()),
            ("verify_webhook", descriptor.webhook.is_some()),
            ("webhook_deliveries", descriptor.lists.webhook_deliveries.is_some()),
            ("git over HTTPS", descriptor.git.is_some()),
        ];
        apps.into_iter().chain(oauth).chain(operations).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_is_offered_where_the_descriptor_has_it() {
        let offers = |platform: &str, feature: &str| {
            let features = Platform::named(platform).unwrap().features();
            features.iter().find(|(name, _)| *name == feature).unwrap().1
        };
        assert!(offers("github", "narrowed tokens") && !offers("atomgit", "narrowed tokens"));
        assert!(offers("github", "check_token") && !offers("icr", "check_token"));
        assert!(offers("github", "git over HTTPS") && !offers("icr", "authorize"));
    }
}
