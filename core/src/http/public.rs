//! Connects to public addresses only, for a program that is given a host's name by somebody else.
//!
//! A name is resolved once, its addresses are checked, and the connection is made to one of those that were
//! checked: a name server that answers differently the second time (DNS rebinding) is not asked again.

use std::{
    error::Error as StdError,
    fmt, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{
    error::{Error, ErrorKind, Reason, Result},
    http::{failure::authority, names::lookup},
};

/// Resolves names as the system does, to their public addresses.
pub(super) struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup(name.as_str()).await?;
            let addresses: Addrs = Box::new(public_of(found.into_iter())?.into_iter());
            Ok(addresses)
        })
    }
}

/// The addresses that are public. A name may have others beside them, of which none is connected to.
fn public_of(
    found: impl Iterator<Item = SocketAddr>,
) -> std::result::Result<Vec<SocketAddr>, BoxError> {
    let mut found = found.peekable();
    if found.peek().is_none() {
        return Err(Box::new(io::Error::new(io::ErrorKind::NotFound, "the name has no address")));
    }
    let public: Vec<_> = found.filter(|address| is_public(address.ip())).collect();
    if public.is_empty() { Err(Box::new(NotPublic)) } else { Ok(public) }
}

/// Refuses a URL whose host is an address already, which no resolver sees.
pub(super) fn check_host(url: &Url) -> Result<()> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        _ => return Ok(()),
    };
    if is_public(address) { Ok(()) } else { Err(not_public(url)) }
}

/// The error does not name the address: whoever gave the name would learn about a network that is not theirs.
pub(super) fn not_public(url: &Url) -> Error {
    let message = format!("{} has no public address, and others are refused", authority(url));
    Error::new(ErrorKind::InvalidArgument, message)
        .because(Reason::PrivateAddress)
        .advise("Leave refuse_private_addresses off where the host is one of your own network.")
}

/// Whether everybody on the internet means the same machine by an address.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(embedded) => is_public_v4(embedded),
            None => is_public_v6(address),
        },
    }
}

/// The IANA IPv4 Special-Purpose Address Registry, multicast (224/4) and what is reserved (240/4).
///
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !NOT_PUBLIC_V4.iter().any(|(network, length)| (bits ^ network.to_bits()) >> (32 - length) == 0)
}

/// Of IPv6 only 2000::/3 is assigned as global unicast; the IANA registry excepts these parts of it.
///
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
fn is_public_v6(address: Ipv6Addr) -> bool {
    let is_in = |(network, length): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0
    };
    is_in(&GLOBAL_UNICAST) && !NOT_PUBLIC_V6.iter().any(is_in)
}

/// The IPv4 address that a packet to this address is sent to in the end: mapped (`::ffff:0:0/96`), NAT64
/// (`64:ff9b::/96`, RFC 6052), 6to4 (`2002::/16`, RFC 3056).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let last = Ipv4Addr::from_bits(u32::try_from(bits & u128::from(u32::MAX)).ok()?);
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Some(last),
        [0x2002, high, low, ..] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

/// All addresses of a name are private, or such as mean another machine to everybody.
#[derive(Debug)]
pub(super) struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no public address")
    }
}

impl StdError for NotPublic {}

type BoxError = Box<dyn StdError + Send + Sync>;

const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mean_another_machine_elsewhere_are_not_public() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_that_mean_one_machine_to_everybody_are_public() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.0.0.1",
            "140.82.121.4",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "::ffff:140.82.121.4",
            "64:ff9b::140.82.121.4",
            "2002:8c52:7904::1",
            "2001:4860:4860::8888",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn of_a_name_with_both_only_the_public_addresses_are_connected_to() {
        let address = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
        let both = [address("10.0.0.1"), address("140.82.121.4"), address("::1")];
        assert_eq!(public_of(both.into_iter()).unwrap(), [address("140.82.121.4")]);
        let refused = public_of([address("10.0.0.1"), address("::1")].into_iter()).unwrap_err();
        assert!(refused.is::<NotPublic>());
        assert!(!public_of(std::iter::empty()).unwrap_err().is::<NotPublic>());
    }

    #[test]
    fn an_address_is_recognised_in_each_spelling_that_a_url_allows() {
        for host in [
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "[::ffff:7f00:1]",
            "[::1]",
            "１２７.0.0.1",
        ] {
            let url = Url::parse(&format!("https://{host}/x")).unwrap();
            assert_eq!(
                check_host(&url).unwrap_err().reason(),
                Some(Reason::PrivateAddress),
                "{host}"
            );
        }
        assert!(check_host(&Url::parse("https://140.82.121.4/").unwrap()).is_ok());
    }
}
