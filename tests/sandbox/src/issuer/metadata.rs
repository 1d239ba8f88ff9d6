//! The metadata of an issuer
//! ([RFC 8414, section 2](https://www.rfc-editor.org/rfc/rfc8414#section-2)).

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Call, Issuer, Realm, accounts, device, patch, refusals, scopes};
use crate::http::Reply;

impl Issuer {
    /// The well-known path before the issuer's path, as RFC 8414 defines it.
    pub(super) fn inserted_metadata(&mut self, call: &Call<'_>) -> Reply {
        self.metadata_of(Realm::Main, call)
    }

    /// The well-known path after the issuer's path, as OpenID Connect defines it.
    pub(super) fn appended_metadata(&mut self, call: &Call<'_>) -> Reply {
        self.metadata_of(Realm::Older, call)
    }

    fn metadata_of(&self, publisher: Realm, call: &Call<'_>) -> Reply {
        if call.realm != publisher {
            return refusals::not_found();
        }
        let published = patch::merged(metadata(call), &self.deviations.metadata);
        Reply::json(StatusCode::OK, &published)
    }
}

fn metadata(call: &Call<'_>) -> Value {
    let endpoint = |name| call.realm.endpoint(&call.context.origin, name);
    json!({
        "issuer": call.issuer(),
        "authorization_endpoint": endpoint("authorize"),
        "token_endpoint": endpoint("token"),
        "device_authorization_endpoint": endpoint("device_authorization"),
        "revocation_endpoint": endpoint("revoke"),
        "introspection_endpoint": endpoint("introspect"),
        "scopes_supported": scopes::SUPPORTED,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported":
            ["authorization_code", "refresh_token", device::GRANT_TYPE, accounts::GRANT_TYPE],
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": ["RS256"],
        // A public client may not introspect tokens.
        "introspection_endpoint_auth_methods_supported": METHODS[..3],
        "introspection_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true
    })
}

const METHODS: [&str; 4] = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
