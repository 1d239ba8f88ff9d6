//! A bot that a web server starts for each webhook, by CGI (RFC 3875): headers are environment
//! variables, the body is the standard input.

use std::{
    env,
    io::{self, Read},
};

use appmint_core::{App, AppBuilder, Call, Error, ErrorKind, Result};

// --8<-- [start:receive]
fn receive(app: &App, headers: &[(&str, &str)], body: &[u8]) -> Result<()> {
    let secret = env::var("WEBHOOK_SECRET").unwrap_or_default();
    let event = app.verify_webhook(headers, body, &[secret.into()])?;
    app.apply_webhook(&event);
    if let (Some("push"), Some(id)) = (event.name.as_deref(), event.installation_id.as_deref()) {
        let source = app.installation(id)?;
        let reply = source.request(Call::get("/installation/repositories")).wait()?;
        eprintln!("repositories: HTTP status {}", reply.status);
    }
    Ok(())
}
// --8<-- [end:receive]

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment().build()?;
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body).map_err(|error| Error::invalid(error.to_string()))?;
    let headers: Vec<(String, String)> = env::vars()
        .filter_map(|(name, value)| Some((name.strip_prefix("HTTP_")?.replace('_', "-"), value)))
        .collect();
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let status = match receive(&app, &headers, &body) {
        Ok(()) => "204 No Content",
        Err(error) if error.kind() == ErrorKind::Unauthorized => "401 Unauthorized",
        Err(_) => "500 Internal Server Error",
    };
    print!("Status: {status}\r\n\r\n");
    Ok(())
}
