//! Does what the runner says with the Rust surface; the language is in `../../PROTOCOL.md`.

mod answer;
mod operations;
mod records;
mod settings;
mod users;
mod watching;

use std::{
    collections::HashMap,
    io::{self, BufRead as _, Write as _},
    mem,
    sync::Arc,
    time::Duration,
};

use appmint_core::{
    App, AppTokenRequest, Call, Lookup, ManualClock, Result, Scope, Secret, TokenSource, VERSION,
    binding::Settings,
    platform::{Platform, secret_pattern},
    resources::WebhookEvent,
};

use self::{
    answer::Answer,
    records::Records,
    settings::{milliseconds, moment},
    users::Users,
    watching::Watch,
};

pub(crate) type Words = HashMap<String, String>;

#[derive(Default)]
struct Driver {
    settings: Settings,
    clock: Option<ManualClock>,
    app: Option<App>,
    watch: Watch,
    users: Users,
    records: Arc<Records>,
}

impl Driver {
    fn obey(&mut self, command: &str, mut words: Words) -> Result<Answer> {
        match command {
            "config" => words.into_iter().try_for_each(|(key, value)| self.set(&key, value))?,
            "app" => {
                self.app = Some(mem::take(&mut self.settings).build()?);
                return Ok(Answer::shown(&self.app));
            }
            "advance" => self.clock.as_ref().expect("a clock").advance(milliseconds(&words["ms"])),
            "set_clock" => self.clock.as_ref().expect("a clock").set(moment(&words["ms"])),
            "call" => {
                let operation = words.remove("op").expect("an op");
                if operation == "discover" {
                    return self.discover(&words);
                }
                return self.call(&operation, &words);
            }
            other => panic!("no command {other}"),
        }
        Ok(Answer::default())
    }

    /// Learns what the next app's platform is.
    fn discover(&mut self, words: &Words) -> Result<Answer> {
        let platform = Platform::discover_with(&words["issuer"], &self.settings).wait()?;
        self.settings.platform_descriptor = Some(platform.as_json().to_owned());
        Ok(Answer::value(platform.as_json()))
    }

    fn call(&self, operation: &str, words: &Words) -> Result<Answer> {
        match operation {
            "version" => return Ok(Answer::value(VERSION)),
            "platforms" => return Ok(Answer::value(&Platform::names().join(","))),
            "secret_pattern" => return Ok(Answer::value(secret_pattern())),
            _ => {}
        }
        let app = self.app.as_ref().expect("an app");
        Ok(match operation {
            "jwt" => Answer::token(&app.jwt().wait()?),
            "fingerprint" => Answer::default().maybe("value", app.fingerprint()),
            "platform_name" => Answer::value(app.platform().name()),
            "installations" => Answer::all(&app.installations()?, words, Answer::installation)?,
            "clock_offset" => Answer::value(&app.clock_offset_ms().to_string()),
            "find_installation" => {
                let given = words.iter().map(|(name, value)| (name.as_str(), value.clone()));
                let found = app.find_installation(Lookup::only(given)?).wait()?;
                Answer::default().installation("", &found)
            }
            "token" => {
                let task = source(app, words)?.token_valid_for(min_valid(words));
                Answer::token(&task.wait_within(span(words, "timeout_ms"))?)
            }
            "app_token" => {
                let scopes = words.get("scopes").map(|list| split(list)).unwrap_or_default();
                let wanted = AppTokenRequest { scopes, subject: words.get("subject").cloned() };
                Answer::token(&app.app_tokens(wanted)?.token_valid_for(min_valid(words)).wait()?)
            }
            "source_authorization_header" => {
                let task = source(app, words)?.authorization_header_valid_for(min_valid(words));
                let value = task.wait_within(span(words, "timeout_ms"))?;
                Answer::default().with("reveal.value", value.reveal())
            }
            "quota" => Answer::quota(app.quota().as_ref()),
            "source_quota" => Answer::quota(source(app, words)?.quota().as_ref()),
            "source_expires_at" => {
                Answer::default().time("value", source(app, words)?.expires_at())
            }
            "revoke" => Answer::nothing(source(app, words)?.revoke())?,
            "repositories" => {
                Answer::all(&source(app, words)?.repositories()?, words, Answer::repository)?
            }
            "invalidate" => {
                let source = source(app, words)?;
                match words.get("token") {
                    Some(token) => source.invalidate_token(&**token),
                    None => source.invalidate(),
                }
                Answer::default()
            }
            "source_request" => {
                Answer::response(&*source(app, words)?.request(call(words)).wait()?)
            }
            "paginate" => {
                Answer::all(&app.paginate(call(words), items(words))?, words, Answer::item)?
            }
            "source_paginate" => {
                let listing = source(app, words)?.paginate(call(words), items(words))?;
                Answer::all(&listing, words, Answer::item)?
            }
            "verify_webhook" => Answer::webhook(&webhook(app, words)?),
            "authorization_code" => {
                let code = app.authorization_code(&words["callback_url"], &words["state"])?;
                Answer::default().with("reveal.value", code.reveal())
            }
            "request" => Answer::response(&*app.request(call(words)).wait()?),
            "source_installation_id" => {
                Answer::default().maybe("value", source(app, words)?.installation_id())
            }
            "tokens" => watching::tokens(&source(app, words)?, &words["count"])?,
            "watch" => self.watch.follow(&source(app, words)?),
            "unwatch" => self.watch.unfollow(),
            "changes" => self.watch.changes(),
            "events" => self.watch.events(),
            "stats" => Answer::stats(app.stats()),
            "apply_webhook" => Answer::value(&app.apply_webhook(&webhook(app, words)?).to_string()),
            "close" => {
                app.close();
                Answer::default()
            }
            other => match self.users.call(app, other, words) {
                Some(answer) => answer?,
                None => operations::call(app, other, words)?,
            },
        })
    }
}

