//! What is known of the two sites of a switch: by checks of the plan that are about one of them, each with its age.
//!
//! A check that dials an address asks that site itself. One that goes where DNS leads speaks for a site only where it is
//! known which one it met: by the build that it found, by what the resolver gives that it asked, or because it says so.

use std::collections::BTreeSet;
use std::net::IpAddr;

use jiff::Timestamp;
use switchback_engine::expect::observed_directly;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::run::Run;
use switchback_model::{CheckKind, CheckReading, CheckSpec, Way as Direction};

use super::{Known, Switch, guards};
use crate::view::reading_view;
use crate::view::run::Live;
use crate::wire::{Tone, WayHealth, WayHealthOf, WaySide, WaySite};

/// Where a request is led that goes by the resolver which this program asks first.
pub(super) struct Led {
    /// To which side; none where it can't be told.
    pub to: Option<WaySide>,
    /// When it was asked.
    pub at: Option<Timestamp>,
    /// Whether nothing is on its way.
    pub settled: bool,
}

/// A check of the plan that is about the name, with its last reading.
struct Look<'a> {
    spec: &'a CheckSpec,
    reading: Option<&'a CheckReading>,
    monitor: Option<&'a MonitorRun>,
    /// Of which side it speaks, by where it stands in the plan.
    stands_for: Option<WaySide>,
    address: Option<IpAddr>,
    build: Option<&'a str>,
    of: WayHealthOf,
}

/// The host of a URL, as a runbook may write it: without a port.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

impl<'a> Look<'a> {
    /// None of a check that is about something else than a site under this name.
    fn new(spec: &'a CheckSpec, switch: &Switch<'_>, stands_for: Option<WaySide>) -> Option<Self> {
        let (at, address, build, of) = match &spec.kind {
            CheckKind::HttpBuild { url, address, build } => {
                (host(url), *address, build.as_deref(), WayHealthOf::Answer)
            }
            CheckKind::HttpAnswer { url, address, .. } => (host(url), *address, None, WayHealthOf::Answer),
            CheckKind::Certificate { host, address, .. } => {
                (host.host(), *address, None, WayHealthOf::Certificate)
            }
            CheckKind::Identity
            | CheckKind::Zone { .. }
            | CheckKind::Record { .. }
            | CheckKind::TtlWait { .. }
            | CheckKind::Authoritative { .. }
            | CheckKind::Resolvers { .. }
            | CheckKind::Parameter(_)
            | CheckKind::Service(_)
            | CheckKind::Rule(_)
            | CheckKind::Throttle(_)
            | CheckKind::Authorizer(_)
            | CheckKind::Stage(_)
            | CheckKind::Api(_)
            | CheckKind::Distribution(_)
            | CheckKind::Trigger(_)
            | CheckKind::Bundle(_)
            | CheckKind::Authorised(_)
            | CheckKind::Canary(_)
            | CheckKind::Routes(_)
            | CheckKind::Cognito(_)
            | CheckKind::Unknown(_) => return None,
        };
        at.eq_ignore_ascii_case(switch.name.host()).then_some(Self {
            spec,
            reading: None,
            monitor: None,
            stands_for,
            address,
            build,
            of,
        })
    }

    fn of_step(
        specs: &'a [CheckSpec],
        readings: &'a [CheckReading],
        switch: &Switch<'_>,
        side: Option<WaySide>,
    ) -> impl Iterator<Item = Self> {
        let looks = specs.iter().filter_map(move |spec| Look::new(spec, switch, side));
        looks.map(|look| Self {
            reading: readings.iter().find(|reading| reading.check == look.spec.id),
            ..look
        })
    }

    /// Whether its reading is of the site that it speaks for.
    fn met(&self, side: WaySide, led: &Led) -> bool {
        let Some(reading) = self.reading else { return true };
        if self.address.is_some() {
            return true;
        }
        let way = match side {
            WaySide::New => Direction::Apply,
            WaySide::Old => Direction::Undo,
        };
        if reading.verdict.lets_through() && self.build.is_some() || observed_directly(reading, way).is_some()
        {
            return true;
        }
        // What was read before the resolver was asked may have gone to the other side.
        let since = led.at.is_some_and(|at| reading.observed_at >= at);
        led.to == Some(side) && (led.settled || since)
    }

