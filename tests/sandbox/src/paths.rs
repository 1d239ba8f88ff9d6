//! Path patterns: in `/installations/{}/suspended`, `{}` stands for one segment.

/// The segments that stand for `{}` in `pattern`; `None` if the path does not match.
pub(crate) fn path_parameters<'r>(pattern: &str, segments: &[&'r str]) -> Option<Vec<&'r str>> {
    let pattern: Vec<_> = pattern.split('/').skip(1).collect();
    let fits = pattern.len() == segments.len()
        && pattern.iter().zip(segments).all(|(one, other)| *one == PLACEHOLDER || one == other);
    let parameters = pattern.iter().zip(segments).filter(|(one, _)| **one == PLACEHOLDER);
    fits.then(|| parameters.map(|(_, segment)| *segment).collect())
}

const PLACEHOLDER: &str = "{}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_extracts_the_path_parameters() {
        let path = ["app", "installations", "7", "access_tokens"];
        assert_eq!(path_parameters("/app/installations/{}/access_tokens", &path), Some(vec!["7"]));
        assert_eq!(path_parameters("/app/installations/{}", &path), None);
        assert_eq!(path_parameters("/app/installations/{}/suspended", &path), None);
    }
}
