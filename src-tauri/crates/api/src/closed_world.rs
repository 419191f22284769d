//! The closed world and its panel: its parts, its fault switches, and starting a rehearsal.

use std::net::SocketAddr;
use std::sync::Arc;

use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_kinds::RunWorld;
use switchback_model::{RunId, Target};
use switchback_probes::ProbeWorld;
use switchback_rehearsal::{self as rehearsal, Client, Drill, Fault};

use crate::canaries::{self, Given, Giver, Known};
use crate::clock::WorldClock;
use crate::core::{Core, Surroundings};
use crate::host::Host;
use crate::wire::{ApiError, DrillView, FaultView, RehearsalCommand, RehearsalPart, RehearsalView};

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
        Ok(RehearsalView {
            endpoint: handle.endpoint.clone(),
            speed: handle.clock.scale,
            parts,
            drills: drills(&state.faults),
            faults: faults(&state.faults),
        })
    }

    /// A client of the closed world, whoever serves it.
    pub async fn world_client(&self) -> Result<Client, ApiError> {
        Ok(Client::new(&self.closed_world().await?))
    }
}

/// Whether this fault is among those in force: the same kind, about the same thing.
fn is_on(fault: &Fault, in_force: &[Fault]) -> bool {
    in_force
        .iter()
        .any(|on| on.name() == fault.name() && on.subject() == fault.subject())
}

/// The fault switches, as the panel shows them.
pub(crate) fn faults(in_force: &[Fault]) -> Vec<FaultView> {
    let mut faults: Vec<(Fault, &str, &str)> = Fault::SWITCHES
        .iter()
        .filter_map(|(name, sentence)| Some((name.parse().ok()?, *name, *sentence)))
        .collect();
    faults.sort_by_key(|(fault, ..)| fault.part());
    let view = |(fault, name, sentence): (Fault, &str, &str)| FaultView {
        name: name.to_owned(),
        part: fault.part().title().to_owned(),
        sentence: sentence.to_owned(),
        on: is_on(&fault, in_force),
    };
    faults.into_iter().map(view).collect()
}

/// The drills, as the panel shows them.
pub(crate) fn drills(in_force: &[Fault]) -> Vec<DrillView> {
    let view = |drill: &Drill| {
        let fault: Fault = drill.fault.parse().ok()?;
        Some(DrillView {
            id: drill.id.to_owned(),
            part: drill.part.title().to_owned(),
            title: drill.title.to_owned(),
            when: drill.when.to_owned(),
            sentence: drill.sentence(),
            says: drill.says.to_owned(),
            then: drill.then.to_owned(),
            fault: drill.fault.to_owned(),
            at_once: fault.happens_at_once(),
            on: is_on(&fault, in_force),
        })
    };
    Drill::ALL.iter().filter_map(view).collect()
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

/// The world of a rehearsal run. `given`: the tokens that this program got so far.
pub(crate) fn surroundings(
    target: Target,
    handle: &rehearsal::Handle,
    given: &Arc<Given>,
) -> Result<Surroundings, ApiError> {
    let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
    let aws = aws(&target, handle, &clock)?;
    let tokens = Arc::new(giver(&target, handle, given, &aws, &clock));
    let aws = aws.with_canaries(tokens.clone());
    let speed = handle.clock.scale.max(1);
    let world = RunWorld::new(aws, probes(handle), target, clock.clone()).with_tokens(tokens);
    Ok(Surroundings {
        world: Arc::new(world),
        clock,
        speed,
    })
}

/// Who gives tokens of a rehearsal's pools.
pub(crate) fn tokens(
    target: &Target,
    handle: &rehearsal::Handle,
    given: &Arc<Given>,
) -> Result<Giver, ApiError> {
    let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
    let aws = aws(target, handle, &clock)?;
    Ok(giver(target, handle, given, &aws, &clock))
}

/// A rehearsal's canary is known: no keychain is asked for it.
fn giver(
    target: &Target,
    handle: &rehearsal::Handle,
    given: &Arc<Given>,
    aws: &Aws,
    clock: &Arc<dyn Clock>,
) -> Giver {
    let known = Known {
        target: target.name.clone(),
    };
    canaries::giver(given, &handle.endpoint, known, aws.clone(), clock.clone())
}

/// The AWS of the closed world.
fn aws(target: &Target, handle: &rehearsal::Handle, clock: &Arc<dyn Clock>) -> Result<Aws, ApiError> {
    Ok(Aws::connect(&AwsOptions {
        endpoint: Some(handle.endpoint.clone()),
        only_aws: false,
        profile: None,
        region: target.region.clone(),
        rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
        clock: Some(clock.clone()),
    })?)
}

/// Name servers or resolvers of a rehearsal handle, for the probes.
#[must_use]
pub fn servers(list: &[switchback_rehearsal::NameServer]) -> Vec<(String, SocketAddr)> {
    list.iter().map(|s| (s.name.clone(), s.addr)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drill is on while its own fault is, and not while a fault of the same kind is about something else.
    #[test]
    fn a_drill_is_on_with_its_fault() {
        let on = |in_force: &[&str]| -> Vec<String> {
            let in_force: Vec<Fault> = in_force.iter().filter_map(|name| name.parse().ok()).collect();
            let on = drills(&in_force).into_iter().filter(|drill| drill.on);
            on.map(|drill| drill.id).collect()
        };
        assert_eq!(drills(&[]).len(), Drill::ALL.len(), "none is left out");
        assert_eq!(on(&[]), Vec::<String>::new());
        assert_eq!(on(&["site-down:old"]), ["old-site-down"]);
        assert_eq!(on(&["lost-response"]), ["switch-answer-lost"]);
        assert_eq!(
            on(&["lost-response:UpdateService", "leak"]),
            ["restriction-leaks", "roll-answer-lost"]
        );
        assert_eq!(on(&["leak:late", "site-down:reval"]), Vec::<String>::new());
    }
}
