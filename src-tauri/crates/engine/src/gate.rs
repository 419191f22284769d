//! Gates: what stands in the way of go, and what a person who decides has seen. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use switchback_model::plan::Gate;
use switchback_model::text::lasting;
use switchback_model::{
    CheckId, CheckReading, CheckSpec, DecisionId, Digest, Operator, Phase, PhaseId, Step, StepId, StepState,
    Verdict,
};

use crate::chosen::is_left_out;
use crate::evolve::name;
use crate::publish::unseen;
use crate::rejection::RejectionCode;
use crate::run::Run;

/// What became of a gate in a run.
#[derive(Debug, Clone, Default)]
pub struct GateRun {
    /// Its checks are being read.
    pub checking: bool,
    /// What was read last, in the plan's order.
    pub readings: Vec<CheckReading>,
    /// The last decision.
    pub decision: Option<GateDecision>,
    /// Those before it, oldest first.
    pub earlier: Vec<GateDecision>,
}

/// A go or a no-go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateDecision {
    /// Go, or no-go.
    pub go: bool,
    /// Who took the part of each role.
    pub people: BTreeMap<String, Operator>,
    /// Who wrote it down.
    pub by: Operator,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Why it does not hold any more, in one sentence; absent = it holds.
    pub void: Option<String>,
}

impl GateDecision {
    /// Whether it opens the phase.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.go && self.void.is_none()
    }
}

/// One thing that stands in the way of go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// A check that fails, one that can't be told, or a guard: steps and decisions.
    pub code: RejectionCode,
    /// What, in one sentence.
    pub why: String,
}

/// Whether the steps of a phase may be carried out: it has no gate, or people said go there.
#[must_use]
pub fn is_open(run: &Run, phase: &Phase) -> bool {
    phase.gate.is_none()
        || run
            .gates
            .get(&phase.id)
            .and_then(|gate| gate.decision.as_ref())
            .is_some_and(GateDecision::opens)
}

/// The last reading of a gate's check.
#[must_use]
pub fn reading<'a>(run: &'a Run, phase: &Phase, check: &CheckId) -> Option<&'a CheckReading> {
    let readings = &run.gates.get(&phase.id)?.readings;
    readings.iter().find(|reading| reading.check == *check)
}

/// Seconds for which a reading of this check counts at this gate: the shorter of what the gate and
/// what the check says.
#[must_use]
pub fn counts_for_s(gate: &Gate, spec: &CheckSpec) -> u32 {
    gate.fresh_s.min(spec.believable_s)
}

/// Everything that stands in the way of go but the names of people: steps before the phase that are
/// not settled, decisions that its steps wait for, and checks that do not pass or are too old.
#[must_use]
pub fn obstacles(run: &Run, phase: &Phase, now: Timestamp) -> Vec<Obstacle> {
    let Some(gate) = &phase.gate else {
        return Vec::new();
    };
    let guard = |why: String| Obstacle {
        code: RejectionCode::Guard,
        why,
    };
    let mut found: Vec<Obstacle> = before(run, phase)
        .filter(|(step, state)| !is_settled(*state) && !is_left_out(run, &step.id))
        .map(|(step, state)| {
            guard(format!(
                "Step {} (\"{}\") is not settled: it is \"{}\".",
                step.id,
                step.title,
                state.words()
            ))
        })
        .collect();
    found.extend(
        before(run, phase)
            .filter(|(_, state)| *state != StepState::Skipped)
            .filter_map(|(step, _)| {
                let unseen = unseen(run, &step.id);
                let first = unseen.first()?;
                Some(guard(format!(
                    "Step {first} was changed, and step {} (\"{}\") has not published it since.",
                    step.id, step.title
                )))
            }),
    );
    found.extend(
        open_decisions(run, phase)
            .into_iter()
            .map(|decision| guard(format!("Decision {} is not taken.", named(run, &decision)))),
    );
    found.extend(gate.checks.iter().filter_map(|spec| {
        let (code, what) = check_obstacle(gate, spec, reading(run, phase, &spec.id), now)?;
        Some(Obstacle {
            code,
            why: format!("Check {} (\"{}\"): {what}.", spec.id, spec.title),
        })
    }));
    found
}

