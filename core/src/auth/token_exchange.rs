//! Token exchange (RFC 8693): a token of another server, such as the OIDC id token of a workload, becomes one
//! of the platform.

use crate::{
    auth::grant::required,
    error::Result,
    platform::{Platform, oauth::join_scopes},
    secret::Secret,
};

/// A token that is exchanged for one of the platform (RFC 8693 §2.1).
#[derive(Clone, Debug)]
pub struct TokenExchange {
    /// The token of the other server.
    pub subject_token: Secret,
    /// Its type, a URI of RFC 8693 section 3. Default: that of a JWT.
    pub subject_token_type: Option<String>,
    /// OAuth scopes, on a platform that takes them. Default: none.
    pub scopes: Vec<String>,
    /// The name of the service that the new token is for. Default: none is sent.
    pub audience: Option<String>,
    /// The URI of the service that the new token is for. Default: none is sent.
    pub resource: Option<String>,
}

impl TokenExchange {
    /// An exchange of a JWT, without any other parameter.
    pub fn new(subject_token: impl Into<Secret>) -> Self {
        Self {
            subject_token: subject_token.into(),
            subject_token_type: None,
            scopes: Vec::new(),
            audience: None,
            resource: None,
        }
    }

    /// The parameters of the request.
    pub(crate) fn fields(&self, platform: &Platform) -> Result<Vec<(String, String)>> {
        let rules = platform.token_exchange()?;
        let scope = join_scopes(platform, rules.scope_separator.as_deref(), &self.scopes)?;
        let token = required("subject token", &self.subject_token)?;
        let token_type = self.subject_token_type.as_deref().unwrap_or(JWT);
        let fields = [
            ("grant_type", Some("urn:ietf:params:oauth:grant-type:token-exchange")),
            ("subject_token", Some(token)),
            ("subject_token_type", Some(token_type)),
            ("scope", scope.as_deref()),
            ("audience", self.audience.as_deref()),
            ("resource", self.resource.as_deref()),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let always = rules.parameters.iter().map(|(name, value)| (name.clone(), value.clone()));
        Ok(given.chain(always).collect())
    }
}

/// RFC 8693 §3.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
