//! The way of a request: which side each server gives for a name that the plan switches, what is known of both sites, and
//! the same in a sentence. All of it is made of the readings that the rest of the snapshot is made of.

mod gives;
mod guards;
mod looks;
mod sites;
mod switch;
mod words;

use jiff::Timestamp;
use switchback_engine::expect::flight;
use switchback_engine::run::Run;
use switchback_model::dns::RecordType;
use switchback_model::{Step, Way};

use super::run::Live;
use crate::servers::{Heard, asked_names};
use crate::wire::{NameAnswers, RequestWay, ServerAnswer, WayGives, WayPlace, WayServer, WayShare, WaySide};
use gives::{Right, right_of};
use switch::Switch;
pub(crate) use switch::on_its_way;

/// For how long a name is believed that nobody has asked about yet, in seconds.
const NOT_ASKED_S: u32 = 90;

/// What the servers of every name answered last that a DNS check of the plan asks about.
pub(super) fn name_answers(run: &Run, live: &Live) -> Vec<NameAnswers> {
    let names = asked_names(&run.plan).into_keys();
    names
        .map(|(name, record)| {
            let heard = live.servers.get(&(name.clone(), record));
            NameAnswers {
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
struct KnownName<'a> {
    record: RecordType,
    heard: Option<&'a Heard>,
    right: Right,
}

/// The way of a request for every name that the plan switches.
pub(super) fn ways(run: &Run, live: &Live, now: Timestamp) -> Vec<RequestWay> {
    let switches = Switch::all(run);
    switches
        .iter()
        .map(|switch| way(run, live, switch, now))
        .collect()
}

fn known<'a>(run: &Run, live: &'a Live, switch: &Switch<'_>) -> Vec<KnownName<'a>> {
    let asked = asked_names(&run.plan).into_keys();
    asked
        .filter(|(name, _)| name == switch.name)
        .map(|(name, record)| KnownName {
            record,
            heard: live.servers.get(&(name, record)),
            right: right_of(run, switch, record),
        })
        .collect()
}

/// When the servers were asked: of several record types the first.
fn asked_at(known: &[KnownName<'_>]) -> Option<Timestamp> {
    let heard = known.iter().map(|known| known.heard).collect::<Option<Vec<_>>>();
    heard?.iter().map(|heard| heard.at).min()
}

/// By when no cache that keeps to its time gives the side that a step in flight leaves, by what its servers gave last; none
/// where the step switches no name.
pub(super) fn rest_by(run: &Run, live: &Live, step: &Step) -> Option<Timestamp> {
    let switches = Switch::all(run);
    let ours = |switch: &&Switch<'_>| switch.steps.iter().any(|one| one.id == step.id);
    let switch = switches.iter().find(ours)?;
    let known = known(run, live, switch);
    gone_by(run, switch, &servers(&known), asked_at(&known))
}

fn way(run: &Run, live: &Live, switch: &Switch<'_>, now: Timestamp) -> RequestWay {
    let known = known(run, live, switch);
    let state = switch.state(run);
    let servers = servers(&known);
    let share = |place| share(servers.iter().filter(|server| server.place == place));
    let (resolvers, name_servers) = (share(WayPlace::Resolver), share(WayPlace::NameServer));
    // What may be believed for the shortest time holds for all of it.
    let observed_at = asked_at(&known);
    let heard: Vec<&Heard> = known.iter().filter_map(|known| known.heard).collect();
    let stale = heard.iter().any(|heard| heard.is_stale(now));
    let said = words::SentenceParts {
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
    RequestWay {
        name: switch.name.host().to_owned(),
        steps: switch.steps.iter().map(|step| step.id.to_string()).collect(),
        state,
        since: since(run, switch),
        observed_at,
        believable_s: heard
            .iter()
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
fn led(servers: &[WayServer], said: &words::SentenceParts<'_>) -> Option<WaySide> {
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
        Way::Apply => WayGives::Old,
        Way::Undo | Way::Publish => WayGives::New,
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
fn servers(known: &[KnownName<'_>]) -> Vec<WayServer> {
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
