//! The whole path of a platform app: its JWT, its installations, an installation token, a user's
//! authorization and its renewal. All languages' demos print the same.

mod transcript;

use std::{env, error::Error as StdError, fs, process::Command, sync::Arc};

use appmint_core::{
    App, Call, Error, Lookup, ManualClock, Secret, Timestamp, Token,
    binding::Settings,
    oauth::{AuthorizationRequest, CodeExchange},
};

use self::transcript::{exchange, granted, line, token};

type Outcome<T> = Result<T, Box<dyn StdError>>;

fn main() {
    if let Err(error) = demo() {
        match error.downcast_ref::<Error>() {
            // The message, and then the hint.
            Some(error) => eprintln!("error: {}: {error}", error.kind()),
            None => eprintln!("error: {error}"),
        }
        std::process::exit(1);
    }
}

fn demo() -> Outcome<()> {
    let app = settings()?.build()?;
    line("platform", app.platform().name());
    line("jwt", app.jwt().wait()?.claims().unwrap_or_default());
    as_installation(&app)?;
    match given("APPMINT_CLIENT_ID") {
        Some(_) => as_user(&app),
        None => Ok(()), // a platform without OAuth
    }
}

fn as_installation(app: &App) -> Outcome<()> {
    for installation in app.installations()? {
        line("installation", granted(&installation?));
    }
    let account = needed("APPMINT_ACCOUNT")?;
    let found = app.find_installation(Lookup::Account(account.clone())).wait()?;
    let source = app.installation(found.id)?;
    line("token", token(&source.token().wait()?));

    let path = given("APPMINT_GET_PATH").unwrap_or_else(|| "/orgs/ACCOUNT/repos".to_owned());
    let path = path.replace("ACCOUNT", &account);
    let response = source.request(Call::get(&path)).wait()?;
    line("GET", exchange(&path, &response));
    Ok(())
}

fn as_user(app: &App) -> Outcome<()> {
    let redirect_uri = given("APPMINT_REDIRECT_URI");
    let authorization =
        app.authorize(&AuthorizationRequest { redirect_uri, ..Default::default() })?;
    let callback = browse(authorization.url())?;
    line("authorize", "opened");

    let code = app.authorization_code(&callback, authorization.state())?;
    let verifier = authorization.code_verifier().cloned();
    let user = app
        .exchange_code(CodeExchange { code_verifier: verifier, ..CodeExchange::new(code) })
        .wait()?;
    line("user token", token(&user));

    let user = refreshed(app, &user)?;
    line("refreshed", token(&user));
    let path = given("APPMINT_USER_GET_PATH").unwrap_or_else(|| "/user/repos".to_owned());
    let response = app.request(Call::get(&path).token(user.reveal())).wait()?;
    line("GET", exchange(&path, &response));
    Ok(())
}

fn refreshed(app: &App, user: &Token) -> Outcome<Token> {
    let refresh_token = user.refresh_token().ok_or("the platform gave no refresh token")?;
    Ok(app.refresh(refresh_token.clone()).wait()?)
}

fn settings() -> Outcome<Settings> {
    let descriptor = text_file("APPMINT_PLATFORM_DESCRIPTOR_FILE")?;
    let platform = given("APPMINT_PLATFORM").unwrap_or_else(|| "atomgit".to_owned());
    Ok(Settings {
        platform: descriptor.is_none().then_some(platform),
        platform_descriptor: descriptor,
        api_url: given("APPMINT_API_URL"),
        web_url: given("APPMINT_WEB_URL"),
        app_id: given("APPMINT_APP_ID"),
        client_id: given("APPMINT_CLIENT_ID"),
        client_secret: given("APPMINT_CLIENT_SECRET").map(Secret::new),
        private_key: file("APPMINT_PRIVATE_KEY_FILE")?.map(Into::into),
        root_certificates: file("APPMINT_ROOT_CERTIFICATES_FILE")?,
        clock: match given("APPMINT_NOW_MS") {
            Some(now) => Some(Arc::new(ManualClock::new(Timestamp::from_millis(now.parse()?)))),
            None => None,
        },
        ..Settings::default()
    })
}

/// Has a user authorize the app, and brings back the URL that the browser was sent to.
fn browse(url: &str) -> Outcome<String> {
    let output = Command::new(needed("APPMINT_BROWSER")?).arg(url).output()?;
    if !output.status.success() {
        return Err("the browser failed".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn needed(name: &str) -> Outcome<String> {
    given(name).ok_or_else(|| format!("set {name}").into())
}

fn text_file(name: &str) -> Outcome<Option<String>> {
    Ok(file(name)?.map(String::from_utf8).transpose()?)
}

fn file(name: &str) -> Outcome<Option<Vec<u8>>> {
    Ok(given(name).map(fs::read).transpose()?)
}
