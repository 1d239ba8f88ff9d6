//! The redirect URIs that an app has registered: a code is sent to no other.

use url::Url;

pub(crate) struct Redirects(Vec<String>);

impl Default for Redirects {
    fn default() -> Self {
        Self(REGISTERED.map(str::to_owned).to_vec())
    }
}

impl Redirects {
    /// The redirect URIs of an app, the default first.
    pub(crate) fn of(first: String, others: impl IntoIterator<Item = String>) -> Self {
        Self(std::iter::once(first).chain(others).collect())
    }

    pub(crate) fn add(&mut self, uri: &str) {
        self.0.push(uri.to_owned());
    }

    /// The redirect URI of a request that names none.
    pub(crate) fn first(&self) -> &str {
        &self.0[0]
    }

    /// `uri` parsed, if it is registered.
    pub(crate) fn accept(&self, uri: &str) -> Option<Url> {
        let known = self.0.iter().any(|it| it == uri || is_loopback_on_another_port(it, uri));
        known.then(|| Url::parse(uri).ok())?
    }
}

/// Whether both are the same loopback URL but for the port: a program cannot know the port that it will get
/// ([RFC 8252, section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
fn is_loopback_on_another_port(registered: &str, offered: &str) -> bool {
    let (Ok(registered), Ok(mut other)) = (Url::parse(registered), Url::parse(offered)) else {
        return false;
    };
    // A URL that the parser normalizes could mean something else to a browser.
    let is_plain = offered == other.as_str();
    let loopback = matches!(registered.host_str(), Some("127.0.0.1" | "[::1]"));
    is_plain && loopback && other.set_port(registered.port()).is_ok() && other == registered
}

const REGISTERED: [&str; 2] = ["http://127.0.0.1/callback", "https://example.com/callback"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_port_of_the_registered_loopback_address_is_accepted() {
        let redirects = Redirects::default();
        for uri in ["http://127.0.0.1/callback", "http://127.0.0.1:49152/callback"] {
            assert!(redirects.accept(uri).is_some(), "{uri}");
        }
    }

    #[test]
    fn nothing_else_is_accepted() {
        let redirects = Redirects::default();
        for uri in [
            "http://127.0.0.1:1/callback/",
            "http://127.0.0.1:1/callback?x=1",
            "http://127.0.0.1:1/callback#x",
            "http://user@127.0.0.1:1/callback",
            "http://127.0.0.1:1/x/../callback",
            "http://127.0.0.1.example.com/callback",
            "http://localhost/callback",
            "http://0x7f.1/callback",
            "https://127.0.0.1/callback",
            "https://example.com:444/callback",
            "https://example.com/callback/..",
            "https://EXAMPLE.com/callback",
            "javascript:alert(1)",
            "",
        ] {
            assert!(redirects.accept(uri).is_none(), "{uri}");
        }
    }
}
