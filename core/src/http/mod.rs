//! HTTP as values: a request goes out, a response comes back, and any status is an answer.
//!
//! `message` holds the two values, `transport` sends one request once (on one of the `connections` that
//! are kept, or `fresh` on one of its own, `public` to public addresses only), through `proxies` (except to
//! hosts that `bypass` them) and over `tls` (whose `certificates` people paste); `own_transport` sends it
//! through the program's HTTP client instead; `failure` and `tls_failure` say why no answer came.
//! `retry` decides when a request is sent again, `coding` decompresses a body and `text` reads it in its
//! charset, `links` are those in a header, `limit` is a rate limit as a value and `quota` what is left before it, `clock_offset` learns
//! how far each host's clock is from ours, and `strict_json` reads JSON in which no member comes twice.

mod bypass;
mod certificates;
pub(crate) mod clock_offset;
mod coding;
mod connections;
mod failure;
mod fresh;
pub(crate) mod limit;
pub(crate) mod links;
pub(crate) mod message;
mod names;
pub(crate) mod own_transport;
mod proxies;
mod public;
pub(crate) mod quota;
pub(crate) mod retry;
mod send_by;
pub(crate) mod strict_json;
pub(crate) mod text;
mod tls;
mod tls_failure;
pub(crate) mod transport;

pub(crate) use self::{certificates::read as read_certificates, tls::Identity};
pub use self::{
    message::{Body, Repeat, Request, Response},
    quota::Quota,
    retry::RetryPolicy,
    send_by::SendBy,
    transport::{HttpTransport, Network, Transport},
};
