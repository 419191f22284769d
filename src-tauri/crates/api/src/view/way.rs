//! The way of a request: which side each server gives for a name that the plan switches, what is known of both sites, and
//! the same in a sentence. All of it is made of the readings that the rest of the snapshot is made of.

mod gives;
mod guards;
mod sites;
mod words;

use jiff::Timestamp;
use switchback_engine::expect::flight;
use switchback_engine::run::Run;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{ActionSpec, Step, StepState, Way as Direction};

use super::run::Live;
use crate::servers::{Heard, asked_names};
use crate::wire::{NameTruth, ServerAnswer, Way, WayGives, WayPlace, WayServer, WayShare, WaySide, WayState};
use gives::{Right, right_of};

/// For how long a name is believed that nobody has asked about yet, in seconds.
const NOT_ASKED_S: u32 = 90;

/// Where a switch stands whose step stands so. One that ended badly is on its way no more: its servers say what is there.
fn stands(state: StepState) -> WayState {
    match state {
        StepState::ToDo
        | StepState::Checking
        | StepState::Blocked
        | StepState::Ready
        | StepState::Failed
        | StepState::Skipped
        | StepState::Undone { .. }
        | StepState::UndoUnverified
        | StepState::UndoForeign => WayState::Before,
        StepState::Applying { .. } | StepState::InDoubt { .. } | StepState::Verifying { .. } => {
            WayState::Switching
        }
        StepState::Done { .. }
        | StepState::Unverified
        | StepState::Foreign
        | StepState::Adopted
        | StepState::UndoFailed => WayState::After,
        StepState::Undoing { .. } | StepState::UndoInDoubt { .. } | StepState::UndoVerifying { .. } => {
            WayState::SwitchingBack
        }
    }
}

/// Whether a change is on its way to users, or on its way back.
pub(crate) fn on_its_way(state: StepState) -> bool {
    match stands(state) {
        WayState::Switching | WayState::SwitchingBack => true,
        WayState::Before | WayState::After => false,
    }
}

/// A name that the plan switches.
struct Switch<'a> {
    name: &'a DnsName,
    /// The steps that switch it, in the plan's order; never empty.
    steps: Vec<&'a Step>,
}

impl<'a> Switch<'a> {
    /// Every name that the plan switches, in its order.
    fn all(run: &'a Run) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for step in run.plan.steps() {
            let Some(ActionSpec::SwitchRecord(spec)) = &step.action else {
                continue;
            };
            match all.iter_mut().find(|switch| *switch.name == spec.name) {
                Some(switch) => switch.steps.push(step),
                None => all.push(Self {
                    name: &spec.name,
                    steps: vec![step],
                }),
            }
        }
        all
    }

    fn states<'b>(&'b self, run: &'b Run) -> impl Iterator<Item = (&'b Step, WayState)> {
        let state = |step: &&'a Step| Some((*step, stands(run.steps.get(&step.id)?.state)));
        self.steps.iter().filter_map(state)
    }

    /// The step that is on its way, if one is.
    fn moving<'b>(&'b self, run: &'b Run) -> Option<(&'b Step, WayState)> {
        let moves = |(_, state): &(&Step, WayState)| match state {
            WayState::Switching | WayState::SwitchingBack => true,
            WayState::Before | WayState::After => false,
        };
        self.states(run).find(moves)
    }

    fn state(&self, run: &Run) -> WayState {
        if let Some((_, state)) = self.moving(run) {
            return state;
        }
        let last = self.states(run).last().map(|(_, state)| state);
        let begun = self.states(run).any(|(_, state)| state == WayState::After);
        match (last, begun) {
            (Some(WayState::After), _) => WayState::After,
            // Of several steps some are done: a share of users has been switched.
            (_, true) => WayState::Switching,
            (_, false) => WayState::Before,
        }
    }
}

