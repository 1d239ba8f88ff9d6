//! A browser in ten lines: it opens the authorize page, reads its form, presses a button and says where that led.

use hyper::Method;
use hyper::header::{HeaderValue, ORIGIN};
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

/// The URL to which the browser is sent after `button` was pressed on the page at `authorize_url`.
pub(crate) fn press(house: &House, authorize_url: &str, button: Button) -> Result<String, String> {
    let page_url = page_of(house, authorize_url)?;
    let page = browse(house, &Request::new(Method::GET, page_url.path(), query(&page_url)))?;
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
    let status = reply.status.as_u16();
    reply.location().map(str::to_owned).ok_or_else(|| format!("the form answers {status}"))
}

fn page_of(house: &House, authorize_url: &str) -> Result<Url, String> {
    let url = Url::parse(authorize_url).map_err(|error| format!("not a URL: {error}"))?;
    let ours = Url::parse(&house.url).map_err(|error| format!("not a URL: {error}"))?;
    let same = url.origin() == ours.origin();
    same.then_some(url).ok_or_else(|| format!("the authorize URL is not at {}", house.url))
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