    fn health(&self, now: Timestamp) -> WayHealth {
        let mut reading = reading_view(self.spec, self.reading, now);
        // One odd sample does not turn a site red, as it does not turn the monitor red.
        if let Some(monitor) = self.monitor {
            reading.tone = match (reading.tone, monitor.failing) {
                (Tone::Passing | Tone::Failing, Some(true)) => Tone::Failing,
                (Tone::Passing | Tone::Failing, Some(false)) => Tone::Passing,
                (Tone::Passing | Tone::Failing, None) => Tone::Unknown,
                (
                    tone @ (Tone::NotApplicable
                    | Tone::Switching
                    | Tone::Waiting
                    | Tone::Running
                    | Tone::Unknown),
                    _,
                ) => tone,
            };
        }
        WayHealth {
            of: self.of,
            words: words(self.of, &reading.observed, reading.tone),
            reading,
        }
    }
}

/// What was observed without what stands beside it: the build, the address, who issued a certificate.
fn words(of: WayHealthOf, observed: &str, tone: Tone) -> String {
    let said = observed
        .strip_prefix("the new side: ")
        .or_else(|| observed.strip_prefix("the old side: "));
    let parts = said.unwrap_or(observed).split(", ");
    if of == WayHealthOf::Certificate && tone == Tone::Passing {
        let life = parts.clone().find(|part| part.ends_with(" left"));
        return life.map_or_else(|| observed.to_owned(), |life| format!("certificate {life}"));
    }
    let kept = |part: &&str| {
        let build = tone == Tone::Passing && part.starts_with("build ");
        !build && part.parse::<IpAddr>().is_err()
    };
    let kept: Vec<&str> = parts.filter(kept).collect();
    if kept.is_empty() {
        observed.to_owned()
    } else {
        kept.join(", ")
    }
}

/// Every check of the plan that is about a site under the name.
fn looks<'a>(run: &'a Run, live: &'a Live, switch: &Switch<'_>) -> Vec<Look<'a>> {
    let mut all: Vec<Look<'a>> = Vec::new();
    for step in run.plan.steps() {
        let Some(state) = run.steps.get(&step.id) else {
            continue;
        };
        let ours = switch.steps.iter().any(|one| one.id == step.id);
        let side = |side| Some(side).filter(|_| ours);
        let checks = state.checks.as_ref();
        let read = |way| {
            state
                .last(way)
                .map(|attempt| attempt.readings.as_slice())
                .unwrap_or_default()
        };
        let before = checks
            .map(|checks| checks.readings.as_slice())
            .unwrap_or_default();
        let undo_before = checks
            .map(|checks| checks.undo_readings.as_slice())
            .unwrap_or_default();
        all.extend(Look::of_step(&step.before, before, switch, None));
        all.extend(Look::of_step(&step.undo_before, undo_before, switch, None));
        all.extend(Look::of_step(
            &step.verify,
            read(Direction::Apply),
            switch,
            side(WaySide::New),
        ));
        all.extend(Look::of_step(
            &step.undo_verify,
            read(Direction::Undo),
            switch,
            side(WaySide::Old),
        ));
        // What the way back needs is read again and again.
        for readiness in &live.readiness {
            let items = readiness.plan.items.iter();
            for item in items.filter(|item| item.step.as_ref() == Some(&step.id)) {
                for one in readiness.preconditions.iter().filter(|one| one.item == item.id) {
                    let readings = std::slice::from_ref(&one.reading);
                    let looks = Look::of_step(&step.undo_before, readings, switch, None);
                    all.extend(looks.filter(|look| look.reading.is_some()));
                }
            }
        }
    }
    for phase in &run.plan.phases {
        let Some(gate) = &phase.gate else { continue };
        let read = run
            .gates
            .get(&phase.id)
            .map(|gate| gate.readings.as_slice())
            .unwrap_or_default();
        all.extend(Look::of_step(&gate.checks, read, switch, None));
    }
    for monitor in &run.plan.monitors {
        let state = live.monitors.get(&monitor.id);
        let kept = run.monitors.get(&monitor.id).and_then(|kept| kept.last());
        let reading = state.and_then(|state| state.reading.as_ref()).or(kept);
        for look in &monitor.checks {
            let about = |id: &Option<switchback_model::StepId>| {
                let id = id.as_ref();
                id.is_some_and(|id| switch.steps.iter().any(|step| step.id == *id))
            };
            let side = match (about(&look.while_done), about(&look.until_done)) {
                (true, false) => Some(WaySide::New),
                (false, true) => Some(WaySide::Old),
                (true, true) | (false, false) => None,
            };
            let Some(look) = Look::new(&look.check, switch, side) else {
                continue;
            };
            let reading = reading.filter(|reading| reading.check == look.spec.id);
            all.push(Look {
                reading,
                monitor: state.filter(|_| reading.is_some()),
                ..look
            });
        }
    }
    all
}

