//! A token endpoint whose every connection a test can decide about.

use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use appmint_core::{App, Clock, binding::Settings, store::Store};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A request as it came.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) form: HashMap<String, String>,
    pub(crate) json: Value,
    /// The number of requests before it on its connection.
    pub(crate) earlier: usize,
}

impl Asked {
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.form.get("refresh_token").map(String::as_str)
    }
}

/// The answer to a request, or none.
pub(crate) enum Answer {
    Json(u16, Value),
    /// A body of any bytes, as JSON.
    Bytes(u16, Vec<u8>),
    /// The connection is closed instead.
    HangUp,
    /// A 429 with these seconds in `Retry-After`.
    Limited(u32),
}

type Script = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A server on 127.0.0.1.
pub(crate) struct Server(SocketAddr);

impl Server {
    pub(crate) fn start(script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    pub(crate) fn on(
        listener: TcpListener,
        script: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let script: Arc<Script> = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let script = Arc::clone(&script);
                thread::spawn(move || serve(&stream, &*script));
            }
        });
        Self(address)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn serve(stream: &TcpStream, script: &Script) {
    let mut reader = BufReader::new(stream);
    for earlier in 0.. {
        let Some(asked) = read(&mut reader, earlier) else { return };
        let answer = script(&asked);
        let limit = match answer {
            Answer::Limited(seconds) => format!("Retry-After: {seconds}\r\n"),
            _ => String::new(),
        };
        let (status, body) = match answer {
            Answer::Json(status, value) => (status, value.to_string().into_bytes()),
            Answer::Bytes(status, bytes) => (status, bytes),
            Answer::HangUp => return,
            Answer::Limited(_) => (429, b"{}".to_vec()),
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{limit}Content-Length: {length}\r\n\r\n"
        );
        if { stream }.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>, earlier: usize) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|count| *count > 0)?;
        match header.to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let json = serde_json::from_slice(&body).unwrap_or_default();
    Some(Asked { path, form, json, earlier })
}

/// A token endpoint's answer with tokens of this number, whose access token lives for so long.
pub(crate) fn tokens(number: usize, life_s: i64) -> Answer {
    Answer::Json(200, pair(number, life_s))
}

pub(crate) fn pair(number: usize, life_s: i64) -> Value {
    let (access, refresh) = (format!("A{number}"), format!("R{number}"));
    json!({ "access_token": access, "expires_in": life_s, "refresh_token": refresh })
}

/// A platform whose refresh tokens follow these rules.
pub(crate) fn descriptor(url: &str, refresh: &Value) -> String {
    let mut check = json!({ "as": "client", "method": "POST", "path": "/check/{client_id}" });
    check["body"] = json!({ "token": "{token}" });
    json!({
        "schema": 1, "name": "scripted", "display_name": "Scripted", "verified": "documented",
        "as_of": "2026-11",
        "hosts": { "api": url, "web": url },
        "api": { "authorization_scheme": "Bearer" },
        "oauth": {
            "authorize": { "base": "web", "path": "/authorize", "parameters": { "response_type": "code" },
                           "scope_separator": " ", "pkce": true },
            "token": { "base": "web", "path": "/token", "encoding": "form",
                       "client_authentication": ["client_secret_post"] },
            "refresh": refresh,
            "reply": { "access_token": ["/access_token"], "refresh_token": ["/refresh_token"],
                       "expires": { "at": ["/expires_in"], "format": "seconds" }, "scope": ["/scope"] },
        },
        "operations": { "check_token": check },
        "objects": { "user_token": { "token": ["/token"], "expires": { "at": ["/x"], "format": "rfc3339" } } },
        "errors": {
            "message": ["/error_description"], "code": ["/error"],
            "rules": [{ "on": ["user_token"], "status": [404], "kind": "reauthorize", "reason": "invalid_token" }],
        },
    })
    .to_string()
}

/// The settings of an app on a scripted platform.
pub(crate) fn settings(descriptor: String, clock: impl Clock + 'static) -> Settings {
    Settings {
        platform_descriptor: Some(descriptor),
        client_id: Some("client".to_owned()),
        client_secret: Some("secret".into()),
        proxy: Some("".into()),
        store_key: Some(KEY.into()),
        clock: Some(Arc::new(clock)),
        ..Settings::default()
    }
}

pub(crate) fn app(settings: &Settings, store: &Arc<dyn Store>) -> App {
    Settings { own_store: Some(Arc::clone(store)), ..settings.clone() }.build().unwrap()
}

/// A list that a script writes and a test reads.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