/// Why a check does not count as passed, without a full stop.
fn check_obstacle(
    gate: &Gate,
    spec: &CheckSpec,
    reading: Option<&CheckReading>,
    now: Timestamp,
) -> Option<(RejectionCode, String)> {
    let Some(reading) = reading else {
        return Some((RejectionCode::Unknown, "it was not read yet".to_owned()));
    };
    if !reading.verdict.lets_through() {
        let code = match reading.verdict {
            Verdict::Error => RejectionCode::Unknown,
            _ => RejectionCode::CheckFailed,
        };
        return Some((code, reading.observed.trim_end_matches('.').to_owned()));
    }
    let counts = CheckReading {
        believable_s: counts_for_s(gate, spec).min(reading.believable_s),
        ..reading.clone()
    };
    counts.is_stale(now).then(|| {
        let what = format!(
            "it was read {} ago and counts for {}",
            lasting(reading.age_s(now)),
            lasting(counts.believable_s.into())
        );
        (RejectionCode::Unknown, what)
    })
}

/// The steps of every phase before this one, in order, with their states.
fn before<'a>(run: &'a Run, phase: &Phase) -> impl Iterator<Item = (&'a Step, StepState)> {
    let id = phase.id.clone();
    run.plan
        .phases
        .iter()
        .take_while(move |one| one.id != id)
        .flat_map(|one| &one.steps)
        .filter_map(|step| Some((step, run.steps.get(&step.id)?.state)))
}

/// A step on which nothing is open: done in whichever way, or left out with a reason.
fn is_settled(state: StepState) -> bool {
    matches!(state, StepState::Done { .. } | StepState::Skipped)
}

/// Decisions that steps of the phase wait for and that nobody has taken.
fn open_decisions(run: &Run, phase: &Phase) -> Vec<DecisionId> {
    let mut open: Vec<DecisionId> = Vec::new();
    for decision in phase.steps.iter().flat_map(|step| &step.decisions) {
        if !run.decisions.contains_key(decision) && !open.contains(decision) {
            open.push(decision.clone());
        }
    }
    open
}

/// A decision's id, with its question for who does not know it by heart.
pub(crate) fn named(run: &Run, id: &DecisionId) -> String {
    let question = run.plan.decisions.iter().find(|decision| decision.id == *id);
    question.map_or_else(
        || id.to_string(),
        |decision| format!("{id} (\"{}\")", decision.question),
    )
}

/// The digest of what a person who decides has seen: the run, the verdicts, the steps before the phase with
/// their generations, and the open decisions; never ages.
#[must_use]
pub fn basis(run: &Run, phase: &Phase) -> Digest {
    #[derive(Serialize)]
    struct Basis<'a> {
        run: &'a str,
        phase: &'a PhaseId,
        checks: Vec<(&'a CheckId, &'static str)>,
        before: Vec<(&'a StepId, u32, &'static str)>,
        open: Vec<DecisionId>,
    }
    let checks = phase.gate.iter().flat_map(|gate| &gate.checks);
    Digest::of(&Basis {
        run: run.id.as_str(),
        phase: &phase.id,
        checks: checks
            .map(|spec| {
                let verdict = reading(run, phase, &spec.id).map(|reading| &reading.verdict);
                (&spec.id, verdict.map_or("not read", word))
            })
            .collect(),
        before: before(run, phase)
            .map(|(step, state)| {
                let generation = run.steps.get(&step.id).map_or(0, |run| run.generation);
                (&step.id, generation, name(state))
            })
            .collect(),
        open: open_decisions(run, phase),
    })
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Waiting { .. } => "waiting",
        Verdict::Error => "error",
        Verdict::NotApplicable => "not applicable",
    }
}
