//! The addresses of a host's name, as the operating system knows them.
//!
//! `getaddrinfo` blocks and cannot be interrupted, so that each look-up has a thread. The HTTP client would start one by
//! itself, with the signals of whichever thread sends the request; that may be a caller's.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs as _},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

use crate::tasks::threads;

/// Resolves names as the system does.
pub(super) struct SystemAddresses;

impl Resolve for SystemAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let addresses: Addrs = Box::new(lookup(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses of a name, with the port 0.
pub(super) async fn lookup(name: &str) -> io::Result<Vec<SocketAddr>> {
    let (sender, found) = oneshot::channel();
    let name = name.to_owned();
    threads::start("appmint-lookup", move || {
        let addresses = (name.as_str(), 0).to_socket_addrs().map(Vec::from_iter);
        let _ = sender.send(addresses); // nobody waits any more
    })?;
    found.await.unwrap_or_else(|_| Err(io::Error::other("the look-up ended without an answer")))
}
