//! Lists the app's installations, and mints a token that can do no more than its job needs.

use std::time::Duration;

use appmint_core::{AppBuilder, Lookup, Result, Scope};

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment().build()?;

    // --8<-- [start:list]
    for installation in app.installations()? {
        let installation = installation?; // pages are requested as they are needed
        println!("{} {:?}", installation.id, installation.account);
    }
    // --8<-- [end:list]

    // --8<-- [start:narrow]
    let scope = Scope::all()
        .repositories(["octo-repo"]) // without the owner
        .permission("contents", "read");
    let source = app.installation(Lookup::Organization("octo-org".into()).narrowed(scope))?;
    let token = source.token_valid_for(Duration::from_secs(30 * 60)).wait()?;
    println!("{:?} {:?}", token.repositories(), token.permissions());
    // --8<-- [end:narrow]

    // --8<-- [start:revoke]
    source.revoke().wait()
    // --8<-- [end:revoke]
}
