//! The two issuers and their URLs.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Realm {
    /// Publishes its metadata where RFC 8414 defines it.
    Main,
    /// Publishes its metadata where OpenID Connect defines it.
    Older,
}

impl Realm {
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Main, Self::Older].into_iter().find(|it| it.name() == name)
    }

    /// The issuer identifier.
    pub(super) fn issuer(self, origin: &str) -> String {
        format!("{origin}{}", self.path())
    }

    pub(super) fn endpoint(self, origin: &str, endpoint: &str) -> String {
        format!("{origin}{}/{endpoint}", self.path())
    }

    /// The path prefix of the endpoints.
    pub(super) fn path(self) -> String {
        format!("/realms/{}", self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Older => "older",
        }
    }
}
