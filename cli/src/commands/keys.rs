//! `key check`: what a file is, and whether an app can sign with it.

use std::path::Path;

use appmint_core::{Result, Secret, auth::PrivateKey};
use serde_json::json;

use crate::{arguments::SettingArguments, files, report, report::Report, variable};

pub(crate) fn check(arguments: &SettingArguments, file: &Path) -> Result<Report> {
    let bytes = files::read(file)?;
    let passphrase = passphrase(arguments)?;
    let key = PrivateKey::parse(&bytes, passphrase.as_ref())?;
    let (form, bits) = (PrivateKey::form(&bytes).unwrap_or_default(), key.bits());
    let warning = is_open(file).then_some(OPEN);
    let text = report::lines([
        ("form", form.to_owned()),
        ("size", format!("{bits} bits")),
        ("fingerprint", key.fingerprint().to_owned()),
        ("warning", warning.unwrap_or_default().to_owned()),
    ]);
    let value = json!({
        "form": form, "bits": bits, "fingerprint": key.fingerprint(), "warning": warning,
    });
    Ok(Report::new(format!("{text}Compare the fingerprint with the app's settings page.\n"), value))
}

fn passphrase(arguments: &SettingArguments) -> Result<Option<Secret>> {
    if let Some(path) = &arguments.private_key_passphrase_file {
        return files::read_secret(path).map(Some);
    }
    let given = variable("APPMINT_PRIVATE_KEY_PASSPHRASE");
    Ok(given.and_then(|value| value.into_string().ok()).map(Secret::new))
}

fn is_open(file: &Path) -> bool {
    file != Path::new("-") && files::is_readable_by_others(file)
}

const OPEN: &str = "others may read this file: chmod 600 it";
