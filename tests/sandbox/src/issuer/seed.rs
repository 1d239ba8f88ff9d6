//! The sample data: three clients, a person and a service account.

use super::clients::{Client, Proof};
use crate::redirects::Redirects;

pub(super) fn clients() -> Vec<Client> {
    vec![
        client("site", "The Site", Proof::Secret("s3cr3t+with/odd:signs&ü".to_owned())),
        client("tool", "The Tool", Proof::None),
        client(KEY_OWNER, "The Robot", Proof::Key),
    ]
}

fn client(id: &'static str, title: &'static str, proof: Proof) -> Client {
    let [first, others @ ..] = REDIRECT_URIS.map(str::to_owned);
    Client { id, title, proof, redirects: Redirects::of(first, others) }
}

/// The party that a token acts for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) sub: &'static str,
    pub(super) username: &'static str,
}

/// The person who can log in.
pub(super) const PERSON: Subject = Subject { sub: "user-1815", username: "ada" };
/// The email address by which the service account names that person.
pub(super) const PERSONS_ADDRESS: &str = "ada@example.test";
/// The service account.
pub(super) const ACCOUNT: Subject =
    Subject { sub: "robot@issuer.test", username: "robot@issuer.test" };
/// The client that owns the sample key, which the service account uses, too.
pub(super) const KEY_OWNER: &str = "robot";
const REDIRECT_URIS: [&str; 3] =
    ["http://127.0.0.1/callback", "http://[::1]/callback", "https://example.com/callback"];
