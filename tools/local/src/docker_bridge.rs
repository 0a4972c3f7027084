//! The address under which this computer is known on Docker's own bridge, which its containers reach.

use std::net::Ipv4Addr;
use std::process::Command;

/// An address that Docker has given its bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bridge(Ipv4Addr);

/// Why no bridge is known.
#[derive(Debug, thiserror::Error)]
pub enum NoBridge {
    /// The program `docker` is missing or cannot be started.
    #[error("--containers needs Docker, and the program docker cannot be started: {0}")]
    NoDocker(std::io::Error),
    /// It ran and refused, or told no private address.
    #[error(
        "--containers needs Docker's bridge, and 'docker network inspect bridge' does not report its address: {0}"
    )]
    Untold(String),
}

/// What has Docker tell the gateway of its default network, which is this computer, and the network itself.
const QUESTION: [&str; 5] =
    ["network", "inspect", "bridge", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{.Subnet}} {{end}}"];

impl Bridge {
    /// Asks Docker; blocks until it has answered.
    pub fn find() -> Result<Self, NoBridge> {
        let output = Command::new("docker").args(QUESTION).output().map_err(NoBridge::NoDocker)?;
        let said =
            String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
        let found = said.split_whitespace().find_map(Self::told).filter(|_| output.status.success());
        found.ok_or_else(|| NoBridge::Untold(said.trim().to_owned()))
    }

    /// One word of Docker's answer. A gateway that it does not name is the first address of the network.
    fn told(word: &str) -> Option<Self> {
        let Some((network, _)) = word.split_once('/') else {
            return Self::parse(word);
        };
        let network: Ipv4Addr = network.parse().ok()?;
        Self::parse(&Ipv4Addr::from_bits(network.to_bits().wrapping_add(1)).to_string())
    }

    /// A private IPv4 address; Docker's bridge has one by default, and a public one would be within reach of others.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(Ipv4Addr::is_private).map(Self)
    }

    /// The address.
    #[must_use]
    pub fn address(self) -> Ipv4Addr {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_private_address_is_a_bridge() {
        assert_eq!(Bridge::parse("172.17.0.1"), Some(Bridge(Ipv4Addr::new(172, 17, 0, 1))));
        for other in
            ["", "0.0.0.0", "8.8.8.8", "127.0.0.1", "169.254.1.1", "fe80::1", "docker0", "172.17.0.1/16"]
        {
            assert_eq!(Bridge::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_gateway_that_is_not_named_is_the_first_of_its_network() {
        let told = |word| Bridge::told(word).map(Bridge::address);
        assert_eq!(told("172.18.0.9"), Some(Ipv4Addr::new(172, 18, 0, 9)));
        assert_eq!(told("172.17.0.0/16"), Some(Ipv4Addr::new(172, 17, 0, 1)));
        for other in ["fd00::/64", "0.0.0.0/0", "255.255.255.255/32", "bridge"] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
