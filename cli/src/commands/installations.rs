//! `installations` and `installation`.

use appmint_core::{Installation, Result};
use serde_json::Value;

use crate::{arguments::LookupArguments, report, report::Report, settings::Settings};

pub(crate) fn all(settings: &Settings) -> Result<Report> {
    let installations = settings.app_without_store()?.installations()?.all()?;
    let mut rows =
        vec![["ID", "ACCOUNT", "REPOSITORIES", "PERMISSIONS"].map(str::to_owned).to_vec()];
    rows.extend(installations.iter().map(row));
    let values = installations.iter().map(report::installation).collect();
    Ok(Report::new(report::table(&rows), Value::Array(values)))
}

pub(crate) fn one(settings: &Settings, lookup: &LookupArguments) -> Result<Report> {
    let installation =
        settings.app_without_store()?.find_installation(lookup.required()?).wait()?;
    let text = report::lines([
        ("id", installation.id.clone()),
        ("account", account(&installation)),
        ("repositories", installation.repository_selection.clone().unwrap_or_default()),
        ("permissions", report::permissions(&installation.permissions)),
        ("events", installation.events.join(", ")),
        ("created at", report::time(installation.created_at)),
        ("updated at", report::time(installation.updated_at)),
        ("suspended at", report::time(installation.suspended_at)),
    ]);
    Ok(Report::new(text, report::installation(&installation)))
}

fn row(installation: &Installation) -> Vec<String> {
    let suspended = installation.suspended_at.map(|_| " (suspended)").unwrap_or_default();
    vec![
        installation.id.clone(),
        format!("{}{suspended}", account(installation)),
        installation.repository_selection.clone().unwrap_or_default(),
        report::permissions(&installation.permissions),
    ]
}

fn account(installation: &Installation) -> String {
    let names = [&installation.account, &installation.account_name, &installation.account_id];
    names.into_iter().flatten().next().cloned().unwrap_or_default()
}
