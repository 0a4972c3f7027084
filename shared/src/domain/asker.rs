//! Whoever sends a request, as far as can be told before anybody is recognised.

use std::net::IpAddr;

/// The sender of a request.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The network address, as the host saw it, never as a header claims it.
    pub address: IpAddr,
    /// The name of the endpoint group that was called: the door by which the sender came.
    pub door: &'static str,
}

impl Asker {
    /// Somebody at that address, who came by that door.
    #[must_use]
    pub fn new(address: IpAddr, door: &'static str) -> Self {
        Self { address, door }
    }
}
