//! `platforms`, `platform check` and `discover`.

use std::path::Path;

use appmint_core::{Error, Result, platform::Platform};
use serde_json::{Value, json};

use crate::{files, report, report::Report, settings::Settings};

pub(crate) fn all() -> Result<Report> {
    let platforms: Vec<_> =
        Platform::names().into_iter().map(Platform::named).collect::<Result<_>>()?;
    let mut rows = vec![["NAME", "PLATFORM", "API"].map(str::to_owned).to_vec()];
    rows.extend(platforms.iter().map(|platform| {
        let api = platform.api_url().unwrap_or("at a host of yours: give host");
        [platform.name(), platform.display_name(), api].map(str::to_owned).to_vec()
    }));
    let values = platforms.iter().map(value).collect();
    Ok(Report::new(report::table(&rows), Value::Array(values)))
}

pub(crate) fn check(file: &Path) -> Result<Report> {
    let text = files::read_text(file)?;
    let platform = Platform::from_json(&text)?;
    let offered = |wanted: bool| {
        let features = platform.features().into_iter().filter(|(_, is)| *is == wanted);
        features.map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    };
    let text = report::lines([
        ("name", platform.name().to_owned()),
        ("platform", platform.display_name().to_owned()),
        ("api", platform.api_url().unwrap_or_default().to_owned()),
        ("web", platform.web_url().unwrap_or_default().to_owned()),
        ("git user", platform.git_username().unwrap_or_default().to_owned()),
        ("variables", platform.token_variables().join(", ")),
        ("offers", offered(true)),
        ("lacks", offered(false)),
    ]);
    let members = platform.members();
    let explained = members.iter().map(|(name, does)| (*name, (*does).to_owned()));
    let mut value = value(&platform);
    value["members"] =
        members.iter().map(|(name, does)| json!({ "name": name, "does": does })).collect();
    Ok(Report::new(format!("{text}\nIts members:\n{}", report::lines(explained)), value))
}

pub(crate) fn discover(settings: &Settings, issuer: &str) -> Result<Report> {
    let platform = Platform::discover(issuer, &settings.without_store().builder()?).wait()?;
    let descriptor: Value = serde_json::from_str(platform.as_json())
        .map_err(|_| Error::invalid("the descriptor is not JSON"))?;
    Ok(Report::new(format!("{descriptor:#}"), descriptor))
}

fn value(platform: &Platform) -> Value {
    let features: serde_json::Map<_, _> =
        platform.features().into_iter().map(|(name, is)| (name.to_owned(), is.into())).collect();
    json!({
        "name": platform.name(),
        "display_name": platform.display_name(),
        "api_url": platform.api_url(),
        "web_url": platform.web_url(),
        "git_username": platform.git_username(),
        "token_variables": platform.token_variables(),
        "features": features,
    })
}
