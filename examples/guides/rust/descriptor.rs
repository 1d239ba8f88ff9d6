//! An app on a platform that is not built in, by a descriptor.

use std::fs;

use appmint_core::{AppBuilder, Error, Result, oauth::AuthorizationRequest};

use crate::variable;

pub(crate) fn run() -> Result<()> {
    let descriptor = fs::read_to_string(variable("DESCRIPTOR"))
        .map_err(|error| Error::invalid(error.to_string()))?;
    // --8<-- [start:main]
    let app = AppBuilder::from_descriptor(descriptor)
        .host("git.corp.example")
        .client_id("my-client")
        .build()?;
    let authorization = app.authorize(&AuthorizationRequest {
        redirect_uri: Some("https://app.example/callback".into()),
        scopes: vec!["read:user".into()],
        ..Default::default()
    })?;
    println!("{}", authorization.url());
    // --8<-- [end:main]
    Ok(())
}