pub(crate) fn span(words: &Words, key: &str) -> Option<Duration> {
    words.get(key).map(|ms| milliseconds(ms))
}

pub(crate) fn min_valid(words: &Words) -> Option<Duration> {
    span(words, "min_valid_ms")
}

fn source(app: &App, words: &Words) -> Result<TokenSource> {
    const BY: [&str; 6] = ["id", "account", "organization", "user", "repository", "enterprise"];
    let given = BY.iter().filter_map(|name| Some((*name, words.get(*name)?.clone())));
    app.installation(Lookup::only(given)?.narrowed(scope(words)))
}

pub(crate) fn scope(words: &Words) -> Scope {
    let mut scope = Scope::all();
    for (key, list) in words {
        scope = match key.as_str() {
            "repositories" => scope.repositories(split(list)),
            "repository_ids" => scope.repository_ids(split(list)),
            "permissions" => {
                let levels = split(list);
                scope.permissions(levels.iter().filter_map(|pair| pair.split_once(':')))
            }
            _ => scope,
        };
    }
    scope
}

fn webhook(app: &App, words: &Words) -> Result<WebhookEvent> {
    let named = |(key, value): (&'_ String, &'_ String)| {
        Some((key.strip_prefix("header.")?.to_owned(), value.clone()))
    };
    let headers: Vec<_> = words.iter().filter_map(named).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    let secrets: Vec<_> = split(&words["secrets"]).into_iter().map(Secret::from).collect();
    app.verify_webhook(&headers, words["body"].as_bytes(), &secrets)
}

/// The name of the member with the items.
pub(crate) fn items(words: &Words) -> Option<&str> {
    words.get("items").map(String::as_str)
}

pub(crate) fn call(words: &Words) -> Call {
    let method = words.get("method").map_or("GET", String::as_str);
    let mut call = Call::new(method, &words["path"]);
    for (key, value) in words {
        call = match key.as_str() {
            "token" => call.token(&**value),
            "json" => call.json_text(value),
            "body" => call.body(value.as_bytes()),
            "timeout_ms" => call.timeout(milliseconds(value)),
            key => match key.strip_prefix("header.") {
                Some(name) => call.header(name, value),
                None => call,
            },
        };
    }
    call
}

/// The parts between commas; none of an empty text.
pub(crate) fn split(list: &str) -> Vec<String> {
    list.split(',').filter(|_| !list.is_empty()).map(str::to_owned).collect()
}

fn main() {
    let mut driver = Driver::default();
    for line in io::stdin().lock().lines() {
        let line = line.expect("a line of UTF-8");
        let mut words = line.split(' ');
        let command = words.next().unwrap_or_default();
        let answer = match driver.obey(command, words.map(answer::decoded_pair).collect()) {
            Ok(answer) => format!("ok{answer}"),
            Err(error) => format!("error{}", Answer::error(&error)),
        };
        let mut output = io::stdout().lock();
        writeln!(output, "{answer}").and_then(|()| output.flush()).expect("a runner that reads");
    }
}
