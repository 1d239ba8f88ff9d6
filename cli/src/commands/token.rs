//! `jwt`, `token` and `revoke`: the commands about credentials themselves.

use appmint_core::{App, AppTokenRequest, Error, Result, Token, TokenSource};
use serde_json::{Value, json};

use crate::{
    arguments::{Format, RevokeArguments, TokenArguments},
    files, report,
    report::Report,
    settings::Settings,
};

pub(crate) fn jwt(settings: &Settings) -> Result<Report> {
    let jwt = settings.app_without_store()?.jwt().wait()?;
    let claims = jwt.claims().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let value = json!({
        "jwt": jwt.reveal(), "expires_at": report::time(jwt.expires_at()), "claims": claims,
    });
    Ok(Report::new(jwt.reveal(), value))
}

pub(crate) fn token(settings: &Settings, arguments: &TokenArguments) -> Result<Report> {
    let app = settings.app()?;
    let token = source(&app, arguments)?.token_valid_for(arguments.min_valid).wait()?;
    let mut value = report::token(&token);
    value["token"] = token.reveal().into();
    Ok(match arguments.format {
        Format::Text => Report::new(token.reveal(), value),
        Format::Json => Report::new(format!("{value:#}"), value),
        Format::Env => Report::new(exports(&app, &token), value),
        Format::Header => {
            Report::new(format!("Authorization: {}", token.authorization_header().reveal()), value)
        }
    })
}

fn source(app: &App, arguments: &TokenArguments) -> Result<TokenSource> {
    if let Some(name) = &arguments.session {
        return app.session(name);
    }
    if arguments.app {
        return app.app_tokens(AppTokenRequest::default());
    }
    app.installation(arguments.scope.of(arguments.lookup.required()?))
}

/// Lines that a shell evaluates. Tokens have no quotes in them, but the platform decides that.
fn exports(app: &App, token: &Token) -> String {
    let quoted = format!("'{}'", token.reveal().replace('\'', r"'\''"));
    let line = |name: &str| format!("export {name}={quoted}\n");
    match app.platform().token_variables() {
        [] => line(OTHERWISE),
        names => names.iter().map(|name| line(name)).collect(),
    }
}

pub(crate) fn revoke(settings: &Settings, arguments: &RevokeArguments) -> Result<Report> {
    let token = files::read_secret(&arguments.file)?;
    if token.reveal().contains(char::is_whitespace) {
        return Err(Error::invalid("the token has white space in it")
            .advise("Give the token alone, without the word before it."));
    }
    let app = settings.app_without_store()?;
    if arguments.user_token {
        end_user_token(&app, token)?;
    } else {
        app.revoke_installation_token(token).wait()?;
    }
    Ok(Report::new("revoked", json!({ "revoked": true })))
}

/// Ends a user's token in the way that the platform offers.
pub(crate) fn end_user_token(app: &App, token: appmint_core::Secret) -> Result<()> {
    let offers = |name| app.platform().features().contains(&(name, true));
    if offers("delete_token") {
        return app.delete_token(token).wait();
    }
    app.revoke_token(token, None).wait()
}

/// The variable of a token, if the platform's programs know none.
pub(crate) const OTHERWISE: &str = "APPMINT_TOKEN";
