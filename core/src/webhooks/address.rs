//! Which addresses may be posted to: those that everybody on the internet can reach, and no others.
//!
//! After IANA's special-purpose registries
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, <https://www.iana.org/assignments/iana-ipv6-special-registry>).
//! What they call globally reachable inside a block that as a whole is not, is refused with the block: nobody serves webhooks there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use postern_contract::webhook::WebhookUrl;
use url::{Host, Url};

use super::WebhookRefusal;

/// Which addresses a deployment posts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addresses {
    /// By https, where everybody could.
    Public,
    /// Also to this very machine, by http too: for the local platform.
    LoopbackToo,
}

impl Addresses {
    /// Reads an address that is to be posted to. A name is looked at again when it is resolved.
    ///
    /// # Errors
    /// [`WebhookRefusal::AddressNotAllowed`].
    pub fn check(self, url: &WebhookUrl) -> Result<Url, WebhookRefusal> {
        let refused = WebhookRefusal::AddressNotAllowed;
        let url = Url::parse(url.as_str()).map_err(|_| refused)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(refused);
        }
        let (may_be_there, is_here) = match url.host().ok_or(refused)? {
            Host::Domain(name) => (true, name == "localhost"),
            Host::Ipv4(ip) => (self.may_post_to(ip.into()), ip.is_loopback()),
            Host::Ipv6(ip) => (self.may_post_to(ip.into()), ip.is_loopback()),
        };
        let in_clear = url.scheme() != "https";
        if !may_be_there || (in_clear && !(self == Self::LoopbackToo && is_here)) {
            return Err(refused);
        }
        Ok(url)
    }

    /// Whether this machine may be posted to.
    #[must_use]
    pub fn may_post_to(self, ip: IpAddr) -> bool {
        is_public(ip) || (self == Self::LoopbackToo && ip.is_loopback())
    }
}

/// Blocks of IPv4 that not everybody can reach, or that mean no one machine.
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

/// The one block of IPv6 that is given out for global unicast.
const UNICAST_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Blocks inside it that are special: protocols' own (Teredo among them), documentation, 6to4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether everybody on the internet can reach this address. An IPv4 address inside an IPv6 one is never public: no resolver has a
/// reason to answer it.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !NOT_PUBLIC_V4.iter().any(|(block, bits)| {
            let mask = u32::MAX << (32 - bits);
            ip.to_bits() & mask == block.to_bits()
        }),
        IpAddr::V6(ip) => {
            let within = |(block, bits): &(Ipv6Addr, u32)| {
                let mask = u128::MAX << (128 - bits);
                ip.to_bits() & mask == block.to_bits()
            };
            within(&UNICAST_V6) && !NOT_PUBLIC_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_that_are_somebodys_own_are_not_public() {
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn only_https_to_where_everybody_could_go_is_taken_and_locally_also_this_machine() {
        let takes = |addresses: Addresses, url: &str| addresses.check(&url.parse().unwrap()).is_ok();
        for url in [
            "https://hooks.example/a?b=c",
            "https://8.8.8.8:8443/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(
                takes(Addresses::Public, url) && takes(Addresses::LoopbackToo, url),
                "{url}"
            );
        }
        for url in [
            "http://127.0.0.1:80/",
            "http://localhost/",
            "https://[::1]/",
            "http://[::1]:1/",
        ] {
            assert!(
                !takes(Addresses::Public, url) && takes(Addresses::LoopbackToo, url),
                "{url}"
            );
        }
        for url in [
            "http://hooks.example/",
            "https://10.0.0.1/",
            "https://0x7f.1.2.3/x#f",
            "https://user@hooks.example/",
            "https://hooks.example/#part",
            "https://169.254.169.254/",
            "https://[::ffff:10.0.0.1]/",
            "https://2852039166/",
        ] {
            assert!(
                !takes(Addresses::Public, url) && !takes(Addresses::LoopbackToo, url),
                "{url}"
            );
        }
        // However loopback is written, it is seen for what it is.
        for url in ["https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/"] {
            assert!(!takes(Addresses::Public, url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn what_the_standard_library_knows_to_be_private_is_never_public(bits: u32, wide: u128) {
            let v4 = Ipv4Addr::from(bits);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_documentation() {
                prop_assert!(!is_public(v4.into()));
            }
            prop_assert!(!is_public(v4.to_ipv6_mapped().into()));
            let v6 = Ipv6Addr::from(wide);
            if v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast() {
                prop_assert!(!is_public(v6.into()));
            }
        }

        #[test]
        fn no_text_upsets_the_check(text in "https?://[!-~]{1,40}") {
            if let Ok(url) = text.parse() {
                let _ = Addresses::Public.check(&url);
            }
        }
    }
}
