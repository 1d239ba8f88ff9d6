//! Discovery: fetches an authorization server's metadata and makes a platform of it.

use super::{App, AppBuilder, Settings};
use crate::{
    client::PlatformClient,
    error::{Error, ErrorKind, Reason, Result},
    http::{Repeat, Request},
    oauth::metadata::Issuer,
    platform::{Platform, descriptor::Operation},
    tasks::{Deadline, Task},
};

impl Platform {
    /// Makes a platform's descriptor from the metadata of its authorization server.
    ///
    /// The metadata are those of RFC 8414 or of OpenID Connect Discovery. Keep the descriptor, or
    /// change it: an app that is made of it by `platform_descriptor` needs no request. For an
    /// issuer that somebody else named set
    /// [`refuse_private_addresses`](crate::AppBuilder::refuse_private_addresses) here, and on the
    /// app, too: the metadata name hosts.
    ///
    /// Only the builder's network settings, retries, timeout and clock are used. The API is assumed
    /// at the issuer; for another place see [`with_api_url`](Self::with_api_url).
    /// [`as_json`](Self::as_json) is the descriptor.
    ///
    /// - `issuer`: The issuer's URL, exactly as the server writes it.
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc8414#section-3>,
    /// <https://openid.net/specs/openid-connect-discovery-1_0.html>
    ///
    /// # Errors
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the issuer is not a URL with
    ///   TLS, or a setting is malformed.
    /// - [`InvalidArgument`](crate::ErrorKind::InvalidArgument) (`private_address`) if the host has
    ///   no public address, and private ones are refused.
    /// - [`NotFound`](crate::ErrorKind::NotFound) if the server has no metadata.
    /// - [`Protocol`](crate::ErrorKind::Protocol) (`issuer_mismatch`) if the metadata are another
    ///   issuer's, or cannot be used.
    /// - Those of [every call over the network](crate#errors).
    pub fn discover(issuer: &str, network: &AppBuilder) -> Task<Self> {
        Self::discover_with(issuer, network.settings())
    }

    #[doc(hidden)]
    pub fn discover_with(issuer: &str, network: &Settings) -> Task<Self> {
        let begun = Issuer::parse(issuer).and_then(|issuer| Ok((app(&issuer, network)?, issuer)));
        let (app, issuer) = match begun {
            Ok(begun) => begun,
            Err(error) => return Task::ready(Err(error)),
        };
        let allow_plain_http = network.allow_plain_http;
        app.spawn(move |client, deadline| {
            let platform = fetch(&issuer, client, deadline)?;
            if !allow_plain_http {
                platform.refuse_plain_http()?;
            }
            Ok(platform)
        })
    }
}

/// An app that knows nothing but where the issuer is.
fn app(issuer: &Issuer, network: &Settings) -> Result<App> {
    Settings {
        platform_descriptor: Some(issuer.bare_descriptor().to_string()),
        timeout: network.timeout,
        connect_timeout: network.connect_timeout,
        proxy: network.proxy.clone(),
        root_certificates: network.root_certificates.clone(),
        certificates_variable: network.certificates_variable,
        client_certificate: network.client_certificate.clone(),
        client_key: network.client_key.clone(),
        user_agent: network.user_agent.clone(),
        allow_plain_http: network.allow_plain_http,
        refuse_private_addresses: network.refuse_private_addresses,
        retries: network.retries,
        retry_wait: network.retry_wait,
        transport: network.transport.clone(),
        clock: network.clock.clone(),
        ..Settings::default()
    }
    .build()
}

/// Tries the places where the metadata may be.
fn fetch(issuer: &Issuer, client: &PlatformClient, deadline: Deadline) -> Result<Platform> {
    let mut first = None;
    for url in issuer.metadata_urls() {
        match fetch_from(url, issuer, client, deadline) {
            Err(error) if may_be_elsewhere(&error) => {
                first.get_or_insert(error);
            }
            outcome => return outcome,
        }
    }
    let error = first.unwrap_or_else(|| Error::new(ErrorKind::NotFound, "no metadata was found"));
    Err(error
        .advise("Check that this is an issuer. A platform without metadata needs a descriptor."))
}

fn fetch_from(
    url: url::Url,
    issuer: &Issuer,
    client: &PlatformClient,
    deadline: Deadline,
) -> Result<Platform> {
    let mut request = Request::new("GET", url);
    request.repeat = Repeat::Own;
    request.default_header("Accept", "application/json");
    let response = client.send(&request, deadline)?;
    let reply = client.reply(Operation::Call, "the metadata", &request, &response);
    if response.is_success() { issuer.platform(&reply) } else { Err(reply.refusal()) }
}

/// Whether the metadata may be at the other place: some servers answer any path with a page or a
/// redirect to one, or refuse it.
fn may_be_elsewhere(error: &Error) -> bool {
    use ErrorKind::{Forbidden, NotFound, Rejected, Unauthorized};
    matches!(error.kind(), NotFound | Rejected | Unauthorized | Forbidden)
        || matches!(error.reason(), Some(Reason::NotJson | Reason::Redirect))
}
