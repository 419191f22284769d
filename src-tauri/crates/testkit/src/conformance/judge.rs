//! What a cell is judged by.

use std::collections::BTreeSet;

use switchback_model::{EventKind, Image, RollbackScope, Step, StepState, Way};

use super::course::{back, forward, object_of, reopen, twice};
use super::{Start, Subject};
use crate::faulty::{CallPoint, Fault, FaultyWorld};
use crate::rig::Rig;
use crate::seen;

pub(super) async fn judge(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    fault: Option<(CallPoint, Fault)>,
) -> Result<(), String> {
    let mut start = Start::of(&*subject.oracle).await;
    if let Some((place, Fault::Repeated)) = &fault {
        start.twice = subject.oracle.may_come_twice(object_of(&place.label));
    }
    let foreign = match &fault {
        Some((place, Fault::SecondWriter)) => subject.oracle.is_contended(object_of(&place.label)),
        Some((_, Fault::WrittenSince)) => true,
        _ => false,
    };
    let held_to = (foreign, &start);
    forward(subject, faulty, desk, held_to, "apply").await?;
    if fault.is_none() {
        twice(subject, desk).await?;
    }
    back(subject, faulty, desk, held_to).await?;
    if fault.is_none() {
        faulty.phase("again");
        if desk.roll_back(RollbackScope::All).await.is_ok() {
            return Err("an empty rollback was accepted".to_owned());
        }
        faulty.phase("again");
        reopen(desk).await?;
        let clean = faulty.trace().len();
        forward(subject, faulty, desk, held_to, "again apply").await?;
        back(subject, faulty, desk, held_to).await?;
        if faulty.trace().len() <= clean {
            return Err("the second generation did nothing".to_owned());
        }
    }
    let void = |kind: &EventKind| matches!(kind, EventKind::ApprovalVoided { .. });
    if matches!(fault, Some((_, Fault::Unrelated)))
        && subject.journal.events().iter().any(|event| void(&event.kind))
    {
        return Err("what is no concern of it voided an approval".to_owned());
    }
    if fault.is_some_and(|_| faulty.fired() == 0) {
        return Err("the fault never fired".to_owned());
    }
    let end = subject.oracle.images().await;
    if !foreign && end != start.images {
        return Err(format!("not back at the start: {}", lines(&end)));
    }
    if let Some(expected) = subject.oracle.end(&start.images).await
        && end != expected
    {
        return Err(format!(
            "not the start with what others wrote: {}, but {}",
            lines(&expected),
            lines(&end)
        ));
    }
    seen::over(subject, &start, foreign).await?;
    if foreign && !faulty.overwritten().is_empty() {
        return Err(format!(
            "overwrote a second writer: {}",
            faulty.overwritten().join(", ")
        ));
    }
    Ok(())
}

/// What the run says is true of the world, and what the world accepted was written ahead, once.
pub(super) async fn honest(
    subject: &Subject,
    desk: &Rig,
    (foreign, start): (bool, &Start),
) -> Result<(), String> {
    let events = subject.journal.events();
    let intents: Vec<(&str, Option<(String, String)>)> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Intended { token, after, .. } => Some((
                token.as_str(),
                after
                    .readable()
                    .map(|image| (image.object(), image.lines().join("\n"))),
            )),
            _ => None,
        })
        .collect();
    // Each intent is good for one effect: by its token, or by what it was to leave.
    let mut left = intents;
    let (mut known, mut spare) = (Vec::new(), start.twice);
    for made in subject.oracle.accepted().await {
        let of = left
            .iter()
            .position(|(token, after)| match (&made.token, &made.published, after) {
                (Some(carried), _, _) => carried == token,
                (None, Some(object), Some((of, _))) => object == of,
                (None, None, Some((_, lines))) => made.left.as_ref() == Some(lines),
                (None, _, None) => made.left.is_none() && made.published.is_none(),
            });
        match of {
            Some(at) => drop(left.remove(at)),
            None if spare && known.contains(&made) => spare = false,
            None => {
                return Err(format!(
                    "an effect without an intent of its own in the journal: {made:?}"
                ));
            }
        }
        known.push(made);
    }
    if let Some(lost) = subject.oracle.lost().await {
        return Err(format!("lost what others wrote: {lost}"));
    }
    seen::told(subject, desk.run(), start, foreign).await?;
    if foreign {
        return Ok(());
    }
    let images = subject.oracle.images().await;
    let real = |image: &Image| images.iter().find(|real| real.object() == image.object());
    let mut told = BTreeSet::new();
    // The last word on each object is that of the latest attempt on it.
    let mut attempts: Vec<_> = desk
        .run()
        .steps
        .values()
        .filter_map(|step| Some((step, step.current()?)))
        // Who publishes leaves no image: what it did is told by its readers.
        .filter(|(_, attempt)| {
            let step = subject.plan.step(&attempt.id.step);
            !step.is_some_and(Step::is_publisher)
        })
        .collect();
    attempts.sort_by_key(|(_, attempt)| std::cmp::Reverse(attempt.intended_at));
    for (step, attempt) in attempts {
        let (Some(before), Some(after)) = (attempt.before.clear(), attempt.after.clear()) else {
            continue;
        };
        if !told.insert(after.object()) {
            continue;
        }
        let expected = match (step.state, attempt.id.way) {
            (StepState::Done { .. } | StepState::Verifying { .. }, Way::Apply)
            | (StepState::Undone { .. } | StepState::UndoVerifying { .. }, Way::Undo) => after,
            (StepState::Failed, Way::Apply) | (StepState::UndoFailed, Way::Undo) => before,
            _ => continue,
        };
        if !real(expected).is_some_and(|real| real.same_as(expected)) {
            return Err(format!(
                "step {} is {:?}, but the world is {}",
                attempt.id.step,
                step.state,
                lines(&images)
            ));
        }
    }
    Ok(())
}

fn lines(images: &[Image]) -> String {
    images
        .iter()
        .flat_map(Image::lines)
        .collect::<Vec<_>>()
        .join(" | ")
}
