//! Ten lines: a token for an organization's installation, and a call of the API with it.

// --8<-- [start:main]
use appmint_core::{AppBuilder, Call, Lookup, Result};

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment().build()?;
    let source = app.installation(Lookup::Organization("octo-org".into()))?;
    let token = source.token().wait()?;
    println!("{token:?}");
    let reply = source.request(Call::get("/orgs/octo-org/repos")).wait()?;
    println!("HTTP status {}", reply.status);
    Ok(())
}
// --8<-- [end:main]
