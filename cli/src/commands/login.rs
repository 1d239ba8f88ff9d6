//! `login`, `sessions` and `logout`: users' tokens, which live in the store.
//!
//! A store has no list of its records, so the names of sessions are in files beside it ([`listed`]).

mod listed;

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use appmint_core::{
    App, Clock as _, ErrorKind, Result, SystemClock, Task, Token, logins::LoginRequest,
};
use serde_json::{Value, json};

use self::listed::Session;
use super::token::end_user_token;
use crate::{
    arguments::{LoginArguments, LogoutArguments, SessionsArguments},
    failure, report,
    report::Report,
    settings::Settings,
};

pub(crate) fn login(settings: &Settings, arguments: &LoginArguments) -> Result<Report> {
    let app = settings.app()?;
    app.session(&arguments.session)?; // without a store or a client nobody should have to log in first
    let token = match arguments.device {
        true => on_another_device(&app, arguments)?,
        false => in_the_browser(&app, arguments)?,
    };
    app.start_session(&arguments.session, token.clone(), None).wait()?;
    let session = Session::new(&app, &arguments.session, token.account());
    session.save()?;
    let value = json!({ "session": arguments.session, "token": report::token(&token) });
    let text = format!("Logged in: session {} on {}.\n", arguments.session, session.platform);
    Ok(Report::new(text, value))
}

fn in_the_browser(app: &App, arguments: &LoginArguments) -> Result<Token> {
    let login = app.start_login(LoginRequest {
        scopes: arguments.scopes.clone(),
        ports: arguments.port.clone(),
        ..LoginRequest::default()
    })?;
    say(&format!("Authorize the app on this page:\n\n  {}\n\n", login.url()));
    if !arguments.no_browser && io::stderr().is_terminal() && login.open_browser().is_err() {
        say("No browser could be opened: open the page yourself.\n");
    }
    let time = arguments.wait.unwrap_or(BROWSER_TIME);
    wait(&login.wait(Some(time)), Some(time))
}

fn on_another_device(app: &App, arguments: &LoginArguments) -> Result<Token> {
    let login = app.start_device_login(arguments.scopes.clone()).wait()?;
    let page = login.verification_uri();
    say(&format!(
        "Open this page on any device:\n\n  {page}\n\nand enter the code {}\n\n",
        login.user_code()
    ));
    let life = login.expires_at().map(|at| SystemClock.now().until(at));
    let time = arguments.wait.or(life);
    wait(&login.wait(), time)
}

/// Waits for the person, and shows how much time is left.
fn wait(task: &Task<Token>, time: Option<Duration>) -> Result<Token> {
    let is_shown = io::stderr().is_terminal();
    let begun = SystemClock.monotonic();
    loop {
        let left =
            time.map(|time| time.saturating_sub(SystemClock.monotonic().saturating_sub(begun)));
        if let (true, Some(left)) = (is_shown, left) {
            say(&format!("\rWaiting, {}:{:02} left ", left.as_secs() / 60, left.as_secs() % 60));
        }
        let pause = left.map_or(TICK, |left| left.min(TICK)).max(Duration::from_millis(1));
        let outcome = task.wait_for(pause);
        if outcome.is_some() && is_shown {
            say("\r                        \r");
        }
        match outcome {
            Some(outcome) => return outcome,
            None if left.is_some_and(|left| left.is_zero()) => {
                return task.clone().wait_within(Some(Duration::ZERO));
            }
            None => {}
        }
    }
}

/// Tells the person at the terminal. Standard output is for the result.
fn say(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

pub(crate) fn sessions(settings: &Settings, arguments: &SessionsArguments) -> Result<Report> {
    let sessions = Session::all()?;
    let app = arguments.check.then(|| settings.app()).transpose()?;
    let mut rows =
        vec![["NAME", "PLATFORM", "ACCOUNT", "STARTED", "STATE"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    for session in &sessions {
        let state = app.as_ref().map_or(Ok(String::new()), |app| state(app, session))?;
        let account = session.account.clone().unwrap_or_default();
        rows.push(vec![
            session.name.clone(),
            session.platform.clone(),
            account,
            session.started_at.clone(),
            state.clone(),
        ]);
        let mut value = session.value();
        value["state"] = if state.is_empty() { Value::Null } else { state.into() };
        values.push(value);
    }
    Ok(Report::new(report::table(&rows), Value::Array(values)))
}

/// Whether a session still works; refreshes its token if that is near its end.
fn state(app: &App, session: &Session) -> Result<String> {
    if !session.is_of(app) {
        return Ok("of another app".to_owned());
    }
    match app.session(&session.name)?.token().wait() {
        Ok(token) => Ok(match token.expires_at() {
            Some(time) => format!("valid until {time}"),
            None => "valid".to_owned(),
        }),
        Err(error) if error.kind() == ErrorKind::Reauthorize => Ok(error.message().to_owned()),
        Err(error) => Err(error),
    }
}

pub(crate) fn logout(settings: &Settings, arguments: &LogoutArguments) -> Result<Report> {
    let app = settings.app()?;
    let source = app.session(&arguments.session)?;
    // A session that has ended, or a platform that cannot be reached, must not keep anybody logged in here.
    let revoked = source.token().wait().and_then(|token| end_user_token(&app, (&token).into()));
    app.end_session(&arguments.session).wait()?;
    Session::new(&app, &arguments.session, None).forget()?;
    if let Err(error) = &revoked {
        failure::print(error, false);
    }
    let outcome = if revoked.is_ok() { "revoked" } else { "not revoked: it expires by itself" };
    let value = json!({ "session": arguments.session, "revoked": revoked.is_ok() });
    Ok(Report::new(
        format!("Logged out of session {}; its token is {outcome}.\n", arguments.session),
        value,
    ))
}

const BROWSER_TIME: Duration = Duration::from_secs(300);
const TICK: Duration = Duration::from_secs(1);
