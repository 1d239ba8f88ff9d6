//! The two issuers, and where each of them is.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Realm {
    /// Its metadata is where RFC 8414 wants it.
    Main,
    /// Its metadata is where OpenID Connect wants it.
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

    /// What stands between the origin and the endpoints.
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
