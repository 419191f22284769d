//! What a run's journal says and this program does not know: events, kinds and fields of a newer program.
//!
//! Nothing is guessed of it. The run is told as far as it is known, nothing new is begun in it, and the
//! steps that nothing unknown touches keep their way back. A step that it does touch is taken back by hand:
//! one whose action, way back or image is of a kind that is not known, and one that an event names that is
//! not known. A newer program that only says more of a check, a phase or a monitor bars the way forward, not
//! the way back.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::{
    ActionSpec, Captured, CheckKind, CheckSpec, Command, Event, EventKind, Frozen, Phase, Plan,
    Reversibility, StepId, Unknown,
};

use crate::rejection::{Rejection, RejectionCode};
use crate::run::Run;

/// So many are told one by one.
const TOLD: usize = 5;

/// Why a step is taken back by hand only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// In one sentence.
    pub words: String,
    /// An event said something of it that is not known: then its state may be another than it seems.
    pub by_event: bool,
}

/// What is not known of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beyond {
    /// What is not known of the plan that is in force, in words.
    plan: Vec<String>,
    /// What is not known of what happened, in words, oldest first.
    events: Vec<String>,
    steps_of_plan: BTreeMap<StepId, ByHand>,
    steps_of_events: BTreeMap<StepId, ByHand>,
}

impl Beyond {
    /// Whether everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty() && self.events.is_empty()
    }

    /// Everything that is not known, each in words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.plan.iter().chain(&self.events).map(String::as_str)
    }

    /// Why a step is taken back by hand only; none where all that its way back needs is known.
    #[must_use]
    pub fn by_hand(&self, step: &StepId) -> Option<&ByHand> {
        self.steps_of_events
            .get(step)
            .or_else(|| self.steps_of_plan.get(step))
    }

    /// Notes what is not known of the plan that is in force from this event on.
    pub(crate) fn read_plan(&mut self, seq: u64, plan: &Frozen) {
        self.plan.clear();
        self.steps_of_plan.clear();
        for step in plan.steps() {
            if let Some(ActionSpec::Unknown(unknown)) = &step.action {
                let what = format!("the kind of action {} of step {}", unknown.kind(), step.id);
                self.step_of_plan(&step.id, what);
            }
            if let Reversibility::Unknown(unknown) = &step.reversibility {
                let what = format!("how step {} is taken back ({})", step.id, unknown.kind());
                self.step_of_plan(&step.id, what);
            }
        }
        for (of, check) in checks(plan) {
            if let CheckKind::Unknown(unknown) = &check.kind {
                let what = format!("the kind of check {} of {of} ({})", unknown.kind(), check.id);
                self.plan.push(what);
            }
        }
        for field in plan.not_known() {
            match step_of_path(plan, &field) {
                Some((step, part)) if part.starts_with("action") || part.starts_with("reversibility") => {
                    self.step_of_plan(step, format!("the field {part} of step {step}"));
                }
                Some((step, part)) => self.plan.push(format!("the field {part} of step {step}")),
                None => self.plan.push(format!("the field {field} of the plan")),
            }
        }
        if seq > 1 {
            for what in &mut self.plan {
                what.push_str(&format!(", since the amendment in event {seq}"));
            }
        }
    }

    fn step_of_plan(&mut self, step: &StepId, what: String) {
        let words = format!("This program does not know {what}.");
        self.steps_of_plan.entry(step.clone()).or_insert(ByHand {
            words,
            by_event: false,
        });
        self.plan.push(what);
    }

    fn event(&mut self, steps: &BTreeSet<StepId>, what: String) {
        for step in steps {
            let words = format!("This program does not know {what}, which speaks of step {step}.");
            self.steps_of_events.entry(step.clone()).or_insert(ByHand {
                words,
                by_event: true,
            });
        }
        self.events.push(what);
    }
}

/// Every check of a plan, and what it belongs to.
fn checks(plan: &Plan) -> impl Iterator<Item = (String, &CheckSpec)> {
    let of_phase = |phase: &Phase| format!("the gate of phase {}", phase.id);
    let gates = plan.phases.iter().flat_map(move |phase| {
        let checks = phase.gate.iter().flat_map(|gate| &gate.checks);
        checks.map(move |check| (of_phase(phase), check))
    });
    let steps = plan.steps().flat_map(|step| {
        let before = step.before.iter().chain(&step.verify);
        let all = before.chain(&step.undo_before).chain(&step.undo_verify);
        all.map(move |check| (format!("step {}", step.id), check))
    });
    let monitors = plan.monitors.iter().flat_map(|monitor| {
        let checks = monitor.checks.iter().map(|check| &check.check);
        checks.map(move |check| (format!("monitor {}", monitor.id), check))
    });
    gates.chain(steps).chain(monitors)
}

