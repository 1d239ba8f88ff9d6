//! Does what the runner says with the Rust surface; the language is in `../../PROTOCOL.md`.

mod answer;

use std::{
    collections::HashMap,
    io::{self, BufRead as _, Write as _},
    mem,
    sync::Arc,
    time::Duration,
};

use appmint_core::{
    App, AuthorizationRequest, Call, Error, ErrorKind, ManualClock, Platform, Result, Secret,
    Settings, Signer, Timestamp, TokenSource, VERSION,
};

use self::answer::Answer;

type Words = HashMap<String, String>;

#[derive(Default)]
struct Driver {
    settings: Settings,
    clock: Option<ManualClock>,
    app: Option<App>,
}

#[derive(Debug)]
struct TestSigner(bool);

impl Signer for TestSigner {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>> {
        let failed = || Error::new(ErrorKind::Callback, "the signer callback failed");
        self.0.then(|| vec![1; 256]).ok_or_else(failed)
    }
}

impl Driver {
    fn obey(&mut self, command: &str, mut words: Words) -> Result<Answer> {
        match command {
            "config" => words.into_iter().try_for_each(|(key, value)| self.set(&key, value))?,
            "app" => {
                self.app = Some(mem::take(&mut self.settings).app()?);
                return Ok(Answer::shown(&self.app));
            }
            "advance" => self.clock.as_ref().expect("a clock").advance(milliseconds(&words["ms"])),
            "call" => {
                let operation = words.remove("op").expect("an op");
                return self.call(&operation, words);
            }
            other => panic!("no command {other}"),
        }
        Ok(Answer::default())
    }

    fn set(&mut self, key: &str, value: String) -> Result<()> {
        let settings = &mut self.settings;
        match key {
            "platform" => settings.platform = Some(value),
            "platform_descriptor" => settings.platform_descriptor = Some(value),
            "api_url" => settings.api_url = Some(value),
            "web_url" => settings.web_url = Some(value),
            "app_id" => settings.app_id = Some(value),
            "client_id" => settings.client_id = Some(value),
            "client_secret" => settings.client_secret = Some(value.into()),
            "private_key" => settings.private_key = Some(value.into_bytes().into()),
            "private_key_hex" => settings.private_key = Some(bytes(&value).into()),
            "private_key_passphrase" => settings.private_key_passphrase = Some(value.into()),
            "signer" => settings.signer = Some(Arc::new(TestSigner(value == "ok"))),
            "jwt_back_date" => settings.jwt_back_date = Some(seconds(&value)),
            "jwt_lifetime" => settings.jwt_lifetime = Some(seconds(&value)),
            "timeout" => settings.timeout = Some(milliseconds(&value)),
            "connect_timeout" => settings.connect_timeout = Some(milliseconds(&value)),
            "proxy" => settings.proxy = Some(value.into()),
            "root_certificates" => settings.root_certificates = Some(value),
            "user_agent" => settings.user_agent = Some(value),
            "allow_plain_http" => settings.allow_plain_http = value == "true",
            "max_response_body" => settings.max_response_body = Some(number(&value)),
            "retries" => settings.retries = Some(number(&value)),
            "clock_ms" => {
                let clock = ManualClock::new(Timestamp::from_millis(number(&value)));
                self.clock = Some(clock.clone());
                settings.clock = Some(Arc::new(clock));
            }
            other => panic!("no setting {other}"),
        }
        Ok(())
    }

    fn call(&self, operation: &str, mut words: Words) -> Result<Answer> {
        match operation {
            "version" => return Ok(Answer::value(VERSION)),
            "platforms" => return Ok(Answer::value(&Platform::names().join(","))),
            _ => {}
        }
        let app = self.app.as_ref().expect("an app");
        let mut take = |key: &str| words.remove(key);
        Ok(match operation {
            "jwt" => Answer::token(&app.jwt().wait()?),
            "fingerprint" => Answer::default().maybe("value", app.fingerprint()),
            "platform_name" => Answer::value(app.platform().name()),
            "installations" => Answer::installations(&app.installations().wait()?),
            "find_installation" => {
                let account = take("account").expect("an account");
                Answer::default().installation("", &app.find_installation(account).wait()?)
            }
            "token" => {
                let min_valid = take("min_valid_ms").map(|ms| milliseconds(&ms));
                Answer::token(&source(app, take("id"))?.token(min_valid).wait()?)
            }
            "invalidate" => {
                source(app, take("id"))?.invalidate();
                Answer::default()
            }
            "source_request" => {
                let source = source(app, take("id"))?;
                Answer::response(&*source.request(call(&words)).wait()?)
            }
            "authorize" => Answer::authorization(&app.authorize(&AuthorizationRequest {
                redirect_uri: take("redirect_uri"),
                state: take("state"),
                scopes: take("scopes").as_deref().map(split).unwrap_or_default(),
                login: take("login"),
            })?),
            "authorization_code" => {
                let code = app.authorization_code(&words["callback_url"], &words["state"])?;
                Answer::default().with("reveal.value", code.reveal())
            }
            "exchange_code" => {
                let code = take("code").expect("a code");
                let verifier = take("code_verifier").map(Secret::from);
                Answer::token(&app.exchange_code(code, take("redirect_uri"), verifier).wait()?)
            }
            "refresh" => Answer::token(&app.refresh(&*words["refresh_token"]).wait()?),
            "request" => Answer::response(&*app.request(call(&words)).wait()?),
            other => panic!("no operation {other}"),
        })
    }
}

fn source(app: &App, id: Option<String>) -> Result<TokenSource> {
    app.installation(id.expect("an id"))
}

fn call(words: &Words) -> Call {
    let mut call = Call::new(&words["method"], &words["path"]);
    for (key, value) in words {
        call = match key.as_str() {
            "token" => call.token(&**value),
            "json" => call.json_text(value),
            "body" => call.body(value.as_bytes()),
            key => match key.strip_prefix("header.") {
                Some(name) => call.header(name, value),
                None => call,
            },
        };
    }
    call
}

fn split(scopes: &str) -> Vec<String> {
    scopes.split(',').map(str::to_owned).collect()
}

fn number<N: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> N {
    text.parse().expect("a number")
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs(number(text))
}

fn milliseconds(text: &str) -> Duration {
    Duration::from_millis(number(text))
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex digits");
    (0..hex.len()).step_by(2).map(byte).collect()
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
