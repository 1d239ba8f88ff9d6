//! Links in a response's header (RFC 8288).

/// The target of the link whose relation is `next` (RFC 8288 §3). Targets and quoted texts may
/// hold commas and semicolons.
pub(crate) fn next(links: &str) -> Option<&str> {
    let mut rest = links;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, it)| it.split_once('>')) {
        let (link, others) = split_unquoted(after, ',');
        let mut parameters = link;
        while !parameters.is_empty() {
            let (parameter, further) = split_unquoted(parameters, ';');
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            if name.trim().eq_ignore_ascii_case("rel")
                && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
            {
                return Some(target);
            }
            parameters = further;
        }
        rest = others;
    }
    None
}

/// The text before and behind the first separator that is not quoted.
fn split_unquoted(text: &str, separator: char) -> (&str, &str) {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == separator && !quoted
    });
    end.map_or((text, ""), |(at, c)| (&text[..at], &text[at + c.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others() {
        let links =
            r#"<https://api.example/x?page=1>; rel="prev", </x?page=3&per_page=2>; rel="next""#;
        assert_eq!(next(links), Some("/x?page=3&per_page=2"));
        assert_eq!(next(r#"<https://api.example/x?page=1>; rel="last""#), None);
        assert_eq!(next("no link at all"), None);
    }
}
