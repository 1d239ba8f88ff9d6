//! The operations and settings that a platform offers, as a list for people.

use serde_json::Value;

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

    /// The members that the descriptor has of its own, and what each of them does. Those of a descriptor that
    /// it extends are not among them.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, &'static str)> {
        let own: Option<Value> = serde_json::from_str(&self.json).ok();
        let is_own = |name: &str| own.as_ref().is_some_and(|own| own.get(name).is_some());
        MEMBERS.iter().copied().filter(|(name, _)| is_own(name)).collect()
    }
}

/// The members of a descriptor, in the order in which they are written.
const MEMBERS: [(&str, &str); 25] = [
    ("$schema", "the JSON Schema by which an editor checks the descriptor"),
    ("extends", "the built-in platform that this one changes (RFC 7396)"),
    ("schema", "the version of the descriptor's form"),
    ("name", "the short name"),
    ("display_name", "the name for people, in messages"),
    ("documentation", "the pages that the facts are from"),
    ("verified", "the evidence for the facts"),
    ("as_of", "the month of the facts"),
    ("notes", "remarks for people"),
    ("hosts", "the base URLs, and how they follow from a host that the caller names"),
    ("api", "the authorization scheme, the headers, and the paths that want another credential"),
    ("jwt", "the issuer and the times of the app's JWT"),
    ("installations", "how installations are listed, found and read"),
    ("installation_token", "how a token is minted, narrowed and read, and how long it lives"),
    ("oauth", "the endpoints of OAuth, their parameters, and the replies of the token endpoint"),
    ("install", "the page where a person installs the app"),
    ("operations", "single requests, each with the credential that it takes"),
    ("lists", "further lists and their pages"),
    ("objects", "where the members of an app, a repository or a webhook are in a reply"),
    ("webhook", "how webhooks are signed and read, and which events change an installation"),
    ("envelope", "the object around a reply"),
    ("errors", "where the words of a refusal are, and what they mean"),
    ("git", "the user name for git over HTTPS"),
    ("token_variables", "the variables in which programs look for a token"),
    ("secret_prefixes", "the beginnings of the platform's tokens, for what scrubs logs"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_every_descriptor_is_explained() {
        let examples = [
            include_str!("../../../examples/platforms/forgejo.json"),
            include_str!("../../../examples/platforms/google.json"),
        ];
        let examples = examples.map(|json| Platform::from_json(json).unwrap());
        let built_in = Platform::names().into_iter().map(|name| Platform::named(name).unwrap());
        for platform in built_in.chain(examples) {
            let json: Value = serde_json::from_str(platform.as_json()).unwrap();
            let (explained, written) = (platform.members().len(), json.as_object().unwrap().len());
            assert_eq!(explained, written, "{}", platform.name());
        }
    }

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
