//! Gates: read, decided, and made void by what comes after.

use switchback_model::{CheckReading, EventKind, PhaseId, PlanChange, StepId, Subject, Way};

use super::settle::void_waiting_of;
use crate::gate::{GateDecision, GateRun};
use crate::run::Run;

pub(super) fn check_started(run: &mut Run, phase: &PhaseId) -> Result<(), String> {
    gate_mut(run, phase)?.checking = true;
    Ok(())
}

pub(super) fn checked(run: &mut Run, phase: &PhaseId, readings: &[CheckReading]) -> Result<(), String> {
    let gate = gate_mut(run, phase)?;
    if !gate.checking {
        return Err(format!(
            "the checks of the gate of phase {phase} were not asked for"
        ));
    }
    gate.checking = false;
    gate.readings = readings.to_vec();
    Ok(())
}

pub(super) fn decided(run: &mut Run, phase: &PhaseId, decision: GateDecision) -> Result<(), String> {
    let (closes, at) = (!decision.go, decision.at);
    let gate = gate_mut(run, phase)?;
    gate.earlier.extend(gate.decision.replace(decision));
    if closes {
        // What waits to be sent is not sent; what is in flight is resolved as ever.
        let plan = run.plan.clone();
        let of_phase = |id: &StepId| plan.phase_of(id).is_some_and(|one| one.id == *phase);
        void_waiting_of(run, of_phase, &[Way::Apply], at);
    }
    Ok(())
}

/// A go is void once what it rested on is not there any more: people decide again.
pub(super) fn void_stale(run: &mut Run, kind: &EventKind) {
    if !run
        .gates
        .values()
        .any(|gate| gate.decision.as_ref().is_some_and(GateDecision::opens))
    {
        return;
    }
    let place = |run: &Run, step: &StepId| {
        let mut phases = run.plan.phases.iter();
        phases.position(|phase| phase.steps.iter().any(|one| one.id == *step))
    };
    match kind {
        EventKind::RollbackConfirmed { plan, .. } => {
            let steps = plan.items.iter().filter_map(|item| item.step.as_ref());
            let first = steps.filter_map(|step| Some((place(run, step)?, step))).min();
            if let Some((from, step)) = first {
                let why = format!("A rollback that takes back step {step} was confirmed after it.");
                void_from(run, from, &why);
            }
        }
        EventKind::Reopened { step, .. } => {
            if let Some(from) = place(run, step) {
                void_from(run, from + 1, &format!("Step {step} was started anew after it."));
            }
        }
        EventKind::Amended { diff, .. } => {
            for phase in other_checks(&diff.changes) {
                void(
                    run,
                    phase,
                    "The plan was amended: the gate checks something else now.",
                );
            }
            for change in &diff.changes {
                if let PlanChange::Added {
                    subject: Subject::Step(step),
                } = change
                    && let Some(from) = place(run, step)
                {
                    let why = format!("The plan was amended: step {step} comes before it now.");
                    void_from(run, from + 1, &why);
                }
            }
        }
        _ => {}
    }
}

/// What was read of checks that an amendment changed says nothing of the gate any more.
pub(super) fn forget_other_checks(run: &mut Run, changes: &[PlanChange]) {
    for phase in other_checks(changes) {
        if let Some(gate) = run.gates.get_mut(phase) {
            gate.checking = false;
            gate.readings.clear();
        }
    }
}

/// The phases whose gates check something else after these changes, or do so otherwise; words and
/// people may change.
fn other_checks(changes: &[PlanChange]) -> impl Iterator<Item = &PhaseId> {
    changes.iter().filter_map(|change| match change {
        PlanChange::Changed {
            subject: Subject::Phase(phase),
            field,
            before,
            after,
        } if field == "gate" => {
            let other = ["checks", "fresh_s"]
                .iter()
                .any(|key| before.get(key) != after.get(key));
            other.then_some(phase)
        }
        _ => None,
    })
}

fn void_from(run: &mut Run, from: usize, why: &str) {
    let phases: Vec<PhaseId> = run
        .plan
        .phases
        .iter()
        .skip(from)
        .map(|phase| phase.id.clone())
        .collect();
    for phase in phases {
        void(run, &phase, why);
    }
}

fn void(run: &mut Run, phase: &PhaseId, why: &str) {
    let decision = run.gates.get_mut(phase).and_then(|gate| gate.decision.as_mut());
    let Some(decision) = decision.filter(|decision| decision.opens()) else {
        return;
    };
    decision.void = Some(why.to_owned());
    let plan = run.plan.clone();
    for step in plan.phase(phase).into_iter().flat_map(|phase| &phase.steps) {
        if let Some(step) = run.steps.get_mut(&step.id) {
            step.approval = None;
        }
    }
}

fn gate_mut<'a>(run: &'a mut Run, phase: &PhaseId) -> Result<&'a mut GateRun, String> {
    if run.plan.phase(phase).is_none_or(|phase| phase.gate.is_none()) {
        return Err(format!("phase {phase} has no gate"));
    }
    Ok(run.gates.entry(phase.clone()).or_default())
}
