//! `doctor`: looks at everything that a token needs, in the order in which it fails.
//!
//! Each finding is independent of the others where that is possible, so that one run names all problems.

use appmint_core::{App, Call, Clock as _, Error, Result, SystemClock, Timestamp};
use serde_json::{Value, json};

use crate::{arguments::LookupArguments, report, report::Report, settings::Settings, variable};

/// The result of one check.
struct Finding {
    about: &'static str,
    state: State,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Problem,
    Skipped,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Problem => "problem",
            Self::Skipped => "skipped",
        }
    }
}

impl Finding {
    fn good(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, state: State::Good, text: text.into() }
    }

    fn problem(about: &'static str, error: &Error) -> Self {
        Self { about, state: State::Problem, text: error.to_string() }
    }

    fn skipped(about: &'static str, text: impl Into<String>) -> Self {
        Self { about, state: State::Skipped, text: text.into() }
    }

    fn of(about: &'static str, outcome: Result<String>) -> Self {
        outcome.map_or_else(|error| Self::problem(about, &error), |text| Self::good(about, text))
    }
}

pub(crate) fn examine(settings: &Settings, lookup: &LookupArguments) -> Result<Report> {
    let mut findings = vec![Finding::good("settings", origin(settings)), proxy()];
    match settings.app() {
        Ok(app) => findings.extend(of_app(&app, lookup)),
        Err(error) => findings.push(Finding::problem("app", &error)),
    }
    let has_problem = findings.iter().any(|finding| finding.state == State::Problem);
    let row = |it: &Finding| vec![it.state.name().to_owned(), it.about.to_owned(), it.text.clone()];
    let rows: Vec<_> = findings.iter().map(row).collect();
    let value =
        |it: &Finding| json!({ "about": it.about, "state": it.state.name(), "text": it.text });
    let values: Vec<Value> = findings.iter().map(value).collect();
    Ok(Report::new(report::table(&rows), json!({ "ok": !has_problem, "findings": values }))
        .with_problem(has_problem))
}

fn of_app(app: &App, lookup: &LookupArguments) -> Vec<Finding> {
    let mut findings = vec![key(app), Finding::of("jwt", jwt(app))];
    let (reached, clock) = reached(app);
    findings.extend([reached, clock, Finding::of("app", registered(app))]);
    findings.push(permissions(app, lookup));
    findings.push(store(app));
    findings.push(match app.quota() {
        Some(quota) => Finding::good("quota", quota.to_string()),
        None => Finding::skipped("quota", "the platform did not tell it"),
    });
    findings
}

/// Where the settings are from; `config explain` has them all.
fn origin(settings: &Settings) -> String {
    match settings.profile() {
        Some(profile) => format!("profile {}; `appmint config explain` shows each", profile.name),
        None => "flags and variables; `appmint config explain` shows each".to_owned(),
    }
}

/// The variable that names a proxy, not its value: there may be a password in it.
fn proxy() -> Finding {
    const NAMES: [&str; 7] = [
        "APPMINT_PROXY",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ];
    match NAMES.into_iter().find(|name| variable(name).is_some()) {
        Some(name) => Finding::good("proxy", format!("the one of {name}")),
        None => Finding::good("proxy", "none in the environment"),
    }
}

fn key(app: &App) -> Finding {
    match app.fingerprint() {
        Some(fingerprint) => Finding::good("key", fingerprint),
        None => {
            Finding::skipped("key", "there is none, or a signer that does not tell its fingerprint")
        }
    }
}

fn jwt(app: &App) -> Result<String> {
    let jwt = app.jwt().wait()?;
    Ok(format!("signed, valid until {}", report::time(jwt.expires_at())))
}

/// Whether the API answers at all, and its clock. Any status will do.
fn reached(app: &App) -> (Finding, Finding) {
    let begun = SystemClock.now();
    let response = match app.request(Call::get("/")).wait() {
        Ok(response) => response,
        Err(error) => {
            let skipped = Finding::skipped("clock", "the platform gave no answer");
            return (Finding::problem("network", &error), skipped);
        }
    };
    let url = app.platform().api_url().unwrap_or_default();
    let tls = if url.starts_with("https:") { "TLS is trusted" } else { "without TLS" };
    let network =
        Finding::good("network", format!("{url} answers with {}, {tls}", response.status));
    let date = response
        .header("date")
        .and_then(|text| httpdate::parse_http_date(text).ok().map(Timestamp::from));
    let clock = match date {
        None => Finding::skipped("clock", "the platform sends no date"),
        Some(date) => clock(begun, SystemClock.now(), date),
    };
    (network, clock)
}

/// The platform's time lies between those before and after its answer, but for the rounding to seconds.
fn clock(before: Timestamp, after: Timestamp, date: Timestamp) -> Finding {
    let (before_s, after_s, date_s) = (before.as_secs(), after.as_secs(), date.as_secs());
    let ahead_s =
        if date_s < before_s - 1 { date_s - before_s } else { (date_s - after_s - 1).max(0) };
    if ahead_s.abs() < 30 {
        return Finding::good("clock", format!("differs by {} s at most", ahead_s.abs() + 1));
    }
    let error =
        Error::invalid(format!("the platform's clock is {ahead_s} s ahead of this machine's"))
            .advise("Set this machine's clock; JWTs are corrected meanwhile.");
    Finding::problem("clock", &error)
}

/// Whether the platform takes the key for the app's.
fn registered(app: &App) -> Result<String> {
    if app.platform().features().contains(&("registration", true)) {
        let registration = app.registration().wait()?;
        let name = registration.name.or(registration.slug).unwrap_or(registration.id);
        return Ok(format!("{name}: the key is the app's"));
    }
    let first = app.installations()?.wait_for_next()?;
    Ok(format!(
        "the key is the app's, which is {}",
        if first.is_some() { "installed" } else { "installed nowhere" }
    ))
}

fn permissions(app: &App, lookup: &LookupArguments) -> Finding {
    let Some(lookup) = lookup.lookup() else {
        return Finding::skipped("permissions", "give an installation, such as --org, to see them");
    };
    let granted = || {
        let token = app.installation(lookup)?.token().wait()?;
        let listed = report::permissions(token.permissions());
        Ok(if listed.is_empty() { "a token is minted".to_owned() } else { listed })
    };
    Finding::of("permissions", granted())
}

fn store(app: &App) -> Finding {
    match app.stats().store_failed {
        0 => Finding::good("store", "no failure"),
        _ => {
            let error = Error::invalid("the store failed")
                .advise("`appmint config explain` shows which one it is.");
            Finding::problem("store", &error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_by_the_times_before_and_after_the_answer() {
        let at = Timestamp::from_secs;
        let state = |before, after, date| clock(at(before), at(after), at(date)).state;
        assert!(state(100, 101, 100) == State::Good && state(100, 140, 120) == State::Good);
        assert!(state(100, 101, 60) == State::Problem && state(100, 101, 160) == State::Problem);
    }
}
