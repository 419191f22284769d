//! DNS on loopback: four authoritative servers and two caching resolvers over the same state.

mod answer;
mod resolver;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Edns, Header, HeaderCounts, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::DNSClass;
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use tokio::net::{TcpListener, UdpSocket};

use crate::core::Core;
use crate::handle::NameServer;
use crate::records::normal_name;
use crate::seed;

use answer::Reply;
use resolver::Cache;

/// How long a TCP connection may be silent.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer over UDP to a client that says what it can take.
const MOST_PAYLOAD: u16 = 1_232;

/// What a server is.
#[derive(Debug)]
enum Role {
    /// One of the zone's servers, by its place in the NS record.
    Authority(usize),
    /// A resolver with its own cache.
    Resolver(Cache),
}

/// Answers the questions that one server gets.
#[derive(Debug)]
struct Questions {
    core: Arc<Core>,
    role: Role,
}

/// A server that runs until it is dropped.
pub(crate) struct DnsServer {
    pub at: NameServer,
    _server: Server<Questions>,
}

/// Starts the four authoritative servers.
pub(crate) async fn start_authorities(core: &Arc<Core>) -> io::Result<Vec<DnsServer>> {
    let mut servers = Vec::new();
    for (index, name) in seed::NAME_SERVERS.iter().enumerate() {
        servers.push(start(core, name, Role::Authority(index)).await?);
    }
    Ok(servers)
}

/// Starts the two resolvers, with empty caches.
pub(crate) async fn start_resolvers(core: &Arc<Core>) -> io::Result<Vec<DnsServer>> {
    let mut servers = Vec::new();
    for name in ["resolver-1", "resolver-2"] {
        servers.push(start(core, name, Role::Resolver(Cache::default())).await?);
    }
    Ok(servers)
}

async fn start(core: &Arc<Core>, name: &str, role: Role) -> io::Result<DnsServer> {
    let (tcp, udp, addr) = bind_both().await?;
    let mut server = Server::new(Questions {
        core: Arc::clone(core),
        role,
    });
    server.register_socket(udp);
    server.register_listener(tcp, PATIENCE, 64);
    Ok(DnsServer {
        at: NameServer {
            name: name.to_owned(),
            addr,
        },
        _server: server,
    })
}

/// A TCP and a UDP socket with the same port; the system chooses only one of them, so try again when
/// the other is taken.
async fn bind_both() -> io::Result<(TcpListener, UdpSocket, SocketAddr)> {
    let mut tries = 0;
    loop {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = tcp.local_addr()?;
        match UdpSocket::bind(addr).await {
            Ok(udp) => return Ok((tcp, udp, addr)),
            Err(error) if tries == 20 => return Err(error),
            Err(_) => tries += 1,
        }
    }
}

impl Questions {
    fn reply(&self, request: &Request) -> Reply {
        if request.metadata.op_code != OpCode::Query {
            return Reply::error(ResponseCode::NotImp);
        }
        let Ok(info) = request.request_info() else {
            return Reply::error(ResponseCode::FormErr);
        };
        let query = info.query.original();
        if query.query_class() != DNSClass::IN {
            return Reply::error(ResponseCode::Refused);
        }
        let name = normal_name(&query.name().to_ascii());
        match &self.role {
            Role::Authority(index) => answer::authoritative(&self.core, *index, &name, query.query_type()),
            Role::Resolver(cache) => cache.resolve(&self.core, &name, query.query_type()),
        }
    }
}

#[async_trait::async_trait]
impl RequestHandler for Questions {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response_handle: R,
    ) -> ResponseInfo {
        let reply = self.reply(request);
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.response_code = reply.code;
        metadata.authoritative = reply.authoritative;
        metadata.recursion_available = matches!(self.role, Role::Resolver(_));
        let edns = request.edns.as_ref().map(|_| {
            let mut edns = Edns::new();
            edns.set_max_payload(MOST_PAYLOAD);
            edns
        });
        let mut builder = MessageResponseBuilder::from_message_request(request);
        if let Some(edns) = &edns {
            builder.edns(edns);
        }
        let response = builder.build(metadata, &reply.answers, &reply.referral, &reply.soa, []);
        match response_handle.send_response(response).await {
            Ok(info) => info,
            Err(error) => {
                tracing::debug!(%error, "a DNS answer could not be sent");
                ResponseInfo::from(Header {
                    metadata,
                    counts: HeaderCounts::default(),
                })
            }
        }
    }
}
