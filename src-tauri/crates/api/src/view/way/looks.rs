//! The checks of the plan that are about a site under the name, wherever they stand in it, each with its last reading.

use std::net::IpAddr;

use jiff::Timestamp;
use switchback_engine::expect::observed_directly;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::run::Run;
use switchback_model::{CheckKind, CheckReading, CheckSpec, Way};

use super::Switch;
use super::sites::{Led, Sides};
use crate::view::reading_view;
use crate::view::run::Live;
use crate::wire::{Tone, WayHealth, WayHealthOf, WaySide};

/// A check of the plan that is about the name, with its last reading.
pub(super) struct Look<'a> {
    pub spec: &'a CheckSpec,
    pub reading: Option<&'a CheckReading>,
    monitor: Option<&'a MonitorRun>,
    /// Of which side it speaks, by where it stands in the plan.
    pub stands_for: Option<WaySide>,
    pub address: Option<IpAddr>,
    pub build: Option<&'a str>,
    pub of: WayHealthOf,
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
            | CheckKind::Reread(_)
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

    /// The address that it met where DNS led: its reading says so.
    pub(super) fn dialled(&self) -> Option<IpAddr> {
        if self.address.is_some() {
            return None;
        }
        self.reading?
            .observed
            .split(", ")
            .find_map(|part| part.parse().ok())
    }

    /// Whether its reading is of the site that it speaks for.
    pub(super) fn met(&self, side: WaySide, sides: &Sides, led: &Led) -> bool {
        let Some(reading) = self.reading else { return true };
        let there = self.dialled().and_then(|address| sides.at(address));
        if self.address.is_some() || there == Some(side) {
            return true;
        }
        let way = match side {
            WaySide::New => Way::Apply,
            WaySide::Old => Way::Undo,
        };
        if reading.verdict.lets_through() && self.build.is_some() || observed_directly(reading, way).is_some()
        {
            return true;
        }
        // What was read before the resolver was asked may have gone to the other side.
        let since = led.at.is_some_and(|at| reading.observed_at >= at);
        led.to == Some(side) && (led.settled || since)
    }

    pub(super) fn health(&self, now: Timestamp) -> WayHealth {
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
pub(super) fn looks<'a>(run: &'a Run, live: &'a Live, switch: &Switch<'_>) -> Vec<Look<'a>> {
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
            read(Way::Apply),
            switch,
            side(WaySide::New),
        ));
        all.extend(Look::of_step(
            &step.undo_verify,
            read(Way::Undo),
            switch,
            side(WaySide::Old),
        ));
        // While a change is in flight its monitor asks the side on its way in as well.
        for specs in [&step.before, &step.undo_before] {
            let looks = Look::of_step(specs, &[], switch, None);
            all.extend(looks.filter_map(|look| {
                let reading = live.sides.get(&(step.id.clone(), look.spec.id.clone()))?;
                Some(Look {
                    reading: Some(reading),
                    ..look
                })
            }));
        }
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