/// What the servers of every name answered last that a DNS check of the plan asks about.
pub(super) fn truth(run: &Run, live: &Live) -> Vec<NameTruth> {
    let names = asked_names(&run.plan).into_keys();
    names
        .map(|(name, record)| {
            let heard = live.servers.get(&(name.clone(), record));
            NameTruth {
                name: name.host().to_owned(),
                record: record.to_string(),
                observed_at: heard.map(|heard| heard.at),
                believable_s: heard.map_or(NOT_ASKED_S, |heard| heard.believable_s),
                servers: heard.map(answers).unwrap_or_default(),
            }
        })
        .collect()
}

fn answers(heard: &Heard) -> Vec<ServerAnswer> {
    let answer = |asked: &switchback_engine::ports::ServerSaid| {
        let said = asked.said.as_ref();
        ServerAnswer {
            server: asked.server.clone(),
            place: if asked.resolver { "resolver" } else { "name_server" }.to_owned(),
            values: said.map(|said| said.values.clone()).unwrap_or_default(),
            ttl_s: said.ok().and_then(|said| said.ttl),
            problem: said.err().cloned(),
        }
    };
    heard.servers.iter().map(answer).collect()
}

/// What was heard of a name, type by type, with what is right there.
struct Known<'a> {
    record: RecordType,
    heard: Option<&'a Heard>,
    right: Right,
}

/// The way of a request for every name that the plan switches.
pub(super) fn ways(run: &Run, live: &Live, now: Timestamp) -> Vec<Way> {
    let switches = Switch::all(run);
    switches
        .iter()
        .map(|switch| way(run, live, switch, now))
        .collect()
}

fn way(run: &Run, live: &Live, switch: &Switch<'_>, now: Timestamp) -> Way {
    let asked = asked_names(&run.plan).into_keys();
    let known: Vec<Known<'_>> = asked
        .filter(|(name, _)| name == switch.name)
        .map(|(name, record)| Known {
            record,
            heard: live.servers.get(&(name, record)),
            right: right_of(run, switch, record),
        })
        .collect();
    let state = switch.state(run);
    let servers = servers(&known);
    let share = |place| share(servers.iter().filter(|server| server.place == place));
    let (resolvers, name_servers) = (share(WayPlace::Resolver), share(WayPlace::NameServer));
    // What was asked first, and may be believed for the shortest time, holds for all of it.
    let heard = known.iter().map(|known| known.heard).collect::<Option<Vec<_>>>();
    let heard = heard.filter(|heard| !heard.is_empty());
    let observed_at = heard
        .as_ref()
        .and_then(|heard| heard.iter().map(|heard| heard.at).min());
    let stale = heard.iter().flatten().any(|heard| heard.is_stale(now));
    let said = words::Said {
        name: switch.name.host(),
        state,
        resolvers,
        name_servers,
        observed_at,
        asked: match (run.plan.target.observers.dns, known.is_empty()) {
            (false, _) => words::Asked::NoObserver,
            (true, true) => words::Asked::NoCheck,
            (true, false) => words::Asked::ByChecks,
        },
        gone_by: gone_by(run, switch, &servers, observed_at),
        now,
    };
    let once_stale = words::once_stale(&said);
    let led = sites::Led {
        to: if stale { None } else { led(&servers, &said) },
        at: observed_at,
        settled: switch.moving(run).is_none(),
    };
    Way {
        name: switch.name.host().to_owned(),
        steps: switch.steps.iter().map(|step| step.id.to_string()).collect(),
        state,
        since: since(run, switch),
        observed_at,
        believable_s: heard
            .iter()
            .flatten()
            .map(|heard| heard.believable_s)
            .min()
            .unwrap_or(NOT_ASKED_S),
        sites: sites::sites(run, live, switch, &known, &led, now),
        sentence: match stale {
            true => once_stale.clone(),
            false => words::sentence(&said),
        },
        once_stale,
        // Nobody knows any more what they give.
        resolvers: if stale { doubted(resolvers) } else { resolvers },
        name_servers: if stale {
            doubted(name_servers)
        } else {
            name_servers
        },
        servers: match stale {
            true => servers.into_iter().map(doubt).collect(),
            false => servers,
        },
    }
}

