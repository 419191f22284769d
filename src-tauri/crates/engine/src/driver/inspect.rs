//! Inspection: an intent without a result is looked at, never repeated.

use std::collections::BTreeMap;
use std::time::Duration;

use switchback_model::{AttemptId, EventKind, Finding, Image, Step, StepId, StepState, Way};

use super::unread::{is_kept, no_more};
use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::ports::{Action, Observed, ProviderError, ProviderErrorKind as Kind, World};
use crate::run::{Attempt, Run};
use crate::snapshots::resolved;

/// Two reads this far apart must agree.
pub(super) const APART: Duration = Duration::from_secs(5);
/// The client's time-out (connect 3 s + attempt 15 s): until then the request may still land.
pub(super) const MAY_LAND: Duration = Duration::from_secs(18);

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
        let last_finding = attempt.finding.clone();
        let attempt = attempt.clone();
        let (attempt, unseen) = (&attempt, state.is_unseen());
        let may_still_land = self.may_still_land(attempt);
        let action = self.world.action(&with_own(&self.run, &id.step, spec));
        let (finding, failed) = self.looked(&*action, attempt).await;
        let now = self.clock.monotonic();
        if let Finding::Unclear { why } = &finding {
            self.pace.last_look = None;
            let enough = self.told_nothing(&id.step, failed);
            let finding = match enough {
                true => Finding::Unclear { why: no_more(why) },
                false => finding.clone(),
            };
            // Journalled once per reason, not once per read.
            if !is_kept(last_finding.as_ref(), &finding) {
                self.append(vec![EventKind::Inspected {
                    attempt: id.clone(),
                    finding,
                }])
                .await?;
            }
            match enough {
                true => self.halt_at(&id.step, why).await?,
                false => self.wait(APART),
            }
            return Ok(());
        }
        self.told_something(&id.step);
        let agreed =
            self.pace.last_look.as_ref().is_some_and(|(of, at, last)| {
                of == id && *last == finding && now.saturating_sub(*at) >= APART
            });
        // Once the world shows that it landed, there is nothing left that may still land.
        let landed = attempt.landed(&finding);
        // What AWS refused is settled by the first look where the two agree, or where none could be
        // taken so far; a look that said otherwise is not overruled by one.
        let contradicted = self
            .pace
            .last_look
            .as_ref()
            .is_some_and(|(of, _, last)| of == id && *last != finding);
        let as_said = attempt.is_explained() && attempt.left_no_trace(&finding);
        let at_once = !contradicted && (as_said || (unseen && !attempt.left_no_trace(&finding)));
        if at_once || (agreed && (landed || !may_still_land)) {
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

    /// Whether the request of this attempt may still land. By the monotonic clock: a jump of the time
    /// of day must not cut the wait short. For what another driver sent, the wait begins when this one
    /// started; where the journal's time lies later still, by another machine's clock, later by as much,
    /// but by no more than the wait itself, because a wrong clock must not take the way back away.
    fn may_still_land(&self, attempt: &Attempt) -> bool {
        let sent = match &self.sent {
            Some((of, at)) if *of == attempt.id => *at,
            _ => {
                let (wall, started) = self.started;
                let later = Duration::try_from(attempt.left_at().duration_since(wall));
                started + later.unwrap_or(Duration::ZERO).min(MAY_LAND)
            }
        };
        self.clock.monotonic().saturating_sub(sent) < MAY_LAND
    }

    /// A person goes back at once, before everything was looked at again: it is now, once. What can't be read
    /// does not take the way back away.
    pub(super) async fn look_where_events_are_missing(&mut self) -> Result<(), DriveError> {
        if self.run.doubt.is_some() {
            self.look_at_the_rest().await?;
        }
        Ok(())
    }

    /// Looks at every step that was not looked at since a takeover, or since events were found missing, once: that there
    /// is nothing to undo is said of the world, not of an older copy. Whether there was one.
    ///
    /// # Errors
    /// What the journal says.
    pub async fn look_at_the_rest(&mut self) -> Result<bool, DriveError> {
        let open = self.run.steps.iter().filter(|(_, step)| step.reinspect);
        let open: Vec<StepId> = open.map(|(id, _)| id.clone()).collect();
        for id in &open {
            self.look_again(id).await?;
        }
        Ok(!open.is_empty())
    }

    /// Looks at the next step that was not looked at since, in rounds: what can't be read now does not keep the others
    /// from being looked at.
    pub(super) async fn reinspect(&mut self) -> Result<(), DriveError> {
        // Where events are missing, one of them may have been the intent of a request that is still on its
        // way: what is there is told once nothing can land any more.
        let (_, started) = self.started;
        let early = MAY_LAND.saturating_sub(self.clock.monotonic().saturating_sub(started));
        if self.run.doubt.is_some() && !early.is_zero() {
            self.wait(early);
            return Ok(());
        }
        let open = self.run.steps.iter().filter(|(_, step)| step.reinspect);
        let next = open.map(|(id, _)| id).find(|id| !self.pace.round.contains(*id));
        let over = match next.cloned() {
            Some(id) => match self.look_again(&id).await? {
                LookedAgain::Something => false,
                LookedAgain::Nothing(failed) => {
                    self.pace.round.insert(id);
                    matches!(failed, Some(Kind::Throttled | Kind::Busy))
                }
            },
            None => true,
        };
        if over {
            self.pace.round.clear();
            self.wait(APART);
        }
        Ok(())
    }

    /// Looks as who may tell: names are equal in two accounts, and what another one holds says nothing of ours.
    pub(super) async fn looked(&self, action: &dyn Action, attempt: &Attempt) -> (Finding, Option<Kind>) {
        match self.world.identity(&self.run.plan.target).await {
            Ok(_) => look_closely(action, attempt).await,
            Err(error) => unread(&error),
        }
    }

    async fn look_again(&mut self, id: &StepId) -> Result<LookedAgain, DriveError> {
        let Some((step, state)) = self.run.step(id) else {
            return Ok(LookedAgain::Nothing(None));
        };
        let Some(spec) = &step.action else {
            return Ok(LookedAgain::Nothing(None));
        };
        let action = self.world.action(&resolved(&self.run, id, spec));
        let (finding, failed) = match state.current() {
            Some(attempt) => self.looked(&*action, attempt).await,
            None => match action.read(None).await {
                Ok(now) => match action.plan(&now.image, None) {
                    Ok(preview) if preview.is_empty() => (Finding::After, None),
                    Ok(_) => (Finding::Before, None),
                    // Planning asks nobody: what is there is neither as before nor as the step leaves it, and no later look
                    // says more.
                    Err(_) => {
                        let other = Finding::Other {
                            found: now.image,
                            differences: Vec::new(),
                        };
                        (other, None)
                    }
                },
                Err(error) => unread(&error),
            },
        };
        // What is missing here, a key or a canary of this computer, must not hold up the rest: the step stays as it is, and
        // says that it was not looked at.
        let sealed = matches!(&finding, Finding::Unclear { why } if why == SEALED)
            || failed == Some(Kind::Guard)
            || self.run.beyond.by_hand(id).is_some();
        let finding = match finding {
            Finding::Unclear { why } if !sealed => {
                tracing::warn!(step = %id, why, "can't be inspected yet");
                // What is answered bars the rest no longer than it must: the step says that nothing could be told.
                if !self.told_nothing(id, failed) {
                    return Ok(LookedAgain::Nothing(failed));
                }
                Finding::Unclear { why: no_more(&why) }
            }
            finding => finding,
        };
        self.append(vec![EventKind::Reinspected {
            step: id.clone(),
            finding,
        }])
        .await?;
        Ok(LookedAgain::Something)
    }
}

