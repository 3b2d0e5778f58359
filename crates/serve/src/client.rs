//! Who is asking: the socket's address, or what a trusted proxy says.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

use crate::config::Range;

/// The header in which proxies note whom they ask for, the nearest last.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of the other end of the connection, which the listener notes with each request; an unspecified
/// one when it did not.
pub(crate) fn peer(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.0.ip().to_canonical())
}

/// The address that asks. Only when the socket's other end is a trusted proxy is `X-Forwarded-For` read,
/// from the right, up to the first address that is not a trusted proxy: whatever stands left of it may have
/// been written by the client itself.
pub(crate) fn address(extensions: &Extensions, headers: &HeaderMap, trusted: &[Range]) -> IpAddr {
    let mut nearest = peer(extensions);
    let lines: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while trusted.iter().any(|range| range.contains(nearest)) {
        match hops.next().and_then(parse) {
            Some(further) => nearest = further,
            None => break,
        }
    }
    nearest
}

/// An address as proxies write it, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let address = hop.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// What is counted as one client: an IPv4 address, or the /64 that one IPv6 subscriber has to himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(u128);

impl From<IpAddr> for Client {
    fn from(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) => address.to_bits() >> 64 << 64,
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn asked_by(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4000)));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        let trusted: Vec<Range> = trusted.iter().map(|range| range.parse().unwrap()).collect();
        address(&extensions, &headers, &trusted).to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_header_is_not_read() {
        assert_eq!(asked_by("198.51.100.7", &["1.2.3.4"], &[]), "198.51.100.7");
        assert_eq!(asked_by("198.51.100.7", &["1.2.3.4"], &["10.0.0.0/8"]), "198.51.100.7");
    }

    #[test]
    fn behind_trusted_proxies_the_rightmost_other_address_asks() {
        let trusted = ["10.0.0.0/8", "::1"];
        assert_eq!(asked_by("10.0.0.1", &["1.2.3.4"], &trusted), "1.2.3.4");
        assert_eq!(asked_by("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.9.9.9"], &trusted), "1.2.3.4");
        assert_eq!(asked_by("10.0.0.1", &["6.6.6.6", "1.2.3.4"], &trusted), "1.2.3.4");
        assert_eq!(asked_by("::1", &["[2001:db8::5]:443"], &trusted), "2001:db8::5");
        assert_eq!(asked_by("::ffff:10.0.0.1", &["1.2.3.4:80"], &trusted), "1.2.3.4");
    }

    #[test]
    fn a_header_that_cannot_be_read_leaves_the_last_known_address() {
        assert_eq!(asked_by("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(asked_by("10.0.0.1", &["1.2.3.4, unknown"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(asked_by("10.0.0.1", &["10.0.0.2"], &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn one_ipv6_subscriber_is_one_client() {
        let client = |text: &str| Client::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_ne!(client("1.2.3.4"), client("1.2.3.5"));
    }

    proptest! {
        #[test]
        fn whatever_the_header_says_an_untrusted_peer_stays_itself(header in "[ -~]{0,80}") {
            prop_assert_eq!(asked_by("198.51.100.7", &[&header], &["10.0.0.0/8"]), "198.51.100.7");
        }
    }
}
