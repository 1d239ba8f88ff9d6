//! A single request beside grants and lists: an operation of the descriptor with its arguments.

use serde_json::{Map, Value};

use crate::{
    auth::grant::required,
    error::Result,
    http::message::{Body, Repeat, Request},
    pasted::{self, Form},
    platform::{
        Platform,
        descriptor::{Base, Operation},
        operations::{Endpoint, OperationName, argument},
    },
    secret::Secret,
};

/// An operation that takes one request.
pub(crate) struct ApiOperation {
    name: OperationName,
    /// The thing that it is about, for errors.
    pub(crate) subject: String,
    /// The kind of operation, for the descriptor's rules about refusals.
    pub(crate) operation: Operation,
    arguments: Vec<(&'static str, Value)>,
    /// The token that it is about.
    token: Option<Secret>,
    secrets: Vec<Secret>,
}

impl ApiOperation {
    pub(crate) fn new(name: OperationName) -> Self {
        Self {
            name,
            subject: name.description().to_owned(),
            operation: Operation::Call,
            arguments: Vec::new(),
            token: None,
            secrets: Vec::new(),
        }
    }

    pub(crate) fn check_token(token: Secret) -> Self {
        Self::new(OperationName::CheckToken).about_user_token(token)
    }

    pub(crate) fn about_user_token(self, token: Secret) -> Self {
        self.about(Operation::UserToken, "the user's token").token(token)
    }

    pub(crate) fn about(mut self, operation: Operation, subject: impl Into<String>) -> Self {
        self.operation = operation;
        self.subject = subject.into();
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    pub(crate) fn with_optional(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn with_all(mut self, arguments: Vec<(&'static str, Value)>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// The revocation of an installation token.
    pub(crate) fn revocation(token: Secret) -> Self {
        let operation = Self::new(OperationName::RevokeInstallationToken);
        operation.about(Operation::Call, "the token").token(token)
    }

    pub(crate) fn token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// Keeps a secret among the arguments out of errors.
    pub(crate) fn secret(mut self, secret: Option<Secret>) -> Self {
        self.secrets.extend(secret);
        self
    }

    /// The operation's endpoint; an error if the platform does not offer the operation.
    pub(crate) fn endpoint<'a>(&self, platform: &'a Platform) -> Result<&'a Endpoint> {
        let endpoint = platform.descriptor().operations.get(self.name.name());
        endpoint.ok_or_else(|| platform.unsupported(self.name.description()))
    }

    /// The token that the operation is about; empty if it is about none.
    pub(crate) fn token_text(&self) -> Result<&str> {
        self.token.as_ref().map_or(Ok(""), |token| required("token", token))
    }

    /// The request, all but its `Authorization`.
    pub(crate) fn request(&self, platform: &Platform, client_id: Option<&str>) -> Result<Request> {
        let endpoint = self.endpoint(platform)?;
        let mut arguments = self.arguments.clone();
        arguments.extend(client_id.map(|id| ("client_id", id.into())));
        if self.token.is_some() {
            arguments.push(("token", self.token_text()?.into()));
        }
        let texts = arguments.iter().filter_map(|(name, value)| Some((*name, value.as_str()?)));
        let variables: Vec<_> = texts
            .filter(|(name, _)| endpoint.path.contains(&format!("{{{name}}}")))
            .map(|(name, text)| Ok((name, cleaned(name, text)?)))
            .collect::<Result<_>>()?;
        let mut request = Request::new(
            &endpoint.method,
            platform.endpoint(Base::Api, &endpoint.path, &variables)?,
        );
        if let Some(body) = &endpoint.body {
            request.body = Body::json(&Value::Object(filled(body, &arguments)));
        }
        request.secrets.extend(self.token.iter().chain(&self.secrets).cloned());
        request.repeat = repeat(endpoint);
        Ok(platform.with_api_headers(request))
    }
}

/// An argument that stands in the path, without what was pasted around it.
fn cleaned<'a>(name: &str, text: &'a str) -> Result<&'a str> {
    let form = if name.ends_with("_id") { Form::Id } else { Form::Name };
    pasted::clean(&format!("the {}", name.replace('_', " ")), text, form)
}

/// A body with its arguments in place of their names.
fn filled(body: &Map<String, Value>, arguments: &[(&str, Value)]) -> Map<String, Value> {
    let member = |(name, value): (&String, &Value)| Some((name.clone(), fill(value, arguments)?));
    body.iter().filter_map(member).collect()
}

fn fill(value: &Value, arguments: &[(&str, Value)]) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let members = filled(members, arguments);
            (!members.is_empty()).then_some(Value::Object(members))
        }
        Value::String(text) => match argument(text) {
            Some(argument) => {
                arguments.iter().find(|(name, _)| *name == argument).map(|(_, value)| value.clone())
            }
            None => Some(value.clone()),
        },
        other => Some(other.clone()),
    }
}

/// A request may be repeated if carrying it out twice has the same effect as once.
fn repeat(endpoint: &Endpoint) -> Repeat {
    match endpoint.method.as_str() {
        "GET" | "PUT" => Repeat::Own,
        "DELETE" if !endpoint.done.is_empty() => Repeat::Own,
        _ => Repeat::WhenLimited,
    }
}
