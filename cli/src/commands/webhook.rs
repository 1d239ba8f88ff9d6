//! `webhook verify`.

use appmint_core::{Error, Result, Secret};
use serde_json::{Value, json};

use crate::{
    arguments::WebhookArguments, files, report, report::Report, settings::Settings, variable,
};

pub(crate) fn verify(settings: &Settings, arguments: &WebhookArguments) -> Result<Report> {
    let headers = arguments.headers.iter().map(|line| header(line)).collect::<Result<Vec<_>>>()?;
    let body = files::read(&arguments.body)?;
    let event = settings.bare_app()?.verify_webhook(&headers, &body, &[secret(arguments)?])?;
    let text = report::lines([
        ("signature", "valid".to_owned()),
        ("event", event.name.clone().unwrap_or_default()),
        ("delivery", event.delivery_id.clone().unwrap_or_default()),
        ("installation", event.installation_id.clone().unwrap_or_default()),
    ]);
    let payload = serde_json::from_str::<Value>(&event.payload).unwrap_or(Value::Null);
    let value = json!({
        "name": event.name, "delivery_id": event.delivery_id,
        "installation_id": event.installation_id, "payload": payload,
    });
    Ok(Report::new(text, value))
}

fn secret(arguments: &WebhookArguments) -> Result<Secret> {
    if let Some(path) = &arguments.secret_file {
        return files::read_secret(path);
    }
    let given = variable("APPMINT_WEBHOOK_SECRET").and_then(|value| value.into_string().ok());
    given.map(Secret::new).ok_or_else(|| {
        Error::invalid("the webhook's secret was not given")
            .advise("Give --secret-file, or set APPMINT_WEBHOOK_SECRET.")
    })
}

/// A header as curl and HTTP write it.
pub(crate) fn header(line: &str) -> Result<(&str, &str)> {
    let parts = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    parts
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| Error::invalid("a header is not written as `Name: value`"))
}
