//! Checks that are read and recorded together: looks that nobody has to attend, one after the other in a
//! phase. A person's decision is never among them.

use switchback_model::{EventKind, RunState, Step, StepId, StepKind, StepState};

use crate::chosen::is_left_out;
use crate::decide::may_begin;
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::Run;

/// The checks that may be read and recorded with one command, beginning with this one: it and those behind it in
/// its phase, up to the first step that is none. What is recorded already or was not chosen is passed over. Empty
/// where this step is no such check, or is recorded.
#[must_use]
pub fn together(run: &Run, first: &StepId) -> Vec<StepId> {
    let phase = run
        .plan
        .phases
        .iter()
        .find(|phase| phase.steps.iter().any(|step| step.id == *first));
    let steps = phase.map_or(&[][..], |phase| &phase.steps);
    let from = steps
        .iter()
        .position(|step| step.id == *first)
        .unwrap_or(steps.len());
    let row = steps[from..]
        .iter()
        .take_while(|step| attended(run, step).is_none())
        .filter(|step| !is_left_out(run, &step.id) && is_open(run, &step.id));
    let row: Vec<StepId> = row.map(|step| step.id.clone()).collect();
    // A row that begins elsewhere is another page's.
    match row.first() == Some(first) {
        true => row,
        false => Vec::new(),
    }
}

/// Why a step is not read and recorded by itself; none where it is a look that nobody has to attend.
fn attended(run: &Run, step: &Step) -> Option<String> {
    match step.kind {
        StepKind::Action => return Some("it changes something".to_owned()),
        StepKind::Attest => return Some("a person carries it out".to_owned()),
        StepKind::Notice => return Some("people are told something".to_owned()),
        StepKind::Check => {}
    }
    if !step.automated || step.why_not_automated.is_some() {
        return Some("a person looks".to_owned());
    }
    if step.before.is_empty() {
        return Some("nothing is read for it".to_owned());
    }
    let open = step.decisions.iter().find(|id| !run.decisions.contains_key(*id));
    open.map(|id| format!("decision {} is not taken", crate::gate::named(run, id)))
}

/// Whether it is still to be recorded.
fn is_open(run: &Run, id: &StepId) -> bool {
    run.steps.get(id).is_some_and(|step| {
        matches!(
            step.state,
            StepState::ToDo | StepState::Checking | StepState::Blocked | StepState::Ready
        )
    })
}

/// Takes the command: the first is read at once, and the driver goes on from there.
pub(crate) fn record(run: &Run, steps: &[StepId]) -> Result<Vec<EventKind>, Rejection> {
    let Some(first) = steps.first() else {
        return Err(Rejection::new(
            Code::BadValue,
            "No check was named.",
            "Name the checks that are to be read and recorded, in the plan's order.",
        ));
    };
    may_begin(run, first)?;
    let row = together(run, first);
    for (at, id) in steps.iter().enumerate() {
        if row.get(at) != Some(id) {
            return Err(not_in_row(run, id, row.get(at)));
        }
    }
    let Some(state) = run.steps.get(first).map(|step| step.state) else {
        return Ok(Vec::new());
    };
    // Being read already: what comes back counts.
    Ok(match state == StepState::Checking {
        true => Vec::new(),
        false => vec![EventKind::ChecksStarted { step: first.clone() }],
    })
}

fn not_in_row(run: &Run, id: &StepId, instead: Option<&StepId>) -> Rejection {
    let Some((step, _)) = run.step(id) else {
        return Rejection::new(
            Code::NotFound,
            format!("The plan has no step {id}."),
            "`switchback run show` lists the steps.",
        );
    };
    if let Some(why) = attended(run, step) {
        return Rejection::new(
            Code::Guard,
            format!("Step {id} is not recorded together with others: {why}."),
            "Name the checks before it, then go on with it by itself.",
        );
    }
    if !is_open(run, id) {
        return Rejection::new(
            Code::NotNow,
            format!("Step {id} is recorded already, or under way."),
            "Leave it out.",
        );
    }
    let hint = match instead {
        Some(next) => format!("The one that comes there is {next}: name each, in the plan's order."),
        None => "Something that is no such check stands before it, or another phase begins.".to_owned(),
    };
    Rejection::new(
        Code::Guard,
        format!("Step {id} does not stand in one row with those before it."),
        hint,
    )
}

/// Whether the run goes on with checks one after the other; a run on hold or stopped does not.
pub(crate) fn goes_on(run: &Run) -> bool {
    run.state == RunState::Open && !run.rollback_active()
}
