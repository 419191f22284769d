//! A served world: starts everything, and stops it when dropped.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::aws::Endpoint;
use crate::aws::keys::AccessKey;
use crate::clock::ScaledClock;
use crate::control::{self, Client};
use crate::core::Core;
use crate::dns::{self, DnsServer};
use crate::faults::{Fault, Site};
use crate::handle::Handle;
use crate::http::{self as web, Answer, Dropped};
use crate::log::LogEntry;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::{aws, disk, seed, sites, tls};

/// How to open a world.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The world's home, such as `$HOME/rehearsal`; made if it is not there.
    pub dir: PathBuf,
    /// World seconds in one real second. Only for a new world: one that is already there keeps its
    /// clock, because world time must not jump.
    pub scale: u32,
    /// World time from a commit to INSYNC. Only for a new world, as above.
    pub insync_delay: Duration,
    /// Access keys that are known before the world's own, for as long as it is served.
    pub keys: Vec<AccessKey>,
}

impl WorldOptions {
    /// A world in real time with Route 53's usual 35 s to INSYNC.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            scale: 1,
            insync_delay: Duration::from_secs(35),
            keys: Vec::new(),
        }
    }
}

/// Requests to the sites and to user management since the start of a world or its last reset. A restriction that holds keeps every write
/// from user management, whoever makes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// All that came to a site, whatever it serves there.
    pub at_sites: usize,
    /// All that came to the gateway before it.
    pub requests: usize,
    /// Writes that came as far as user management, which refused them for want of credentials. Those that it carried out
    /// are in the log.
    pub refused_writes: usize,
}

/// A world could not be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// Another live process serves this directory; use its handle.
    #[error("process {} already serves this rehearsal", .0.pid)]
    AlreadyServed(Box<Handle>),
    /// Another live process holds the directory but does not answer.
    #[error("another process holds the rehearsal in {} but does not answer", dir.display())]
    Held {
        /// The directory.
        dir: PathBuf,
    },
    /// The state on disk can't be read.
    #[error("the rehearsal state {} cannot be read: {why}", path.display())]
    BadState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file or socket failed.
    #[error("the rehearsal world could not use a file or socket")]
    Io(#[from] io::Error),
    /// A certificate could not be made.
    #[error("a certificate of the rehearsal world could not be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS could not be set up.
    #[error("TLS of the rehearsal world could not be set up")]
    Tls(#[from] rustls::Error),
    /// The second writer's change was refused.
    #[error("the second writer could not change the record: {why}")]
    SecondWriter {
        /// Route 53's objection.
        why: String,
    },
    /// Somebody else's change of a parameter was refused.
    #[error("somebody else could not change the parameter: {why}")]
    ParameterChanged {
        /// Parameter Store's objection.
        why: String,
    },
    /// What should happen to the service was refused.
    #[error("nothing could happen to the service: {why}")]
    ServiceChanged {
        /// ECS's objection.
        why: String,
    },
    /// Somebody else's change of the firewall or the gateway was refused.
    #[error("somebody else could not change the firewall or the gateway: {why}")]
    RestrictionChanged {
        /// WAF's or API Gateway's objection.
        why: String,
    },
}

/// A world served by this process. Dropping it is like a kill: everything ends at once, and nothing is
/// lost because every commit is already on disk.
#[must_use = "the world ends when this is dropped"]
pub struct World {
    core: Arc<Core>,
    handle: Handle,
    dir: PathBuf,
    tasks: JoinSet<()>,
    _dns: Vec<DnsServer>,
    _lock: File,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World")
            .field("dir", &self.dir)
            .field("endpoint", &self.handle.endpoint)
            .finish_non_exhaustive()
    }
}

