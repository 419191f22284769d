//! Inspection: an intent without a result is looked at, never repeated.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use switchback_model::{AttemptId, EventKind, Finding, Image, StepId, StepState, Way};

use super::{DriveError, Driver};
use crate::ports::{Action, World};
use crate::run::{Attempt, Run};

/// Two reads this far apart must agree.
const APART: SignedDuration = SignedDuration::from_secs(5);
/// The client's time-out (connect 3 s + attempt 15 s): until then the request may still land.
const MAY_LAND: SignedDuration = SignedDuration::from_secs(18);

/// Why nothing can be told about a sealed image.
pub(super) const SEALED: &str = "The image is sealed, and the run's key is not open here. Unlock the keychain, or \
                                 give the run's recovery code with --recovery-code-file.";

impl Driver {
    pub(super) async fn inspect(&mut self, id: &AttemptId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(&id.step) else {
            return Ok(());
        };
        let (Some(spec), Some(attempt)) = (&step.action, state.current()) else {
            return Ok(());
        };
        let (intended_at, last_finding) = (attempt.intended_at, attempt.finding.clone());
        let action = self.world.action(spec);
        let finding = look(&*action, attempt).await;
        let now = self.clock.now();
        if let Finding::Unclear { .. } = finding {
            self.pace.last_look = None;
            // Journalled once per reason, not once per read.
            if last_finding.as_ref() != Some(&finding) {
                self.append(vec![EventKind::Inspected {
                    attempt: id.clone(),
                    finding,
                }])
                .await?;
            }
            self.wait(APART);
            return Ok(());
        }
        let agreed =
            self.pace.last_look.as_ref().is_some_and(|(of, at, last)| {
                of == id && *last == finding && now.duration_since(*at) >= APART
            });
        // Once the world shows that it landed, there is nothing left that may still land.
        let landed = matches!(
            (&finding, id.way),
            (Finding::After, Way::Apply) | (Finding::Before, Way::Undo)
        );
        if agreed && (landed || now.duration_since(intended_at) >= MAY_LAND) {
            self.pace.last_look = None;
            return self
                .append(vec![EventKind::Inspected {
                    attempt: id.clone(),
                    finding,
                }])
                .await;
        }
        let same = self
            .pace
            .last_look
            .as_ref()
            .is_some_and(|(of, _, last)| of == id && *last == finding);
        if !same {
            self.pace.last_look = Some((id.clone(), now, finding));
        }
        self.wait(APART);
        Ok(())
    }

    pub(super) async fn reinspect(&mut self, id: &StepId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(id) else {
            return Ok(());
        };
        let Some(spec) = &step.action else {
            return Ok(());
        };
        let action = self.world.action(spec);
        let finding = match state.current() {
            Some(attempt) => look(&*action, attempt).await,
            None => match action.read().await.and_then(|now| action.plan(&now, None)) {
                Ok(preview) if preview.is_empty() => Finding::After,
                Ok(_) => Finding::Before,
                Err(error) => Finding::Unclear {
                    why: super::apply::sentence(&error),
                },
            },
        };
        // A missing key must not hold up the rest: the step stays as it is, and says that it was not
        // looked at.
        let sealed = matches!(&finding, Finding::Unclear { why } if why == SEALED);
        if let (Finding::Unclear { why }, false) = (&finding, sealed) {
            tracing::warn!(step = %id, why, "can't be inspected yet");
            self.wait(APART);
            return Ok(());
        }
        self.append(vec![EventKind::Reinspected {
            step: id.clone(),
            finding,
        }])
        .await
    }
}

/// Looks at every object that a done step has an effect on, and compares it with what the last
/// attempt on it, of whichever step and way, left there. The finding is about the last done step.
pub async fn watch(run: &Run, world: &dyn World) -> Vec<(StepId, Finding)> {
    let mut last: BTreeMap<String, &Attempt> = BTreeMap::new();
    let mut owner: BTreeMap<String, (&StepId, &Attempt)> = BTreeMap::new();
    for (id, step) in &run.steps {
        for attempt in &step.attempts {
            let Some(object) = attempt.after.readable().map(Image::object) else {
                continue;
            };
            if attempt.applied_at.is_some() && last.get(&object).is_none_or(|a| a.seq < attempt.seq) {
                last.insert(object.clone(), attempt);
            }
            let done = matches!(step.state, StepState::Done { .. })
                && attempt.id.generation == step.generation
                && attempt.id.way == Way::Apply;
            if done && owner.get(&object).is_none_or(|(_, a)| a.seq < attempt.seq) {
                owner.insert(object, (id, attempt));
            }
        }
    }
    let mut found = Vec::new();
    for (object, (id, attempt)) in owner {
        let Some(spec) = run.plan.step(id).and_then(|step| step.action.as_ref()) else {
            continue;
        };
        let expected = last.get(&object).and_then(|a| a.after.readable());
        let (Some(before), Some(expected)) = (attempt.before.readable(), expected) else {
            continue;
        };
        let action = world.action(spec);
        let finding = match action.read().await {
            Ok(now) => action.judge(&now, before, expected),
            Err(error) => Finding::Unclear {
                why: super::apply::sentence(&error),
            },
        };
        found.push((id.clone(), finding));
    }
    found
}

impl Driver {
    /// Keeps that the object of a done step is not as the step left it, or is so again. What could
    /// not be told changes nothing.
    pub async fn note_drift(&mut self, id: &StepId, finding: Finding) -> Result<(), DriveError> {
        let Some((_, state)) = self.run.step(id) else {
            return Ok(());
        };
        if !matches!(state.state, StepState::Done { .. }) || matches!(finding, Finding::Unclear { .. }) {
            return Ok(());
        }
        let event = match (&state.drift, finding) {
            (Some(_), Finding::After) => EventKind::DriftCleared { step: id.clone() },
            (None, Finding::After) => return Ok(()),
            (Some(known), finding) if *known == finding => return Ok(()),
            (_, finding) => EventKind::Drifted {
                step: id.clone(),
                finding,
            },
        };
        self.append(vec![event]).await
    }
}

/// Reads the object and judges it in the world's terms: `Before` is the state before the apply.
pub(super) async fn look(action: &dyn Action, attempt: &Attempt) -> Finding {
    let images: (Option<&Image>, Option<&Image>) = match attempt.id.way {
        Way::Apply => (attempt.before.readable(), attempt.after.readable()),
        Way::Undo => (attempt.after.readable(), attempt.before.readable()),
    };
    let (Some(before), Some(after)) = images else {
        return Finding::Unclear {
            why: SEALED.to_owned(),
        };
    };
    match action.read().await {
        // Adopted without an image from before: there is nothing to tell apart.
        Ok(now) if before == after && now == *after => match attempt.id.way {
            Way::Apply => Finding::After,
            Way::Undo => Finding::Before,
        },
        Ok(now) => action.judge(&now, before, after),
        Err(error) => Finding::Unclear {
            why: super::apply::sentence(&error),
        },
    }
}
