//! The user of this machine logs in with a browser, once; later runs find the session in the store.

use appmint_core::{App, AppBuilder, Call, ErrorKind, Result, logins::LoginRequest};

use crate::variable;

// --8<-- [start:login]
fn log_in(app: &App) -> Result<()> {
    let login = app.start_login(LoginRequest::default())?;
    login.open_browser()?;
    let token = login.wait(None).wait()?;
    app.start_session("me", token, None).wait()
}

fn call_as_user(app: &App) -> Result<()> {
    let user = app.session("me")?;
    match user.token().wait() {
        // Nobody has logged in yet, or the user has withdrawn the authorization.
        Err(error) if error.kind() == ErrorKind::Reauthorize => log_in(app)?,
        token => println!("{:?}", token?),
    }
    let reply = user.request(Call::get("/user")).wait()?;
    println!("HTTP status {}", reply.status);
    Ok(())
}
// --8<-- [end:login]

pub(crate) fn run() -> Result<()> {
    // --8<-- [start:app]
    let app = AppBuilder::from_environment()
        .store(format!("sqlite:{}/tokens.db", variable("STATE_FOLDER")))
        .store_key(variable("STORE_KEY")) // openssl rand -hex 32, kept in the system's keychain
        .build()?;
    // --8<-- [end:app]
    call_as_user(&app)
}