/// By what a site is known.
#[derive(Default)]
pub(super) struct Marks {
    builds: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

/// The marks of both sides: those of one that are not the other's as well.
pub(super) struct Sides {
    old: Marks,
    new: Marks,
}

impl Sides {
    fn of(looks: &[Look<'_>], known: &[Known<'_>]) -> Self {
        let mut sides = Self {
            old: Marks::default(),
            new: Marks::default(),
        };
        for known in known {
            sides
                .old
                .addresses
                .extend(known.right.old.iter().flatten().cloned());
            sides
                .new
                .addresses
                .extend(known.right.new.iter().flatten().cloned());
        }
        for look in looks {
            let (Some(side), Some(build)) = (look.stands_for, look.build) else {
                continue;
            };
            sides.marks(side).builds.insert(build.to_owned());
        }
        // Behind an alias only a check says at which address a side is reached.
        for look in looks {
            if let (Some(address), Some(build)) = (look.address, look.build)
                && let Some(side) = sides.by(|marks| marks.builds.contains(build))
            {
                sides.marks(side).addresses.insert(address.to_string());
            }
        }
        sides
    }

    fn marks(&mut self, side: WaySide) -> &mut Marks {
        match side {
            WaySide::Old => &mut self.old,
            WaySide::New => &mut self.new,
        }
    }

    fn by(&self, has: impl Fn(&Marks) -> bool) -> Option<WaySide> {
        match (has(&self.old), has(&self.new)) {
            (true, false) => Some(WaySide::Old),
            (false, true) => Some(WaySide::New),
            (true, true) | (false, false) => None,
        }
    }

    /// The side that stands at an address.
    pub(super) fn at(&self, address: IpAddr) -> Option<WaySide> {
        self.by(|marks| marks.addresses.contains(&address.to_string()))
    }

    fn of_look(&self, look: &Look<'_>) -> Option<WaySide> {
        let by_build = look
            .build
            .and_then(|build| self.by(|marks| marks.builds.contains(build)));
        match look.address {
            Some(address) => by_build.or_else(|| self.at(address)),
            None => by_build.or(look.stands_for),
        }
    }
}

/// Both sites, the old one first.
pub(super) fn sites(
    run: &Run,
    live: &Live,
    switch: &Switch<'_>,
    known: &[Known<'_>],
    led: &Led,
    now: Timestamp,
) -> Vec<WaySite> {
    let looks = looks(run, live, switch);
    let sides = Sides::of(&looks, known);
    let site = |side| {
        let about: Vec<&Look<'_>> = looks
            .iter()
            .filter(|look| sides.of_look(look) == Some(side))
            .collect();
        let newest = |of| {
            let all = about.iter().filter(|look| look.of == of && look.met(side, led));
            all.max_by_key(|look| look.reading.map(|reading| reading.observed_at))
        };
        let newest = [WayHealthOf::Answer, WayHealthOf::Certificate].map(newest);
        let seen = about.iter().filter(|look| {
            let passed = look.reading.is_some_and(|reading| reading.verdict.lets_through());
            passed && look.build.is_some()
        });
        let seen = seen.max_by_key(|look| look.reading.map(|reading| reading.observed_at));
        WaySite {
            side,
            build: seen.and_then(|look| look.build).map(str::to_owned),
            health: newest.iter().flatten().map(|look| look.health(now)).collect(),
            guards: guards::of(run, switch, &sides, side),
        }
    };
    [WaySide::Old, WaySide::New].map(site).into()
}
