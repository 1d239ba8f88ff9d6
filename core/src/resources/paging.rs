//! The pages of a list, by the rules of the platform's descriptor: the parameters of the first page, and
//! those of each next one.

use serde_json::Value;
use url::Url;

use crate::{
    http::{Response, links},
    platform::{descriptor::Paging, members},
};

/// Adds the parameters of the first page. Those that the URL has already stay.
pub(crate) fn begin(url: &mut Url, paging: Option<&Paging>) {
    let Some(paging) = paging else { return };
    if let Paging::Page { page, first_page, .. } = paging {
        add(url, page, *first_page);
    }
    let (Paging::Link { size, items_per_page }
    | Paging::Page { size, items_per_page, .. }
    | Paging::Cursor { size, items_per_page, .. }) = paging;
    add(url, size, *items_per_page);
}

/// The target of an answer's link to the next page, as it was written.
pub(crate) fn linked(response: &Response) -> Option<&str> {
    links::next(response.header("link")?)
}

/// The page after one without a link: its number is the next, or its cursor was in the answer.
/// `is_new`: the page brought items that were not there before.
pub(crate) fn unlinked(url: &Url, json: &Value, paging: &Paging, is_new: bool) -> Option<Url> {
    match paging {
        Paging::Link { .. } => None,
        // A server may cap the size it was asked for, so a short page need not be the last one.
        Paging::Page { page, .. } => is_new.then(|| numbered_after(url, page)),
        Paging::Cursor { cursor, next, .. } => {
            let next = members::text(json, next).filter(|text| !text.is_empty())?;
            Some(with_parameter(url, cursor, &next))
        }
    }
}

fn numbered_after(url: &Url, name: &str) -> Url {
    let number = url.query_pairs().find(|(other, _)| other == name);
    let number = number.and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or(0);
    with_parameter(url, name, &number.saturating_add(1).to_string())
}

fn add(url: &mut Url, name: &str, value: usize) {
    if !url.query_pairs().any(|(other, _)| other == name) {
        url.query_pairs_mut().append_pair(name, &value.to_string());
    }
}

/// The URL with one value of a parameter, in the place of any that it had.
fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let at = pairs.iter().position(|(other, _)| other == name).unwrap_or(pairs.len());
    let (before, after) = pairs.split_at(at);
    let after = after.iter().filter(|(other, _)| other != name);
    let mut query = changed.query_pairs_mut();
    query.clear().extend_pairs(before).append_pair(name, value).extend_pairs(after);
    drop(query);
    changed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn page_numbers_are_counted_up() {
        let next = numbered_after(&url("https://api.example/x?page=9&limit=100"), "page");
        assert_eq!(next.query(), Some("page=10&limit=100"));
    }

    #[test]
    fn parameters_of_the_caller_stay() {
        let paging = Paging::Page {
            page: "page".into(),
            first_page: 1,
            size: "limit".into(),
            items_per_page: 50,
        };
        let mut asked = url("https://api.example/x?q=a%20b&page=4");
        begin(&mut asked, Some(&paging));
        assert_eq!(asked.query(), Some("q=a%20b&page=4&limit=50"));
    }

    #[test]
    fn a_cursor_takes_the_place_of_the_one_before() {
        let next: Vec<_> = vec!["/next".to_owned().try_into().unwrap()];
        let paging =
            Paging::Cursor { cursor: "after".into(), next, size: "n".into(), items_per_page: 9 };
        let first = url("https://api.example/x?n=9");
        let second = unlinked(&first, &json!({ "next": "a&b" }), &paging, false).unwrap();
        assert_eq!(second.query(), Some("n=9&after=a%26b"));
        let third = unlinked(&second, &json!({ "next": 7 }), &paging, true).unwrap();
        assert_eq!(third.query(), Some("n=9&after=7"));
        for last in [json!({ "next": null }), json!({ "next": "" }), json!([])] {
            assert_eq!(unlinked(&third, &last, &paging, true), None);
        }
    }
}
