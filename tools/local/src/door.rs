//! Where the service listens: on loopback, under both families of addresses, and for containers on Docker's
//! bridge. Never on an address that other computers reach.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures_util::future::select_all;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::docker_bridge::Bridge;

/// How often a free port is looked for that is free in both families.
const TRIES: u32 = 20;

/// One port on one or more addresses.
#[derive(Debug)]
pub struct Door {
    /// The first one's port is everyone's. Never empty.
    listeners: Vec<TcpListener>,
    /// By which name it is told, for links and on the terminal, if not by its first address.
    name: Option<&'static str>,
    bridge: Option<Bridge>,
}

/// Whoever is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Door {
    /// Opens a port for browsers and tools of this computer, which call it `localhost`: on 127.0.0.1, and on
    /// `::1` where the system has it. Port 0 takes one that is free on both.
    pub async fn for_browsers(port: u16) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            tries += 1;
            let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let chosen = first.local_addr()?.port();
            let listeners = match TcpListener::bind((Ipv6Addr::LOCALHOST, chosen)).await {
                Ok(second) => vec![first, second],
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    if port == 0 && tries < TRIES {
                        continue;
                    }
                    return Err(error);
                }
                // A system without IPv6 says so in many ways, and none of them matters.
                Err(_) => vec![first],
            };
            return Ok(Self { listeners, name: Some("localhost"), bridge: None });
        }
    }

    /// Opens a port for programs of this computer, on 127.0.0.1 alone.
    pub async fn for_programs(port: u16) -> io::Result<Self> {
        Ok(Self::from(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?))
    }

    /// Lets containers in as well, where the bridge is an address of this computer. Docker in a virtual machine
    /// of its own, as in Docker Desktop, leads its containers to loopback instead; then this answers `false`.
    pub async fn admit_containers(&mut self, bridge: Bridge) -> io::Result<bool> {
        match TcpListener::bind((bridge.address(), self.local_addr()?.port())).await {
            Ok(listener) => {
                self.listeners.push(listener);
                self.bridge = Some(bridge);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where it is, as a URL without a path.
    pub fn url(&self) -> io::Result<String> {
        let address = self.local_addr()?;
        Ok(self
            .name
            .map_or_else(|| format!("http://{address}"), |name| format!("http://{name}:{}", address.port())))
    }

    /// The addresses that it listens on.
    pub fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(TcpListener::local_addr).collect()
    }

    /// An address that is neither loopback nor Docker's bridge, if it listens on one.
    pub fn exposed(&self) -> io::Result<Option<SocketAddr>> {
        let bridge = self.bridge.map(Bridge::address);
        let is_near = |address: &SocketAddr| {
            address.ip().is_loopback() || bridge.is_some_and(|own| address.ip() == own)
        };
        Ok(self.addresses()?.into_iter().find(|address| !is_near(address)))
    }
}

impl From<TcpListener> for Door {
    /// A listener that is there already, told by its address.
    fn from(listener: TcpListener) -> Self {
        Self { listeners: vec![listener], name: None, bridge: None }
    }
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let waiting = self.listeners.iter_mut().map(|listener| Box::pin(Listener::accept(listener)));
        let (accepted, _, _) = select_all(waiting).await;
        // Small answers must not wait for an acknowledgement; a socket that refuses is merely slower.
        _ = accepted.0.set_nodelay(true);
        accepted
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listeners[0].local_addr()
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// How long [`Serving::stop`] waits for requests under way.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// A server at a door. Dropping it ends it too, only without waiting for requests under way.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Serving {
    /// Answers at this door from now on.
    pub(crate) fn start(door: Door, router: Router) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<Peer>();
        let server = axum::serve(door, service).with_graceful_shutdown(async {
            // An error means that the server was dropped, which ends it as well.
            _ = stopped.await;
        });
        Self { stop, server: tokio::spawn(async { _ = server.into_future().await }) }
    }

    /// Ends it once the requests under way are answered, or soon after.
    pub(crate) async fn stop(mut self) {
        // The receiver is gone only if the server has ended already.
        _ = self.stop.send(());
        if tokio::time::timeout(PATIENCE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn browsers_find_one_port_under_every_name_of_this_computer() {
        let mut door = Door::for_browsers(0).await.unwrap();
        let addresses = door.addresses().unwrap();
        let port = addresses[0].port();
        assert_eq!(door.url().unwrap(), format!("http://localhost:{port}"));
        assert_eq!(door.exposed().unwrap(), None);
        for address in addresses {
            assert_eq!(address.port(), port);
            let (knock, (_, peer)) = tokio::join!(TcpStream::connect(address), door.accept());
            assert_eq!(knock.unwrap().local_addr().unwrap(), peer);
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_in_either_family_is_refused() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(taken) = TcpListener::bind(address).await else { continue };
            let refused = Door::for_browsers(taken.local_addr().unwrap().port()).await;
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::AddrInUse, "{address}");
        }
    }

    #[tokio::test]
    async fn an_address_that_others_reach_is_told() {
        let door = Door::from(TcpListener::bind("0.0.0.0:0").await.unwrap());
        assert!(door.exposed().unwrap().is_some());
        let mut door = Door::for_programs(0).await.unwrap();
        let nowhere = Bridge::parse("192.0.2.1").is_none();
        assert!(nowhere, "a public address is no bridge");
        assert!(!door.admit_containers(Bridge::parse("10.255.255.254").unwrap()).await.unwrap());
        assert_eq!(door.exposed().unwrap(), None);
    }
}
