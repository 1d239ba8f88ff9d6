//! A browser in ten lines: it opens a page, reads its form, presses a button and says where that led.

use hyper::Method;
use hyper::header::{HeaderValue, ORIGIN};
use serde_json::Value;
use url::Url;

use crate::exchange::{Reply, Request};
use crate::house::House;
use crate::pages::unescape;
use crate::server::Wire;

/// The button that is pressed.
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

/// The URL to which the browser is sent after `button` was pressed on the page at `url`, or instead of such a page.
pub(crate) fn press(house: &House, url: &str, button: Button) -> Result<String, String> {
    let page_url = page_of(house, url)?;
    let page = browse(house, &Request::new(Method::GET, page_url.path(), query(&page_url)))?;
    decide(house, &page_url, &page, button)
}

/// Types a device's code into the page for it, and presses `button`.
pub(crate) fn enter_code(house: &House, user_code: &str, button: Button) -> Result<String, String> {
    let path = house.platform().device_path();
    let mut url = page_of(house, &format!("{}{path}", house.url))?;
    url.query_pairs_mut().append_pair("user_code", user_code);
    press(house, url.as_str(), button)
}

/// Posts an app's manifest as the form of the developer's own site does, and presses `button` on the page that answers.
pub(crate) fn offer_manifest(
    house: &House,
    manifest: &Value,
    state: Option<&str>,
    button: Button,
) -> Result<String, String> {
    let path = house.platform().manifest_path();
    let mut url = page_of(house, &format!("{}{path}", house.url))?;
    url.query_pairs_mut().extend_pairs(state.map(|state| ("state", state)));
    let form = [("manifest".to_owned(), manifest.to_string())];
    let offer = Request::new(Method::POST, url.path(), query(&url)).with_form(&form);
    let page = browse(house, &offer)?;
    decide(house, &url, &page, button)
}

fn decide(house: &House, page_url: &Url, page: &Reply, button: Button) -> Result<String, String> {
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
    if let Ok(origin) = HeaderValue::from_str(&house.url) {
        posted.headers.insert(ORIGIN, origin);
    }
    let reply = browse(house, &posted)?;
    let location = reply.location().map(|location| absolute(&target, location));
    location.ok_or_else(|| {
        let html = String::from_utf8_lossy(&reply.body);
        format!("the form answers {}: {}", reply.status.as_u16(), explanation(&html))
    })
}

/// Where a `Location` header leads; one that is absolute already stays as it was written.
fn absolute(from: &Url, location: &str) -> String {
    let joined = location.starts_with('/').then(|| from.join(location).ok()).flatten();
    joined.map_or_else(|| location.to_owned(), String::from)
}

fn page_of(house: &House, url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| format!("not a URL: {error}"))?;
    let ours = Url::parse(&house.url).map_err(|error| format!("not a URL: {error}"))?;
    let same = url.origin() == ours.origin();
    same.then_some(url).ok_or_else(|| format!("the URL is not at {}", house.url))
}

fn browse(house: &House, request: &Request) -> Result<Reply, String> {
    match house.receive(request).wire {
        Wire::Whole(reply) => Ok(reply),
        Wire::Truncated(..) | Wire::Cut => Err("the connection was cut".to_owned()),
    }
}

fn query(url: &Url) -> &str {
    url.query().unwrap_or_default()
}

/// Where a page's form is posted, and its hidden fields.
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

fn explanation(html: &str) -> String {
    let paragraph = html.split_once("<p>").and_then(|(_, rest)| rest.split_once("</p>"));
    paragraph.map(|(text, _)| unescape(text)).unwrap_or_default()
}
