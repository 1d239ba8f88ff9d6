//! `api`: a call of the platform's API, page by page if asked to.

use std::sync::Arc;

use appmint_core::{App, Call, Error, Response, Result, TokenSource};
use serde_json::{Map, Value};

use super::webhook::header;
use crate::{
    arguments::{ApiArguments, As},
    files,
    report::Report,
    settings::Settings,
};

pub(crate) fn call(settings: &Settings, arguments: &ApiArguments) -> Result<Report> {
    let app = settings.app()?;
    let caller = Caller::of(&app, arguments)?;
    let (path, body) = (with_query(arguments)?, body(arguments)?);
    let send = |path: &str| {
        let mut call = Call::new(&arguments.method, path);
        for line in &arguments.headers {
            let (name, value) = header(line)?;
            call = call.header(name, value);
        }
        caller.request(match &body {
            None => call,
            Some(Body::Json(value)) => call.json(value),
            Some(Body::Bytes(bytes)) => call.body(bytes.clone()),
        })
    };
    let first = send(&path)?;
    let answer = match arguments.paginate && first.is_success() {
        true => all_pages(&first, &path, send)?,
        false => first.body.clone(),
    };
    let mut bytes = if arguments.include { head(&first) } else { Vec::new() };
    bytes.extend_from_slice(&answer);
    Ok(Report::raw(bytes).with_problem(first.status >= 400))
}

/// The holder of the credential.
enum Caller {
    App(App),
    Source(TokenSource),
}

impl Caller {
    fn of(app: &App, arguments: &ApiArguments) -> Result<Self> {
        let lookup = arguments.lookup.lookup();
        let named = match (&lookup, &arguments.session) {
            (Some(_), _) => As::Installation,
            (None, Some(_)) => As::Session,
            (None, None) => As::App,
        };
        match (arguments.credential.unwrap_or(named), lookup, &arguments.session) {
            (As::App, None, None) => Ok(Self::App(app.clone())),
            (As::Installation, Some(lookup), None) => app.installation(lookup).map(Self::Source),
            (As::Installation, ..) => arguments.lookup.required().map(|_| Self::App(app.clone())),
            (As::Session, None, Some(name)) => app.session(name).map(Self::Source),
            (As::Session, None, None) => app.session("default").map(Self::Source),
            _ => Err(Error::invalid("--as names another credential than the other arguments")
                .advise("Leave --as out, or the installation or session.")),
        }
    }

    fn request(&self, call: Call) -> Result<Arc<Response>> {
        match self {
            Self::App(app) => app.request(call).wait(),
            Self::Source(source) => source.request(call).wait(),
        }
    }
}

enum Body {
    Json(Value),
    Bytes(Vec<u8>),
}

fn is_read(arguments: &ApiArguments) -> bool {
    ["GET", "HEAD"].iter().any(|method| arguments.method.eq_ignore_ascii_case(method))
}

/// The fields of a GET are parameters of its query.
fn with_query(arguments: &ApiArguments) -> Result<String> {
    if !is_read(arguments) {
        return Ok(arguments.path.clone());
    }
    if !arguments.json_fields.is_empty() {
        return Err(Error::invalid("a GET has no JSON body").advise("Give its parameters by -f."));
    }
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for field in &arguments.fields {
        let (name, text) = named(field)?;
        query.append_pair(name, text);
    }
    let (query, path) = (query.finish(), &arguments.path);
    let separator = if path.contains('?') { '&' } else { '?' };
    Ok(if query.is_empty() { path.clone() } else { format!("{path}{separator}{query}") })
}

fn body(arguments: &ApiArguments) -> Result<Option<Body>> {
    if let Some(path) = &arguments.input {
        return files::read(path).map(Body::Bytes).map(Some);
    }
    if is_read(arguments) || (arguments.fields.is_empty() && arguments.json_fields.is_empty()) {
        return Ok(None);
    }
    let mut members = Map::new();
    for field in &arguments.fields {
        let (name, text) = named(field)?;
        members.insert(name.to_owned(), text.into());
    }
    for field in &arguments.json_fields {
        let (name, text) = named(field)?;
        let value = serde_json::from_str(text)
            .map_err(|_| Error::invalid(format!("the value of the field {name} is not JSON")))?;
        members.insert(name.to_owned(), value);
    }
    Ok(Some(Body::Json(Value::Object(members))))
}

fn named(field: &str) -> Result<(&str, &str)> {
    let parts = field.split_once('=').filter(|(name, _)| !name.is_empty());
    parts.ok_or_else(|| Error::invalid("a field is not written as name=value"))
}

/// The items of all pages as one array. A page that is an object with one array is that array's.
fn all_pages(
    first: &Arc<Response>,
    path: &str,
    send: impl Fn(&str) -> Result<Arc<Response>>,
) -> Result<Vec<u8>> {
    let (mut page, mut items, mut seen) = (Arc::clone(first), Vec::new(), vec![path.to_owned()]);
    loop {
        items.extend(items_of(&page)?);
        // Only the query is taken: no URL of a server is followed with credentials.
        let query = page.next_page().and_then(|target| target.split_once('?')).map(|(_, it)| it);
        let Some(query) = query else { break };
        let bare = path.split_once('?').map_or(path, |(bare, _)| bare);
        let next = format!("{bare}?{}", query.split('#').next().unwrap_or_default());
        if seen.contains(&next) {
            break;
        }
        page = send(&next)?;
        page.error_for_status()?;
        seen.push(next);
    }
    Ok(format!("{:#}\n", Value::Array(items)).into_bytes())
}

fn items_of(page: &Response) -> Result<Vec<Value>> {
    let array = |value: Value| match value {
        Value::Array(items) => Some(items),
        _ => None,
    };
    let items = match serde_json::from_slice::<Value>(&page.body).ok() {
        Some(Value::Object(members)) => members.into_iter().find_map(|(_, value)| array(value)),
        Some(value) => array(value),
        None => None,
    };
    items.ok_or_else(|| {
        Error::invalid("the answer holds no list").advise("Leave --paginate out to see it.")
    })
}

/// The status and the headers.
fn head(response: &Response) -> Vec<u8> {
    let mut text = format!("HTTP {}\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push('\n');
    text.into_bytes()
}
