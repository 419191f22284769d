//! The closed world and its panel: its parts, its fault switches, and starting a rehearsal.

use std::net::SocketAddr;
use std::sync::Arc;

use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_kinds::RunWorld;
use switchback_model::{RunId, Target};
use switchback_probes::ProbeWorld;
use switchback_rehearsal::{self as rehearsal, Client, Fault};

use crate::clock::WorldClock;
use crate::core::{Core, Surroundings};
use crate::host::Host;
use crate::wire::{ApiError, FaultView, RehearsalCommand, RehearsalPart, RehearsalView};

impl Core {
    /// The handle of the closed world; started here if nobody serves it.
    pub async fn closed_world(&self) -> Result<rehearsal::Handle, ApiError> {
        let mut world = self.closed_world.lock().await;
        if let Some(world) = &*world {
            return Ok(world.handle().clone());
        }
        let options = rehearsal::WorldOptions {
            dir: self.home.rehearsal(),
            scale: self.options.rehearsal_scale.max(1),
            insync_delay: std::time::Duration::from_secs(self.options.rehearsal_insync_s),
            keys: Vec::new(),
        };
        match rehearsal::World::start(options).await {
            Ok(started) => {
                let handle = started.handle().clone();
                *world = Some(started);
                Ok(handle)
            }
            Err(rehearsal::WorldError::AlreadyServed(handle)) => Ok(*handle),
            Err(error) => Err(ApiError::new(
                "rehearsal",
                format!("The rehearsal world could not be started: {error}."),
                "Close the other program that uses it, or set SWITCHBACK_HOME to another folder.",
                self.home.rehearsal().display().to_string(),
            )),
        }
    }

    /// Starts the closed world as it was at the beginning: what an earlier rehearsal left half-way would
    /// stand in the way of a new one. A world that another program serves is left as it is.
    pub async fn world_at_its_beginning(&self) -> Result<(), ApiError> {
        self.closed_world().await?;
        if let Some(world) = &*self.closed_world.lock().await {
            world.reset().map_err(|error| {
                ApiError::new(
                    "rehearsal",
                    format!("The rehearsal world could not be put back to its beginning: {error}."),
                    "Free some space, or set SWITCHBACK_HOME to another folder.",
                    self.home.rehearsal().display().to_string(),
                )
            })?;
        }
        Ok(())
    }

    /// Ends the closed world if this program serves it; its state stays on disk.
    pub async fn stop_closed_world(&self) {
        if let Some(world) = self.closed_world.lock().await.take() {
            world.stop().await;
        }
    }

    /// The closed world as its panel shows it.
    pub async fn rehearsal_view(&self) -> Result<RehearsalView, ApiError> {
        let handle = self.closed_world().await?;
        let state = Client::new(&handle).state().await.map_err(control)?;
        let mut parts = vec![RehearsalPart {
            kind: "aws".to_owned(),
            name: "AWS (Route 53, Cognito, Parameter Store, STS)".to_owned(),
            address: handle.endpoint.clone(),
            state: format!("{} record sets in {}", state.records.len(), state.zone_name),
        }];
        parts.extend(state.sites.iter().map(|site| {
            RehearsalPart {
                kind: "site".to_owned(),
                name: match site.site {
                    rehearsal::Site::Old => "Old site",
                    rehearsal::Site::New => "New site",
                    rehearsal::Site::Reval => "Reval",
                    rehearsal::Site::Gateway => "API Gateway",
                }
                .to_owned(),
                address: site.site.address().to_string(),
                state: format!("build {}", site.site.build()),
            }
        }));
        parts.extend(handle.name_servers.iter().map(|server| RehearsalPart {
            kind: "name_server".to_owned(),
            name: server.name.trim_end_matches('.').to_owned(),
            address: server.addr.to_string(),
            state: "name server".to_owned(),
        }));
        parts.extend(handle.resolvers.iter().map(|server| RehearsalPart {
            kind: "resolver".to_owned(),
            name: server.name.clone(),
            address: server.addr.to_string(),
            state: "caching resolver".to_owned(),
        }));
        let faults = Fault::SWITCHES
            .iter()
            .map(|(name, sentence)| {
                let kind: Option<Fault> = name.parse().ok();
                FaultView {
                    name: (*name).to_owned(),
                    sentence: (*sentence).to_owned(),
                    on: kind.is_some_and(|kind| {
                        state
                            .faults
                            .iter()
                            .any(|on| on.name() == kind.name() && on.subject() == kind.subject())
                    }),
                }
            })
            .collect();
        Ok(RehearsalView {
            endpoint: handle.endpoint.clone(),
            speed: handle.clock.scale,
            parts,
            faults,
        })
    }

    /// A client of the closed world, whoever serves it.
    pub async fn world_client(&self) -> Result<Client, ApiError> {
        Ok(Client::new(&self.closed_world().await?))
    }
}

impl Host {
    /// A command of the rehearsal panel. It changes the closed world only.
    pub async fn submit_rehearsal(&self, command: RehearsalCommand) -> Result<Option<RunId>, ApiError> {
        match command {
            RehearsalCommand::Start { runbook } => {
                self.world_at_its_beginning().await?;
                let run = self.new_from_runbook(runbook.name(), "rehearsal")?;
                self.drive(&run, false).await?;
                Ok(Some(run))
            }
            RehearsalCommand::Inject { fault } => {
                let fault: Fault = fault.parse().map_err(|error: rehearsal::NotAFault| {
                    ApiError::new(
                        "usage",
                        error.to_string(),
                        format!("One of: {}.", Fault::offered()),
                        "the fault panel",
                    )
                })?;
                self.world_client().await?.inject(&fault).await.map_err(control)?;
                Ok(None)
            }
            RehearsalCommand::Lift { fault } => {
                let name = match fault.parse::<Fault>() {
                    Ok(fault) => match fault.subject() {
                        Some(subject) => format!("{}:{subject}", fault.name()),
                        None => fault.name().to_owned(),
                    },
                    Err(_) => fault,
                };
                self.world_client().await?.lift(&name).await.map_err(control)?;
                Ok(None)
            }
        }
    }
}

pub(crate) fn control(error: rehearsal::control::ControlError) -> ApiError {
    ApiError::new(
        "rehearsal",
        format!("The rehearsal world did not answer: {error}."),
        "Start it again: its state is kept.",
        "the rehearsal world",
    )
}

/// Where probes look inside the closed world.
pub(crate) fn probes(handle: &rehearsal::Handle) -> ProbeWorld {
    ProbeWorld {
        dial: handle.stand_ins(),
        ca_pem: Some(handle.ca_pem.clone()),
        name_servers: Some(servers(&handle.name_servers)),
        resolvers: servers(&handle.resolvers),
    }
}

/// The world of a rehearsal run.
pub(crate) fn surroundings(target: Target, handle: &rehearsal::Handle) -> Result<Surroundings, ApiError> {
    let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
    let aws = Aws::connect(&AwsOptions {
        endpoint: Some(handle.endpoint.clone()),
        only_aws: false,
        profile: None,
        region: target.region.clone(),
        rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
        clock: Some(clock.clone()),
    })?;
    let probes = probes(handle);
    let speed = handle.clock.scale.max(1);
    Ok(Surroundings {
        world: Arc::new(RunWorld::new(aws, probes, target, clock.clone())),
        clock,
        speed,
    })
}

/// Name servers or resolvers of a rehearsal handle, for the probes.
#[must_use]
pub fn servers(list: &[switchback_rehearsal::NameServer]) -> Vec<(String, SocketAddr)> {
    list.iter().map(|s| (s.name.clone(), s.addr)).collect()
}
