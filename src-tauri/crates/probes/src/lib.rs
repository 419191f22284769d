//! Observers of the world outside AWS: HTTP, DNS and TLS.
//!
//! Every probe reads and nothing else. It is told where to look by a [`ProbeWorld`]: in a
//! rehearsal documentation addresses lead to loopback stand-ins, and nothing leaves the machine.

mod authorised;
mod bundle;
mod canary;
pub mod chain;
pub mod checks;
pub mod dns;
mod error;
pub mod http;
mod reading;
mod routes;
mod shown;
pub mod tls;
mod tokens;
mod version;
pub mod world;

pub use authorised::check_authorised;
pub use bundle::check_bundle;
pub use canary::{check_canary, not_possible};
pub use chain::{Chain, Tunnel, chain, reachable};
pub use checks::{
    check_authoritative, check_certificate, check_http_answer, check_http_build, check_resolvers,
};
pub use dns::{Answer, Asked, addresses, authoritative, delegation, name_servers_of, resolvers, soa};
pub use error::{ProbeError, ProbeErrorKind};
pub use http::{SiteAnswer, http_build};
pub use routes::check_routes;
pub use tls::{Certificate, certificate};
pub use tokens::{IdToken, NoToken, Stands, Tokens};
pub use world::{DialMap, ProbeWorld};

#[cfg(test)]
mod tests;
