//! A minimal browser: it opens a page, reads its form, submits it with a button and returns the redirect URL.

use hyper::Method;
use hyper::header::{HeaderValue, ORIGIN};
use serde_json::Value;
use url::Url;

use crate::http::{Reply, Request};
use crate::pages::unescape;
use crate::server::Transmission;
use crate::service::Service;

/// The button with which a form is submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Button {
    Authorize,
    Deny,
}

impl Button {
    fn value(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Deny => "deny",
        }
    }
}

/// Presses `button` on the page at `url` and returns the URL that the browser is redirected to. A page that redirects at
/// once is not submitted.
pub(crate) fn press(service: &Service, url: &str, button: Button) -> Result<String, String> {
    let page_url = own_url(service, url)?;
    let page = fetch(service, &Request::new(Method::GET, page_url.path(), query(&page_url)))?;
    submit(service, &page_url, &page, button)
}

/// Enters a device's user code on the platform's page for it and presses `button`.
pub(crate) fn enter_code(
    service: &Service,
    user_code: &str,
    button: Button,
) -> Result<String, String> {
    let path = service.platform().device_path();
    let mut url = own_url(service, &format!("{}{path}", service.url))?;
    url.query_pairs_mut().append_pair("user_code", user_code);
    press(service, url.as_str(), button)
}

/// Posts an app manifest as a form of the developer's own site does, and presses `button` on the page that follows.
pub(crate) fn submit_manifest(
    service: &Service,
    manifest: &Value,
    state: Option<&str>,
    button: Button,
) -> Result<String, String> {
    let path = service.platform().manifest_path();
    let mut url = own_url(service, &format!("{}{path}", service.url))?;
    url.query_pairs_mut().extend_pairs(state.map(|state| ("state", state)));
    let form = [("manifest".to_owned(), manifest.to_string())];
    let post = Request::new(Method::POST, url.path(), query(&url)).with_form(&form);
    let page = fetch(service, &post)?;
    submit(service, &url, &page, button)
}

fn submit(
    service: &Service,
    page_url: &Url,
    page: &Reply,
    button: Button,
) -> Result<String, String> {
    if let Some(location) = page.location() {
        return Ok(absolute(page_url, location));
    }
    let html = String::from_utf8_lossy(&page.body);
    if !page.status.is_success() {
        return Err(format!("the page answers {}: {}", page.status.as_u16(), explanation(&html)));
    }
    let (action, mut fields) = form(&html).ok_or("the page has no form")?;
    fields.push(("decision".to_owned(), button.value().to_owned()));
    let target = page_url.join(&action).map_err(|_| "the form leads nowhere")?;
    let mut posted = Request::new(Method::POST, target.path(), query(&target)).with_form(&fields);
    if let Ok(origin) = HeaderValue::from_str(&service.url) {
        posted.headers.insert(ORIGIN, origin);
    }
    let reply = fetch(service, &posted)?;
    let location = reply.location().map(|location| absolute(&target, location));
    location.ok_or_else(|| {
        let html = String::from_utf8_lossy(&reply.body);
        format!("the form answers {}: {}", reply.status.as_u16(), explanation(&html))
    })
}

/// A `Location` header as an absolute URL. One that is absolute already is returned as it was written.
fn absolute(from: &Url, location: &str) -> String {
    let joined = location.starts_with('/').then(|| from.join(location).ok()).flatten();
    joined.map_or_else(|| location.to_owned(), String::from)
}

fn own_url(service: &Service, url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("not a URL: {error}"))?;
    let ours = Url::parse(&service.url).map_err(|error| format!("not a URL: {error}"))?;
    let same = url.origin() == ours.origin();
    same.then_some(url).ok_or_else(|| format!("the URL is not at {}", service.url))
}

fn fetch(service: &Service, request: &Request) -> Result<Reply, String> {
    match service.receive(request).transmission {
        Transmission::Whole(reply) => Ok(reply),
        Transmission::Truncated(..) | Transmission::Cut => Err("the connection was cut".to_owned()),
    }
}

fn query(url: &Url) -> &str {
    url.query().unwrap_or_default()
}

/// The action of a page's first form, and its hidden fields.
fn form(html: &str) -> Option<(String, Vec<(String, String)>)> {
    let form = html.split_once("<form")?.1.split_once("</form>")?.0;
    let action = attribute(form.split('>').next()?, "action")?;
    let hidden = form
        .split("<input")
        .skip(1)
        .filter_map(|input| input.split('>').next())
        .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
        .collect();
    Some((action, hidden))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1;
    Some(unescape(value.split('"').next()?))
}

/// The text of a page's first paragraph.
fn explanation(html: &str) -> String {
    let paragraph = html.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>"));
    paragraph.map(|(text, _)| unescape(text)).unwrap_or_default()
}
