//! Gates, times and T0 as a screen shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_engine::decide::{Facts, decide};
use switchback_engine::gate::{self, GateDecision as Decided};
use switchback_engine::run::Run;
use switchback_engine::times::{self, Times};
use switchback_model::plan::Gate;
use switchback_model::{CheckReading, Command, Operator, Phase, StepId, Submission};

use super::{again, reading_view};
use crate::wire::{GateDecision, GatePerson, GateState, GateView, Offer, T0View, TimesView, Tone};

/// The gate of a phase; none where it has none.
pub(super) fn view(run: &Run, phase: &Phase, now: Timestamp, watching: Option<&str>) -> Option<GateView> {
    let gate = phase.gate.as_ref()?;
    let seen = run.gates.get(&phase.id);
    let decision = seen.and_then(|seen| seen.decision.as_ref());
    let obstacles = gate::obstacles(run, phase, now);
    let state = match decision {
        _ if seen.is_some_and(|seen| seen.checking) => GateState::Checking,
        Some(decision) if decision.opens() => GateState::Go,
        Some(decision) if !decision.go => GateState::NoGo,
        Some(_) => GateState::Void,
        None if obstacles.is_empty() => GateState::Ready,
        None => GateState::Closed,
    };
    let checks: Vec<_> = gate
        .checks
        .iter()
        .map(|spec| {
            // At a gate a reading counts for as long as the gate says.
            let counts = gate::counts_for_s(gate, spec);
            let reading = gate::reading(run, phase, &spec.id).map(|reading| CheckReading {
                believable_s: counts.min(reading.believable_s),
                ..reading.clone()
            });
            let mut view = reading_view(spec, reading.as_ref(), now);
            view.believable_s = reading.map_or(counts, |reading| reading.believable_s);
            if state == GateState::Checking {
                view.tone = Tone::Running;
            }
            view
        })
        .collect();
    let of_checks = |why: &str| why.starts_with("Check ");
    Some(GateView {
        title: again::title(run, phase).unwrap_or_else(|| gate.title.clone()),
        again: again::sentence(run, phase),
        state,
        state_words: words(state).to_owned(),
        fresh_s: gate.fresh_s,
        checks,
        open: obstacles
            .into_iter()
            .map(|obstacle| obstacle.why)
            .filter(|why| !of_checks(why))
            .collect(),
        people: gate
            .people
            .iter()
            .map(|role| GatePerson {
                role: role.clone(),
                name: decision
                    .and_then(|decision| decision.people.get(role))
                    .map(ToString::to_string),
            })
            .collect(),
        decision: decision.map(decision_view),
        earlier: seen.map_or_else(Vec::new, |seen| seen.earlier.iter().map(decision_view).collect()),
        basis: gate::basis(run, phase).to_string(),
        offers: offers(run, phase, gate, now, watching),
    })
}

fn words(state: GateState) -> &'static str {
    match state {
        GateState::Closed => "Not ready",
        GateState::Ready => "Ready to decide",
        GateState::Checking => "Checking",
        GateState::Go => "Go",
        GateState::NoGo => "No-go",
        GateState::Void => "Decide again",
    }
}

fn decision_view(decision: &Decided) -> GateDecision {
    GateDecision {
        go: decision.go,
        by: decision.by.to_string(),
        reason: decision.reason.clone(),
        at: decision.at,
        void: decision.void.clone(),
    }
}

fn offers(run: &Run, phase: &Phase, gate: &Gate, now: Timestamp, watching: Option<&str>) -> Vec<Offer> {
    let someone = || Operator::new("offer").expect("a plain word is an operator name");
    let people: BTreeMap<String, Operator> =
        gate.people.iter().map(|role| (role.clone(), someone())).collect();
    let decision = |go| Command::Gate {
        phase: phase.id.clone(),
        go,
        people: people.clone(),
    };
    let check = Command::CheckGate {
        phase: phase.id.clone(),
    };
    let open = gate::is_open(run, phase);
    [
        (check, "gate-check", "Check the gate", false),
        (decision(true), "gate-go", "Go", !open),
        (decision(false), "gate-no-go", "No-go", false),
    ]
    .into_iter()
    .map(|(command, word, label, primary)| {
        let needs_reason = !matches!(
            command,
            Command::CheckGate { .. } | Command::Gate { go: true, .. }
        );
        let trial = Submission {
            command,
            basis: Some(gate::basis(run, phase)),
            by: someone(),
            reason: Some("offer".to_owned()),
        };
        let refused = decide(run, &trial, now, &Facts::default())
            .err()
            .map(|r| r.to_string());
        Offer {
            command: word.to_owned(),
            label: label.to_owned(),
            primary,
            needs_reason,
            refused: watching.map(str::to_owned).or(refused),
        }
    })
    .collect()
}

/// Planned against actual of a step.
pub(super) fn step_times(run: &Run, step: &StepId, now: Timestamp) -> TimesView {
    times_view(times::of_step(run, step), now)
}

/// Planned against actual of a phase.
pub(super) fn phase_times(run: &Run, phase: &Phase, now: Timestamp) -> TimesView {
    times_view(times::of_phase(run, phase), now)
}

/// Planned against actual of the run.
pub(super) fn run_times(run: &Run, now: Timestamp) -> TimesView {
    times_view(times::of_run(run), now)
}

fn times_view(times: Times, now: Timestamp) -> TimesView {
    TimesView {
        planned_s: times.planned_s,
        started_at: times.started_at,
        ended_at: times.ended_at,
        actual_s: times.actual_s(now),
    }
}

/// T0, once it has come.
pub(super) fn t0(run: &Run) -> Option<T0View> {
    run.t0.as_ref().map(|t0| T0View {
        at: t0.at,
        step: t0.step.to_string(),
        phase: t0.phase.to_string(),
    })
}
