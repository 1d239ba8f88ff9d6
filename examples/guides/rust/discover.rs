//! An app on a server that publishes its metadata (RFC 8414, OpenID Connect Discovery).

use appmint_core::{AppBuilder, Result, oauth::AuthorizationRequest, platform::Platform};

use crate::variable;

pub(crate) fn run() -> Result<()> {
    // --8<-- [start:main]
    let network = AppBuilder::from_descriptor(""); // its timeout, proxy and certificates count
    let platform = Platform::discover(&variable("ISSUER"), &network).wait()?;
    let descriptor = platform.as_json(); // a text, which may be kept
    let app = AppBuilder::from_descriptor(descriptor).client_id("tool").build()?;
    let redirect_uri = Some("https://example.com/callback".into());
    let request = AuthorizationRequest { redirect_uri, ..Default::default() };
    println!("{}", app.authorize(&request)?.url());
    // --8<-- [end:main]
    Ok(())
}
