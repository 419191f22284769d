//! Steps that make others seen: what they may be, what they must name, and that there is a way back through them.

use switchback_model::plan::{Step, StepKind};
use switchback_model::{ActionSpec, Edges, StepId};

use super::{steps, steps_mut};
use crate::draft::{Draft, DraftStep};
use crate::notes::Notes;

/// Refuses what can't be published or taken back, and tells each roll which parameters its tasks read.
pub(super) fn link(notes: &mut Notes<'_>, draft: &mut Draft) {
    for step in steps(draft) {
        may_publish(notes, draft, step);
    }
    if !steps(draft).any(|step| step.step.is_publisher()) {
        return;
    }
    let edges = Edges::among(steps(draft).map(|step| &step.step));
    let knot = edges.knot();
    if let Some(first) = steps(draft).find(|step| knot.contains(&&step.step.id) && step.step.is_publisher()) {
        let names: Vec<&str> = knot.iter().map(|id| id.as_str()).collect();
        let message = format!(
            "There is no way back: {} would wait for each other. What `{}` publishes goes back before it, and what comes \
             between them goes back before that.",
            names.join(", "),
            first.step.id
        );
        notes.error(
            "publish-cycle",
            first.publishes.1,
            message,
            "Put nothing that has an effect between a step and who publishes it, or have that published, too.",
        );
    }
    let reads: Vec<(StepId, Vec<String>)> = steps(draft)
        .filter(|step| step.step.is_publisher())
        .map(|step| (step.step.id.clone(), parameters(&edges, draft, &step.step.id)))
        .collect();
    for step in steps_mut(draft) {
        let read = reads.iter().find(|(id, _)| *id == step.step.id);
        if let (Some(ActionSpec::RollService(roll)), Some((_, read))) = (&mut step.step.action, read) {
            roll.reads.clone_from(read);
        }
    }
}

/// The parameters that a publisher makes its readers read, in the plan's order.
fn parameters(edges: &Edges<'_>, draft: &Draft, publisher: &StepId) -> Vec<String> {
    let shown = edges.published_by(publisher);
    let mut names: Vec<String> = Vec::new();
    for step in steps(draft).filter(|step| shown.contains(&step.step.id)) {
        if let Some(ActionSpec::SetParameter(set)) = &step.step.action
            && !names.contains(&set.name)
        {
            names.push(set.name.clone());
        }
    }
    names
}

fn may_publish(notes: &mut Notes<'_>, draft: &Draft, step: &DraftStep) {
    let Step {
        id, kind, publishes, ..
    } = &step.step;
    let (written, at) = &step.publishes;
    // As written: without a target an action may have no values yet.
    let is_publication = step
        .action
        .is_some_and(switchback_model::ActionWord::is_publication);
    if written.is_empty() {
        if is_publication {
            notes.error(
                "publishes-nothing",
                step.id_at,
                format!("`{id}` makes programs read again, and does not say what was written for them."),
                "Add `publishes = [\"…\"]` with the steps whose change it makes seen.",
            );
        }
        return;
    }
    let may = match kind {
        StepKind::Attest => true,
        StepKind::Action => is_publication || step.action.is_none(),
        StepKind::Check | StepKind::Notice => false,
    };
    if !may {
        let message = match kind {
            StepKind::Action => {
                format!("The action of `{id}` changes something of its own, so that it publishes nothing.")
            }
            StepKind::Check | StepKind::Notice | StepKind::Attest => {
                format!("`{id}` only looks or tells: it makes nothing seen.")
            }
        };
        notes.error(
            "publishes-not-allowed",
            *at,
            message,
            "Give `publishes` to the step that makes programs read again, such as an ecs.roll.",
        );
    }
    let carries = |id: &StepId| {
        steps(draft)
            .find(|other| other.step.id == *id)
            .is_some_and(|other| other.step.carries_state() || !other.publishes.0.is_empty())
    };
    for other in publishes {
        let shown = steps(draft).find(|step| step.step.id == *other);
        let shown = shown.and_then(|shown| shown.step.action.as_ref());
        if let (Some(action), Some(shown)) = (&step.step.action, shown)
            && let Some(fix) = is_elsewhere(action, shown)
        {
            notes.error(
                "publishes-elsewhere",
                *at,
                format!("`{id}` does not make `{other}` seen: it is about something else."),
                fix,
            );
        }
    }
    for other in publishes.iter().filter(|other| !carries(other)) {
        notes.error(
            "publishes-nothing",
            *at,
            format!("`{id}` publishes `{other}`, which changes nothing."),
            "Name the step that writes.",
        );
    }
}

/// Why a publication does not make a change seen; none where it may.
fn is_elsewhere(publication: &ActionSpec, shown: &ActionSpec) -> Option<&'static str> {
    match (publication, shown) {
        (ActionSpec::FlushStage(flush), ActionSpec::PointStage(point)) if flush.on == point.on => None,
        (ActionSpec::FlushStage(_), _) => {
            Some("A flush makes seen what its own stage is pointed at: name that step, or flush that stage.")
        }
        // What stands behind a distribution may be an API, too.
        (ActionSpec::Invalidate(_), ActionSpec::PointStage(_)) => None,
        (ActionSpec::Invalidate(_), _) => {
            Some("An invalidation makes a release seen: name the step by which people release.")
        }
        _ => None,
    }
}
