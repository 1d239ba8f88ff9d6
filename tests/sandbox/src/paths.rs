//! Patterns of paths: `/installations/{}/suspended` leaves its second part open.

/// What stands in the places that `pattern` leaves open; nothing when the path is another one.
pub(crate) fn open_parts<'r>(pattern: &str, segments: &[&'r str]) -> Option<Vec<&'r str>> {
    let pattern: Vec<_> = pattern.split('/').skip(1).collect();
    let fits = pattern.len() == segments.len()
        && pattern.iter().zip(segments).all(|(one, other)| *one == OPEN || one == other);
    let open = pattern.iter().zip(segments).filter(|(one, _)| **one == OPEN);
    fits.then(|| open.map(|(_, segment)| *segment).collect())
}

/// A variable part of a path.
const OPEN: &str = "{}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_what_is_variable_out_of_a_path() {
        let path = ["app", "installations", "7", "access_tokens"];
        assert_eq!(open_parts("/app/installations/{}/access_tokens", &path), Some(vec!["7"]));
        assert_eq!(open_parts("/app/installations/{}", &path), None);
        assert_eq!(open_parts("/app/installations/{}/suspended", &path), None);
    }
}