fn doubt(server: WayServer) -> WayServer {
    WayServer {
        gives: WayGives::Unknown,
        ttl_s: None,
        ..server
    }
}

fn doubted(share: WayShare) -> WayShare {
    WayShare {
        asked: share.asked,
        unknown: share.asked,
        ..WayShare::default()
    }
}

/// Where a request goes of a program that asks the first resolver, as this one does; where there is none, all servers
/// have to say the same.
fn led(servers: &[WayServer], said: &words::Said<'_>) -> Option<WaySide> {
    match servers.iter().find(|server| server.place == WayPlace::Resolver) {
        Some(first) => match first.gives {
            WayGives::Old => Some(WaySide::Old),
            WayGives::New => Some(WaySide::New),
            WayGives::Both | WayGives::Neither | WayGives::Unknown => None,
        },
        None => [WaySide::Old, WaySide::New]
            .into_iter()
            .find(|side| words::gives_alone(said, *side)),
    }
}

/// Since when a change of the name is on its way.
fn since(run: &Run, switch: &Switch<'_>) -> Option<Timestamp> {
    let (step, _) = switch.moving(run)?;
    Some(flight(run, &step.id)?.attempt.intended_at)
}

/// By when a cache that keeps to its time has forgotten the side that is left: what was replaced, and what a server that
/// still gives that side hands out until now.
fn gone_by(
    run: &Run,
    switch: &Switch<'_>,
    servers: &[WayServer],
    at: Option<Timestamp>,
) -> Option<Timestamp> {
    let (step, _) = switch.moving(run)?;
    let flight = flight(run, &step.id)?;
    let leaving = match flight.way {
        Direction::Apply => WayGives::Old,
        Direction::Undo | Direction::Publish => WayGives::New,
    };
    let replaced = super::spread::caches(flight.attempt)?;
    let last = servers
        .iter()
        .filter(|server| server.gives == leaving)
        .filter_map(|server| {
            let left = jiff::SignedDuration::from_secs(i64::from(server.ttl_s?));
            at?.checked_add(left).ok()
        })
        .max();
    Some(last.map_or(replaced, |last| last.max(replaced)))
}

/// Every server that was asked, resolvers first: as a request goes.
fn servers(known: &[Known<'_>]) -> Vec<WayServer> {
    let mut all: Vec<WayServer> = Vec::new();
    let many = known.len() > 1;
    for place in [WayPlace::Resolver, WayPlace::NameServer] {
        for one in known {
            let asked = one
                .heard
                .map(|heard| heard.servers.as_slice())
                .unwrap_or_default();
            for asked in asked
                .iter()
                .filter(|s| s.resolver == (place == WayPlace::Resolver))
            {
                let words = gives::words(&asked.said);
                let said = match many {
                    true => format!("{} {words}", one.record),
                    false => words,
                };
                let gives = one.right.gives(&asked.said);
                let ttl_s = asked.said.as_ref().ok().and_then(|said| said.ttl);
                let same = |server: &&mut WayServer| server.place == place && server.name == asked.server;
                match all.iter_mut().find(same) {
                    Some(server) => {
                        server.gives = gives::together(server.gives, gives);
                        server.said = format!("{}; {said}", server.said);
                        server.ttl_s = server.ttl_s.into_iter().chain(ttl_s).min();
                    }
                    None => all.push(WayServer {
                        name: asked.server.clone(),
                        place,
                        gives,
                        said,
                        ttl_s,
                    }),
                }
            }
        }
    }
    all
}

fn share<'a>(servers: impl Iterator<Item = &'a WayServer>) -> WayShare {
    let mut share = WayShare::default();
    for server in servers {
        share.asked += 1;
        match server.gives {
            WayGives::Old => share.old += 1,
            WayGives::New => share.new += 1,
            WayGives::Both => share.both += 1,
            WayGives::Neither => share.neither += 1,
            WayGives::Unknown => share.unknown += 1,
        }
    }
    share
}
