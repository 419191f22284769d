//! The handle: what another process must know to use a world that is being served.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::ScaledClock;
use crate::disk;

/// A DNS server of the world: its name and the loopback socket (UDP and TCP) that stands in for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameServer {
    /// The server's name, such as `ns-1.rehearsal.test.` or `resolver-1`.
    pub name: String,
    /// Where it listens, on UDP and on TCP.
    pub addr: SocketAddr,
}

/// How to reach a served world; written to `handle.json` in the world's directory.
///
/// Ports are chosen by the system at each start, so a handle is good for one start only: read it
/// again when a connection is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    /// The process that serves the world.
    pub pid: u32,
    /// Names the world's state; stays the same over restarts, changes only with a new directory.
    pub epoch: String,
    /// The loopback port of every AWS service and of the control plane.
    pub aws_port: u16,
    /// `http://127.0.0.1:PORT`, the endpoint URL for an AWS SDK or the AWS CLI.
    pub endpoint: String,
    /// The four authoritative servers, in the order of the zone's NS record.
    pub name_servers: Vec<NameServer>,
    /// The two caching resolvers, `resolver-1` and `resolver-2`.
    pub resolvers: Vec<NameServer>,
    /// Documentation address → the loopback socket that stands in for it, for every port.
    pub dial: BTreeMap<IpAddr, SocketAddr>,
    /// The certificate (PEM) of the authority that signs the sites' certificates.
    pub ca_pem: String,
    /// World time.
    pub clock: ScaledClock,
    /// The hosted zone, bare (without `/hostedzone/`).
    pub zone_id: String,
    /// The zone's name with its trailing dot.
    pub zone_name: String,
    /// The account that answers to any access key but [`crate::OTHER_ACCESS_KEY`].
    pub account: String,
    /// Must be sent as `x-switchback-world` with every mutation of the control plane.
    pub token: String,
}

impl Handle {
    /// Where the handle of a world lies.
    #[must_use]
    pub fn path(dir: &Path) -> PathBuf {
        dir.join("handle.json")
    }

    /// Reads the handle that lies in a world's directory, whether or not the world is still served.
    ///
    /// # Errors
    /// When there is none (`NotFound`) or it can't be read (`InvalidData`).
    pub fn read(dir: &Path) -> io::Result<Self> {
        let bytes = std::fs::read(Self::path(dir))?;
        serde_json::from_slice(&bytes).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    pub(crate) fn write(&self, dir: &Path) -> io::Result<()> {
        disk::replace(&Self::path(dir), &serde_json::to_vec_pretty(self)?)
    }

    /// The stand-ins of the sites and of the authoritative servers, by their documentation addresses.
    #[must_use]
    pub fn stand_ins(&self) -> BTreeMap<IpAddr, SocketAddr> {
        let servers = self.name_servers.iter().filter_map(|server| {
            let address = crate::seed::server_address(&server.name)?;
            Some((IpAddr::V4(address), server.addr))
        });
        self.dial
            .iter()
            .map(|(address, socket)| (*address, *socket))
            .chain(servers)
            .collect()
    }

    /// The socket that stands in for a documentation address of the world.
    #[must_use]
    pub fn stand_in(&self, address: IpAddr) -> Option<SocketAddr> {
        self.dial.get(&address).copied()
    }

    /// The loopback socket of the AWS endpoints.
    #[must_use]
    pub fn aws_addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.aws_port))
    }
}