/// The step in which a field such as `phases[1].steps[0].action.lock` lies, and the rest of its path.
fn step_of_path<'a, 'b>(plan: &'a Plan, path: &'b str) -> Option<(&'a StepId, &'b str)> {
    let (phase, rest) = path.strip_prefix("phases[")?.split_once("].steps[")?;
    let (step, part) = rest.split_once("].")?;
    let phase = plan.phases.get(phase.parse::<usize>().ok()?)?;
    let step = phase.steps.get(step.parse::<usize>().ok()?)?;
    Some((&step.id, part))
}

/// The steps of the run that an event names, wherever in it.
fn named(run: &Run, unknown: &Unknown) -> BTreeSet<StepId> {
    let texts: BTreeSet<&str> = unknown.texts().into_iter().collect();
    let ids = run.plan.steps().map(|step| &step.id);
    ids.filter(|id| texts.contains(id.as_str())).cloned().collect()
}

/// Notes what is not known of an event that was folded.
pub(crate) fn note(run: &mut Run, event: &Event) {
    let seq = event.seq;
    let unknown_image = |captured: &Captured| match captured.readable() {
        Some(image) => image.unknown().map(|unknown| unknown.kind().to_owned()),
        None => None,
    };
    let (step, kind) = match &event.kind {
        EventKind::Unknown(unknown) => {
            let steps = named(run, unknown);
            let what = format!("event {seq} ({})", unknown.kind());
            run.beyond.event(&steps, what);
            return;
        }
        EventKind::Amended { plan, .. } => {
            run.beyond.read_plan(seq, plan);
            return;
        }
        EventKind::Intended {
            attempt,
            before,
            after,
            ..
        } => (
            &attempt.step,
            unknown_image(before).or_else(|| unknown_image(after)),
        ),
        EventKind::AdoptedByHand {
            step, before, after, ..
        } => (
            step,
            before
                .as_ref()
                .and_then(unknown_image)
                .or_else(|| unknown_image(after)),
        ),
        EventKind::FieldsChosen { step, to, .. } => (step, unknown_image(to)),
        _ => return,
    };
    if let Some(kind) = kind {
        let what = format!("all of the image of the kind {kind} in event {seq}");
        run.beyond.event(&BTreeSet::from([step.clone()]), what);
    }
}

/// Notes an event that does not fit behind one that is not known.
pub(crate) fn does_not_fit(run: &mut Run, event: &Event) {
    let raw = serde_json::to_value(&event.kind).unwrap_or_default();
    if let Some(as_written) = Unknown::of(raw, "event") {
        let steps = named(run, &as_written);
        let what = format!(
            "what lies before event {} ({}), which does not follow from what is known",
            event.seq,
            as_written.kind()
        );
        run.beyond.event(&steps, what);
    }
}

/// Refuses what begins something new in a run that is not wholly known.
///
/// # Errors
/// By the names of what is not known.
pub fn all_is_known(run: &Run) -> Result<(), Rejection> {
    if run.beyond.is_empty() {
        return Ok(());
    }
    let mut told: Vec<&str> = run.beyond.words().take(TOLD).collect();
    let more = run.beyond.words().count().saturating_sub(TOLD);
    let more = format!("{more} more");
    if run.beyond.words().count() > TOLD {
        told.push(&more);
    }
    Err(Rejection::new(
        RejectionCode::Guard,
        format!(
            "A newer Switchback wrote this run. This program does not know {}.",
            told.join("; ")
        ),
        "Go on with that program. From here, what is known can be looked at and taken back.",
    ))
}

/// Whether a command may be taken in a run of which something is not known: what looks, stops or goes back,
/// but never on a step that is taken back by hand only.
pub(crate) fn may(run: &Run, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::Inspect { step }
        | Command::Accept { step }
        | Command::Resolve { step, .. }
        | Command::ResolveFields { step, .. } => match run.beyond.by_hand(step) {
            None => Ok(()),
            Some(why) => Err(Rejection::new(
                RejectionCode::Guard,
                why.words.clone(),
                "Go on with the newer program, or take the step back by hand: a rollback names it.",
            )),
        },
        Command::Rollback { .. }
        | Command::RollbackRetry
        | Command::RollbackDone { .. }
        | Command::RollbackAbandon
        | Command::Hold
        | Command::Stop => Ok(()),
        Command::Check { .. }
        | Command::RecordChecks { .. }
        | Command::Apply { .. }
        | Command::ApplyOverriding { .. }
        | Command::Attest { .. }
        | Command::Skip { .. }
        | Command::SkipUnseen { .. }
        | Command::Reopen { .. }
        | Command::Adopt { .. }
        | Command::Decide { .. }
        | Command::CheckGate { .. }
        | Command::Gate { .. }
        | Command::ExtendDeadline { .. }
        | Command::Amend { .. }
        | Command::Resume => all_is_known(run),
    }
}