impl World {
    /// Opens the world in a directory, new or as it was left, and serves it on loopback.
    ///
    /// # Errors
    /// [`WorldError::AlreadyServed`] if another process serves it; otherwise when a file, a socket or
    /// the state fails.
    pub async fn start(options: WorldOptions) -> Result<Self, WorldError> {
        std::fs::create_dir_all(&options.dir)?;
        let lock = take_or_attach(&options.dir).await?;
        let core = Arc::new(Core::open(&options.dir, || {
            let delay = i64::try_from(options.insync_delay.as_millis()).unwrap_or(i64::MAX);
            let clock = ScaledClock::starting_now(options.scale);
            Ok(State::new(clock, delay, tls::Authority::generate()?))
        })?);
        let mut tasks = JoinSet::new();

        let aws = TcpListener::bind(("127.0.0.1", 0)).await?;
        let aws_port = aws.local_addr()?.port();
        let endpoint = Arc::new(Endpoint::new(Arc::clone(&core), &options.keys));
        tasks.spawn(web::serve_all(aws, endpoint, respond));

        let mut dial = std::collections::BTreeMap::new();
        for site in Site::ALL {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            dial.insert(site.address(), listener.local_addr()?);
            let config = tls::server_config(&core, site)?;
            tasks.spawn(sites::serve(Arc::clone(&core), site, config, listener));
        }

        let mut dns = dns::start_authorities(&core).await?;
        let name_servers = dns.iter().map(|s| s.at.clone()).collect();
        let resolvers = dns::start_resolvers(&core).await?;
        let resolver_names = resolvers.iter().map(|s| s.at.clone()).collect();
        dns.extend(resolvers);

        let endpoint = format!("http://{}", SocketAddr::from(([127, 0, 0, 1], aws_port)));
        let handle = core.read(|state| Handle {
            pid: std::process::id(),
            epoch: state.epoch.clone(),
            aws_port,
            endpoint,
            name_servers,
            resolvers: resolver_names,
            dial,
            ca_pem: state.authority.certificate_pem.clone(),
            clock: state.clock,
            zone_id: seed::ZONE_ID.to_owned(),
            zone_name: seed::ZONE_NAME.to_owned(),
            account: seed::ACCOUNT.to_owned(),
            token: state.token.clone(),
        });
        handle.write(&options.dir)?;
        Ok(Self {
            core,
            handle,
            dir: options.dir,
            tasks,
            _dns: dns,
            _lock: lock,
        })
    }

    /// How to reach the world.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Stops serving in good order and takes the handle away; the state stays.
    pub async fn stop(mut self) {
        self.core.close();
        self.tasks.shutdown().await;
        if let Err(error) = std::fs::remove_file(Handle::path(&self.dir)) {
            tracing::debug!(%error, "the handle could not be removed");
        }
    }

    /// Puts a fault in force; a second writer acts at once.
    ///
    /// # Errors
    /// When the state can't be saved, or the second writer's change is refused.
    pub fn inject(&self, fault: Fault) -> Result<(), WorldError> {
        aws::inject(&self.core, fault)
    }

    /// Lifts the faults of a name (`site-down`) or of a name and subject (`site-down:old`) and says how
    /// many there were.
    ///
    /// # Errors
    /// When the state can't be saved.
    pub fn lift(&self, name: &str) -> Result<usize, WorldError> {
        Ok(self.core.lift(name)?)
    }

    /// Every AWS request since the beginning or the last reset.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.core.log(0)
    }

    /// How often each operation was asked for, as [`Client::counts`] says it.
    #[must_use]
    pub fn counts(&self) -> std::collections::BTreeMap<String, u64> {
        self.core.counts()
    }

    /// What came to user management, and how far.
    #[must_use]
    pub fn arrivals(&self) -> Arrivals {
        self.core.arrived()
    }

    /// The whole world at this moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.core.snapshot()
    }

    /// Starts the world anew: records, changes, faults, caches and log. World time goes on.
    ///
    /// # Errors
    /// When the state can't be saved.
    pub fn reset(&self) -> Result<(), WorldError> {
        self.core.reset()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.core.close();
        self.tasks.abort_all();
    }
}

/// Takes the directory's lock, or finds out who serves it. A process that holds the lock but has not
/// yet written its handle is given a moment.
async fn take_or_attach(dir: &std::path::Path) -> Result<File, WorldError> {
    for _ in 0..50 {
        if let Some(lock) = disk::lock(dir)? {
            return Ok(lock);
        }
        if let Ok(handle) = Handle::read(dir) {
            let client = Client::new(&handle).patient_for(Duration::from_secs(1));
            if client.ping().await.is_ok_and(|p| p.epoch == handle.epoch) {
                return Err(WorldError::AlreadyServed(Box::new(handle)));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(WorldError::Held { dir: dir.to_owned() })
}

async fn respond(endpoint: Arc<Endpoint>, request: Request<Incoming>) -> Result<Answer, Dropped> {
    if request.uri().path().starts_with(control::PREFIX) {
        Ok(control::respond(&endpoint.core, request).await)
    } else {
        aws::respond(&endpoint, request).await
    }
}
