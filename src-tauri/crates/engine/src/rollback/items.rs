//! The items of a rollback: what is restored, what is published once more, and what people do.

use std::collections::BTreeSet;

use switchback_model::rollback::ItemKind;
use switchback_model::{ActionSpec, Captured, Image, Reversibility, RollbackItem, Step, StepId};

use super::{Build, Left, ObjectsRead, has_effect};
use crate::canaries::with_own;
use crate::ports::Observed;
use crate::publish::would_show;
use crate::run::Run;

pub(super) fn item(
    run: &Run,
    id: &StepId,
    (because, passed): (&str, bool),
    seen: &ObjectsRead,
    images: &mut Left,
    (undone, build): (&BTreeSet<&StepId>, Build<'_>),
) -> Option<RollbackItem> {
    let (step, state) = run.step(id)?;
    if step.is_publisher() {
        return Some(publication(run, step, because, undone, seen, build));
    }
    let mut loses = step.undo_loses.clone();
    let kind = match (&step.reversibility, &step.action) {
        (Reversibility::Unknown(_), _) => by_hand(run, id),
        _ if run.beyond.by_hand(id).is_some() => by_hand(run, id),
        (Reversibility::NoneNeeded | Reversibility::PointOfNoReturn, _) => return None,
        (Reversibility::Manual { words }, _) => ItemKind::Manual { words: words.clone() },
        (Reversibility::Correct { notice }, _) => ItemKind::Notice {
            words: notice.clone(),
        },
        (Reversibility::Undo, None) => ItemKind::Manual {
            words: format!("Take back by hand: {}", step.title),
        },
        (Reversibility::Undo, Some(action)) => {
            let foreign = seen
                .get(id)
                .and_then(|seen| seen.as_ref().ok())
                .map(|now| &now.image);
            let restored = state.effect.as_ref().and_then(|e| e.before.as_ref()?.readable());
            let foreign = foreign.filter(|now| {
                // Nothing is lost where it is as before already, nor where what others wrote is left.
                !restored
                    .is_some_and(|before| before.same_as(now) || !action.back(now, before).same_as(before))
                    && images.get(&now.object()).is_none_or(|(_, others)| *others)
                    && run
                        .last_left(&now.object())
                        .is_some_and(|left| !left.same_as(now))
            });
            loses.extend(
                foreign.map(|now| format!("What was written outside Switchback: {}", now.lines().join("; "))),
            );
            let action = &with_own(run, id, action);
            undo(action, (state, passed), seen.get(id), images, build)
        }
    };
    Some(RollbackItem {
        id: id.to_string(),
        step: Some(id.clone()),
        title: format!("Undo: {}", step.title),
        kind,
        loses,
        because: because.to_owned(),
    })
}

/// The item of a step that makes others seen. What it makes seen besides, because it was changed and not published
/// yet, is named.
fn publication(
    run: &Run,
    step: &Step,
    because: &str,
    undone: &BTreeSet<&StepId>,
    seen: &ObjectsRead,
    build: Build<'_>,
) -> RollbackItem {
    let also: Vec<StepId> = would_show(run, &step.id)
        .into_iter()
        .filter(|id| has_effect(run, id) && !undone.contains(id))
        .collect();
    let kind = match (&step.action, &step.reversibility) {
        _ if run.beyond.by_hand(&step.id).is_some() => by_hand(run, &step.id),
        (Some(action), _) => {
            let read = seen.get(&step.id).and_then(|seen| seen.as_ref().ok());
            let left = run.steps.get(&step.id).and_then(|state| state.attempts.last());
            // Blind, as it was left last: a request that changes no image is right by that as well.
            let now = read.map(|read| &read.image).or_else(|| left?.after.readable());
            let now = now.map(Image::as_published);
            ItemKind::Publish {
                preview: now.and_then(|now| build(action, &now, &now).ok()),
                also,
            }
        }
        (None, Reversibility::Manual { words }) => ItemKind::Manual { words: words.clone() },
        (None, _) => ItemKind::Manual {
            words: format!("Do it, so that what was taken back is seen: {}", step.title),
        },
    };
    RollbackItem {
        id: step.id.to_string(),
        step: Some(step.id.clone()),
        title: format!("Publish: {}", step.title),
        kind,
        loses: Vec::new(),
        because: because.to_owned(),
    }
}

/// A step of which something is not known: what is known of it is said, and a person takes it back.
fn by_hand(run: &Run, id: &StepId) -> ItemKind {
    let why = run.beyond.by_hand(id).map_or("", |why| why.words.as_str());
    let before = run
        .steps
        .get(id)
        .and_then(|step| step.effect.as_ref()?.before.as_ref()?.readable());
    let before = before.map_or_else(String::new, |image| {
        format!(" As it was before: {}.", image.lines().join("; "))
    });
    ItemKind::Manual {
        words: format!("{why} Take it back with the newer program, or by hand.{before}"),
    }
}

fn undo(
    action: &ActionSpec,
    (state, passed): (&crate::run::StepRun, bool),
    seen: Option<&Result<Observed, String>>,
    images: &mut Left,
    build: Build<'_>,
) -> ItemKind {
    let effect = state.effect.as_ref();
    let before = effect.and_then(|e| e.before.as_ref());
    if let Some(Captured::Sealed(_)) = before {
        // Its key is not open here. The item stays an undo, and says what it lacks.
        return ItemKind::Undo {
            preview: None,
            restores: None,
        };
    }
    let Some(restores) = before.and_then(Captured::readable) else {
        return ItemKind::Manual {
            words: "No image from before was captured: restore it by hand and record the evidence".to_owned(),
        };
    };
    let read = seen.and_then(|s| s.as_ref().ok()).map(|now| &now.image);
    let (before, restores) = (restores, read.filter(|_| passed).unwrap_or(restores));
    // What is there: as an earlier item of this plan leaves it, as read, or (blind) as the step
    // left it. Blindness never takes the way back away.
    let from = images
        .get(&restores.object())
        .map(|(left, _)| left)
        .or(read)
        .or(effect.and_then(|e| e.after.readable()))
        .unwrap_or(restores)
        .clone();
    let restores = match passed {
        true => restores.clone(),
        false => action.back(&from, before),
    };
    let others = !passed && !restores.same_as(before);
    images.insert(restores.object(), (restores.clone(), others));
    ItemKind::Undo {
        preview: build(action, &from, &restores).ok(),
        restores: Some(restores),
    }
}