/// What came of looking at a step again.
enum LookedAgain {
    /// It is journalled.
    Something,
    /// Nothing yet: how the read failed, where it did.
    Nothing(Option<Kind>),
}

/// Looks at every object that a done step has an effect on, and compares it with what the last
/// attempt on it, of whichever step and way, left there. The finding is about the last done step.
pub async fn watch(run: &Run, world: &dyn World) -> Vec<(StepId, Finding)> {
    let mut owner: BTreeMap<String, (&StepId, &Attempt)> = BTreeMap::new();
    for (id, step) in &run.steps {
        // It leaves nothing behind that somebody else could change.
        if run.plan.step(id).is_some_and(Step::is_publisher) {
            continue;
        }
        for attempt in &step.attempts {
            let Some(object) = attempt.after.readable().map(Image::object) else {
                continue;
            };
            let done = matches!(step.state, StepState::Done { .. })
                && !attempt.effectless
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
        let (Some(before), Some(expected)) = (attempt.before.readable(), run.last_left(&object)) else {
            continue;
        };
        let action = world.action(&with_own(run, id, spec));
        let finding = match action.read(None).await {
            Ok(now) => action.judge(&now, before, expected, None),
            Err(error) => Finding::Unclear {
                why: error.sentence(),
            },
        };
        found.push((id.clone(), finding));
    }
    found
}

/// The run as it stands in the world now: with what [`watch`] finds, but nothing journalled. For who
/// looks without a lease.
pub async fn watched(run: &Run, world: &dyn World) -> Run {
    let mut seen = run.clone();
    for (id, finding) in watch(run, world).await {
        let Some(step) = seen.steps.get_mut(&id) else {
            continue;
        };
        match finding {
            Finding::Unclear { .. } => {}
            Finding::After => step.drift = None,
            other => step.drift = Some(other),
        }
    }
    seen
}

impl Driver {
    /// Looks at the objects of every done step and keeps what was changed outside Switchback.
    pub async fn note_drifts(&mut self) -> Result<(), DriveError> {
        for (id, finding) in watch(&self.run, &*self.world).await {
            self.note_drift(&id, finding).await?;
        }
        Ok(())
    }

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
    look_closely(action, attempt).await.0
}

/// The same, and how the read failed where it did.
pub(super) async fn look_closely(action: &dyn Action, attempt: &Attempt) -> (Finding, Option<Kind>) {
    let sealed = || Finding::Unclear {
        why: SEALED.to_owned(),
    };
    if attempt.before.readable().is_none() || attempt.after.readable().is_none() {
        return (sealed(), None);
    }
    match action.read(attempt.sent().as_ref()).await {
        Ok(now) => (told_by(action, attempt, &now).unwrap_or_else(sealed), None),
        Err(error) => unread(&error),
    }
}

fn unread(error: &ProviderError) -> (Finding, Option<Kind>) {
    let why = error.sentence();
    (Finding::Unclear { why }, Some(error.kind))
}

/// What a read says of an attempt; none while the attempt's own images are sealed.
pub(super) fn told_by(action: &dyn Action, attempt: &Attempt, now: &Observed) -> Option<Finding> {
    let (before, after) = match attempt.id.way {
        Way::Apply | Way::Publish => (attempt.before.readable()?, attempt.after.readable()?),
        Way::Undo => (attempt.after.readable()?, attempt.before.readable()?),
    };
    // Adopted without an image from before: there is nothing to tell apart. A publication changes no image, and is
    // told by what it carried.
    if attempt.sent().is_none() && before == after && now.image == *after {
        return Some(match attempt.id.way {
            Way::Apply | Way::Publish => Finding::After,
            Way::Undo => Finding::Before,
        });
    }
    Some(action.judge(now, before, after, attempt.sent().as_ref()))
}
