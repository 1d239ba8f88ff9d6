//! Operations that take one request, at the API or at the authorization server.

use super::PlatformClient;
use crate::{
    auth::{grant::required, oauth_client::post_request},
    error::{Error, Result},
    http::{Repeat, quota::QuotaOwner},
    platform::{
        descriptor::Operation,
        oauth::{Encoding, Endpoint, OAuth},
        operations::Credential,
        reply::Reply,
    },
    resources::operation::ApiOperation,
    secret::Secret,
    tasks::Deadline,
};

/// A request about a token to an endpoint of the authorization server.
pub(crate) struct TokenEndpointCall {
    /// The operation as a noun, for errors.
    pub(crate) description: &'static str,
    pub(crate) endpoint: fn(&OAuth) -> Option<&Endpoint>,
    pub(crate) operation: Operation,
    pub(crate) token: Secret,
    pub(crate) token_type_hint: Option<String>,
}

impl PlatformClient {
    /// Carries an operation out, with the credential that its endpoint requires.
    pub(crate) fn perform<T>(
        &self,
        operation: &ApiOperation,
        read: fn(&Reply<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let send = |authorization| self.send_operation(operation, authorization, read, deadline);
        match operation.endpoint(self.platform())?.credential {
            Credential::Nobody => send(None),
            Credential::App => {
                self.with_jwt(deadline, |jwt| send(Some(jwt.authorization_header())))
            }
            Credential::Client => send(Some(self.basic_authorization()?)),
            Credential::Token => {
                let scheme = &self.platform().descriptor().api.authorization_scheme;
                send(Some(Secret::new(format!("{scheme} {}", operation.token_text()?))))
            }
        }
    }

    fn send_operation<T>(
        &self,
        operation: &ApiOperation,
        authorization: Option<Secret>,
        read: fn(&Reply<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let mut request = operation.request(self.platform(), self.config.client_id.as_deref())?;
        if let Some(authorization) = authorization {
            request = request.authorized(authorization);
        }
        if operation.endpoint(self.platform())?.credential == Credential::App {
            request = request.counted_for(QuotaOwner::App);
        }
        let response = self.send(&request, deadline)?;
        let reply = self.reply(operation.operation, &operation.subject, &request, &response);
        let is_done = operation.endpoint(self.platform())?.done.contains(&response.status);
        if response.is_success() || is_done { read(&reply) } else { Err(reply.refusal()) }
    }

    /// Sends a request about a token to the authorization server.
    pub(crate) fn call_token_endpoint<T>(
        &self,
        call: &TokenEndpointCall,
        read: fn(&Reply<'_>) -> Result<T>,
        deadline: Deadline,
    ) -> Result<T> {
        let (platform, oauth) = (self.platform(), self.platform().oauth()?);
        let unsupported = || platform.unsupported(call.description);
        let endpoint = (call.endpoint)(oauth).ok_or_else(unsupported)?;
        let url = platform.endpoint(endpoint.base, &endpoint.path, &[])?;
        let mut fields = vec![("token", required("token", &call.token)?)];
        fields.extend(call.token_type_hint.as_deref().map(|hint| ("token_type_hint", hint)));
        if call.token_type_hint.as_ref().is_some_and(String::is_empty) {
            return Err(Error::invalid("the token_type_hint is empty"));
        }
        self.with_optional_client(|client| {
            let mut request = match &client {
                Some(client) => client.request(url.clone(), Encoding::Form, &fields),
                None => post_request(url.clone(), Encoding::Form, &fields),
            };
            if !client.is_some_and(|client| client.is_single_use()) {
                request.repeat = Repeat::Own;
            }
            let response = self.send(&request, deadline)?;
            let reply = self.reply(call.operation, "the token", &request, &response);
            if response.is_success() { read(&reply) } else { Err(reply.refusal()) }
        })
    }
}
