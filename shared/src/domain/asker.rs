//! The sender of a request, as far as is known before anybody is recognised.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

/// Random bytes of a device's mark: 128 bits (security rule S3).
pub const DEVICE_BYTES: usize = 16;

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The network address, as the host saw it, never as a header claims it.
    pub address: IpAddr,
    /// The name of the endpoint group that was called: the door by which the sender came.
    pub door: &'static str,
    /// The device, where it was marked at an earlier success and shows its mark.
    pub device: Option<Device>,
}

impl Asker {
    /// Somebody at that address, who came by that door.
    #[must_use]
    pub fn new(address: IpAddr, door: &'static str) -> Self {
        Self { address, door, device: None }
    }

    /// The network in which somebody's devices are, from one day to the next: the /24 of IPv4, the /48
    /// of IPv6 (trust rule 6).
    #[must_use]
    pub fn network(&self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, _] = v4.octets();
                IpAddr::V4(Ipv4Addr::new(a, b, c, 0))
            }
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        }
    }
}

/// A device's mark, in plain text: it opens nothing, but its holder counts as less of a stranger.
#[derive(Clone)]
pub struct Device(Zeroizing<String>);

impl Device {
    /// A new one.
    #[must_use]
    pub fn new(bytes: [u8; DEVICE_BYTES]) -> Self {
        Self(Zeroizing::new(HEXLOWER.encode(&bytes)))
    }

    /// Reads what a device shows; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_ours = text.len() == 2 * DEVICE_BYTES && text.bytes().all(is_hex);
        is_ours.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text to hand to the device.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_where_somebody_is_again_tomorrow() {
        let network = |text: &str| Asker::new(text.parse().unwrap(), "door").network().to_string();
        assert_eq!(network("192.0.2.77"), "192.0.2.0");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.0");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
    }

    #[test]
    fn a_mark_reads_back_and_nothing_else_is_one() {
        let device = Device::new([0xa7; DEVICE_BYTES]);
        assert_eq!(Device::parse(device.as_str()).unwrap().as_str(), device.as_str());
        for odd in ["", "a7", &"A7".repeat(16), &"g7".repeat(16), &"a7".repeat(17), &"é".repeat(16)] {
            assert!(Device::parse(odd).is_none(), "{odd}");
        }
        assert_eq!(format!("{device:?}"), "Device(..)");
    }
}
