//! The two requests of a web app's login. Here the standard input stands for the second one.

use std::io;

use appmint_core::{
    App, AppBuilder, Call, Error, Result,
    oauth::{Authorization, AuthorizationRequest},
};

use crate::variable;

// --8<-- [start:login]
/// `GET /login`: where to send the browser, and the cookie that comes back with it.
fn begin(app: &App) -> Result<(Authorization, String)> {
    let redirect_uri = Some("https://example.com/callback".into());
    let request = AuthorizationRequest { redirect_uri, ..Default::default() };
    let authorization = app.authorize(&request)?;
    let cookie = app.seal_authorization(&authorization)?;
    Ok((authorization, cookie))
}

/// `GET /callback`: starts the session of the user who came back with this cookie and this URL. Its name
/// is a text that nobody can guess, such as 256 random bits, and becomes the user's next cookie.
fn finish(app: &App, cookie: &str, url: &str, session: &str) -> Result<()> {
    let authorization = app.open_authorization(cookie)?;
    let token = app.finish_authorization(&authorization, url).wait()?;
    app.start_session(session, token, None).wait()
}
// --8<-- [end:login]

pub(crate) fn run() -> Result<()> {
    let app = AppBuilder::from_environment()
        .store("memory:") // sqlite:FILE or redis://… for more than one process
        .store_key(variable("STORE_KEY"))
        .build()?;
    let (authorization, cookie) = begin(&app)?;
    println!("authorize {}", authorization.url());
    let mut url = String::new();
    io::stdin().read_line(&mut url).map_err(|error| Error::invalid(error.to_string()))?;
    finish(&app, &cookie, url.trim(), "user-1")?;
    let reply = app.session("user-1")?.request(Call::get("/user")).wait()?;
    println!("HTTP status {}", reply.status);
    Ok(())
}
