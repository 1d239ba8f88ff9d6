//! `appmint config explain`: each setting, its value if it is no secret, and where it comes from.

use appmint_core::Error;
use serde_json::{Value as Json, json};

use super::{
    Origin, Settings, own_store,
    profiles::Source,
    table::{SETTINGS, Setting, Value},
};
use crate::{files, report, report::Report, variable};

impl Settings {
    /// Everything that is set, and where.
    pub(crate) fn explained(&self) -> Report {
        let rows: Vec<_> = SETTINGS.iter().filter_map(|setting| self.row(setting)).collect();
        let own_store = own_store::wanted(self).then(files::state).flatten();
        let mut table: Vec<_> = rows.iter().map(Row::cells).collect();
        if let Some(folder) = &own_store {
            let path = format!("sqlite:{}", folder.join("tokens.db").display());
            table.push(vec!["store".to_owned(), path, "default".to_owned()]);
        }
        let (profile, config) =
            (self.profile.as_ref().map(|it| it.name.clone()), self.config.clone());
        let mut text = report::lines([
            (
                "configuration",
                config.as_ref().map(|it| it.display().to_string()).unwrap_or_default(),
            ),
            ("profile", profile.clone().unwrap_or_default()),
        ]);
        text.push_str(&report::table(&table));
        let mistakes: Vec<_> = self.mistakes.iter().map(Error::message).collect();
        mistakes.iter().for_each(|mistake| text.push_str(&format!("{mistake}\n")));
        let settings: Vec<_> = rows.iter().map(Row::value).collect();
        let store = own_store.map(|folder| folder.join("tokens.db"));
        Report::new(
            text,
            json!({ "configuration": config, "profile": profile, "settings": settings, "own_store": store, "mistakes": mistakes }),
        )
    }

    fn row(&self, setting: &'static Setting) -> Option<Row> {
        let origin = self.origin(setting);
        let value = match &origin {
            Origin::Default => return None,
            Origin::Variable(name) if name.is_empty() => return None,
            Origin::Variable(name) => {
                let text = variable(name)?.to_string_lossy().into_owned();
                if setting.keeps_secret(&text) { "set".to_owned() } else { text }
            }
            _ if !setting.is_secret() => {
                self.given(setting).map_or_else(|error| error.to_string(), shown)
            }
            // The file of a secret need not be there yet.
            _ => match self.given(setting) {
                Ok(Some(Value::Secret(text))) if !setting.keeps_secret(text.reveal()) => {
                    text.reveal().to_owned()
                }
                _ => "set".to_owned(),
            },
        };
        Some(Row { name: setting.name, value, origin: self.described(setting, &origin) })
    }

    fn described(&self, setting: &'static Setting, origin: &Origin) -> String {
        let of_profile = || {
            let profile = self.profile.as_ref();
            let name = profile.map(|profile| profile.name.as_str()).unwrap_or_default();
            match profile.and_then(|profile| profile.source(setting)) {
                Some(Source::File(path)) => format!("profile {name}, file {}", path.display()),
                _ => format!("profile {name}"),
            }
        };
        match origin {
            Origin::Flag(flag) => flag.clone(),
            Origin::Variable(name) if name.ends_with("_FILE") => {
                let path = variable(name).unwrap_or_default();
                format!("{name}, file {}", path.to_string_lossy())
            }
            Origin::Variable(name) => name.clone(),
            Origin::Profile => of_profile(),
            Origin::Default => "default".to_owned(),
        }
    }
}

fn shown(value: Option<Value>) -> String {
    value.map(|value| value.shown()).unwrap_or_default()
}

/// A setting as it is explained.
struct Row {
    name: &'static str,
    value: String,
    origin: String,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let value = self.value.lines().next().unwrap_or_default();
        let short: String = value.chars().take(60).collect();
        vec![self.name.to_owned(), short, self.origin.clone()]
    }

    fn value(&self) -> Json {
        json!({ "name": self.name, "value": self.value, "from": self.origin })
    }
}
