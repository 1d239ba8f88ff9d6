//! Where an authorization code may be sent: only to what the app registered.

use url::Url;

pub(crate) struct Redirects(Vec<String>);

impl Default for Redirects {
    fn default() -> Self {
        Self(REGISTERED.map(str::to_owned).to_vec())
    }
}

impl Redirects {
    /// Those that an app registered, the most important first.
    pub(crate) fn of(first: String, others: impl IntoIterator<Item = String>) -> Self {
        Self(std::iter::once(first).chain(others).collect())
    }

    pub(crate) fn add(&mut self, uri: &str) {
        self.0.push(uri.to_owned());
    }

    /// Where a code goes when the request names no place.
    pub(crate) fn first(&self) -> &str {
        &self.0[0]
    }

    /// `uri` as a place to go to, if it is registered.
    pub(crate) fn accept(&self, uri: &str) -> Option<Url> {
        let known = self.0.iter().any(|it| it == uri || is_loopback_twin(it, uri));
        known.then(|| Url::parse(uri).ok())?
    }
}

/// Whether both are the same loopback literal but for the port: a program cannot know the port it will get
/// ([RFC 8252, section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3)).
fn is_loopback_twin(registered: &str, offered: &str) -> bool {
    let (Ok(registered), Ok(mut twin)) = (Url::parse(registered), Url::parse(offered)) else {
        return false;
    };
    // What a parser had to repair could be read otherwise by a browser.
    let is_plain = offered == twin.as_str();
    let loopback = matches!(registered.host_str(), Some("127.0.0.1" | "[::1]"));
    is_plain && loopback && twin.set_port(registered.port()).is_ok() && twin == registered
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
