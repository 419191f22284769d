//! Verification from outside: in sync on every server, then every after-check, each within its time.

use futures_util::future::join_all;
use jiff::SignedDuration;
use switchback_model::{ActionSpec, AttemptId, CheckReading, CheckSpec, EventKind, Finding, Way};

use super::everywhere::Spread;
use super::inspect::{look, look_closely};
use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::next::verifying;
use crate::run::RollbackState;

/// How often the after-checks are read while they do not pass.
const CHECKS_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// A change that is not everywhere after this is a decision for a person: users of other tools
/// reported 60 to 120 s (libdns/route53#14), so this is well beyond what is usual.
const SYNC_WITHIN: SignedDuration = SignedDuration::from_secs(600);
/// A publication that has not settled after this is a decision for a person: a roll of a service without a circuit
/// breaker tries for ever (ECS developer guide, "Deployment circuit breaker").
const SETTLES_WITHIN: SignedDuration = SignedDuration::from_secs(900);

/// A change that was answered shows within this, or it does not stand: as long as one may be on its way
/// ([`MAY_LAND`](super::inspect::MAY_LAND)).
const SHOWS_WITHIN: SignedDuration = SignedDuration::from_secs(18);

impl Driver {
    /// The attempt to look at: one after the other where several are verified, so that none waits
    /// for another's caches. What a rollback waits for is not kept waiting.
    pub(super) fn in_turn(&mut self, named: AttemptId) -> AttemptId {
        let rollback = self.run.rollback.as_ref();
        let alone = rollback.is_some_and(|r| r.state == RollbackState::Running);
        let last = self.pace.verifying.as_ref();
        let attempt = if alone {
            named
        } else {
            let all: Vec<&AttemptId> = verifying(&self.run).collect();
            let after = all.iter().position(|id| Some(*id) == last).map_or(0, |at| at + 1);
            all.get(after).or(all.first()).map_or(named, |id| (*id).clone())
        };
        if last != Some(&attempt) {
            self.pace.next_sync = None;
            self.pace.next_checks = None;
            self.pace.verifying = Some(attempt.clone());
        }
        attempt
    }

    pub(super) async fn verify(&mut self, id: &AttemptId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(&id.step) else {
            return Ok(());
        };
        let Some(attempt) = state.current().cloned() else {
            return Ok(());
        };
        let specs: Vec<CheckSpec> = match id.way {
            Way::Apply => step.verify.clone(),
            Way::Undo | Way::Publish => step.undo_verify.clone(),
        };
        let spec = step
            .action
            .as_ref()
            .map(|spec| with_own(&self.run, &id.step, spec));
        let now = self.clock.now();
        let since = now.duration_since(attempt.applied_at.unwrap_or(now));
        let at_once = spec
            .as_ref()
            .is_some_and(|spec| !self.world.action(spec).spreads());
        let mut in_sync = attempt.in_sync.is_some() || at_once;
        let mut just_synced = false;
        // That it took too long is said of a look, not of the last answer before the limit.
        let is_due = self.pace.next_sync.is_none_or(|at| at <= now) || since > SYNC_WITHIN;
        if let Some(spec) = spec.as_ref().filter(|_| !in_sync && is_due) {
            match self.ask_how_far(id, spec, &attempt, (now, since)).await? {
                Spread::Everywhere => {
                    in_sync = true;
                    just_synced = true;
                    self.pace.next_checks = None;
                }
                Spread::NotYet => {}
                Spread::LeftToAPerson => return Ok(()),
            }
        }

        if self.pace.next_checks.is_none_or(|at| at <= now) {
            let history = self.run.history();
            let world = self.world.clone();
            let readings: Vec<CheckReading> =
                join_all(specs.iter().map(|spec| world.check(spec, &history))).await;
            self.pace.next_checks = self.clock.now().checked_add(CHECKS_EVERY).ok();
            if !in_sync {
                let seen = (&specs[..], &readings[..]);
                match self.prove_otherwise(id, &attempt, seen, since).await? {
                    Spread::Everywhere => in_sync = true,
                    Spread::NotYet => {}
                    Spread::LeftToAPerson => return Ok(()),
                }
            }
            if in_sync && readings.iter().all(|r| r.verdict.lets_through()) {
                // Checks look from outside; only the object itself proves that the change stands.
                let (finding, failed) = match &spec {
                    // What this program sent itself it sent as who may; what it found is looked at as who may.
                    Some(spec) if self.sent.as_ref().is_some_and(|(sent, _)| sent == id) => {
                        look_closely(&*self.world.action(spec), &attempt).await
                    }
                    Some(spec) => self.looked(&*self.world.action(spec), &attempt).await,
                    None => (Finding::After, None),
                };
                // What fails to be read for long, or is answered in a way that can't be true, is for a person.
                if let (Finding::Unclear { why }, Some(failed)) = (&finding, failed) {
                    let enough = self.told_nothing(&id.step, Some(failed));
                    if enough || self.is_unread_for_long(&id.step) {
                        self.told_something(&id.step);
                        let attempt = id.clone();
                        let finding = Finding::Unclear { why: why.clone() };
                        return self
                            .append(vec![
                                EventKind::Inspected {
                                    attempt: attempt.clone(),
                                    finding,
                                },
                                EventKind::VerificationExpired { attempt, readings },
                            ])
                            .await;
                    }
                } else {
                    self.told_something(&id.step);
                }
                let stands = match id.way {
                    Way::Apply | Way::Publish => finding == Finding::After,
                    Way::Undo => finding == Finding::Before || spec.is_none(),
                };
                // A request that was answered was carried out; that a read does not show it yet says nothing for as long
                // as one that is still on its way is waited for.
                let is_early = attempt.receipt.is_some()
                    && since < SHOWS_WITHIN
                    && match id.way {
                        Way::Apply | Way::Publish => finding == Finding::Before,
                        Way::Undo => finding == Finding::After,
                    };
                if !is_early && !matches!(finding, Finding::Unclear { .. }) {
                    self.pace.next_checks = None;
                    self.pace.next_sync = None;
                    let attempt = id.clone();
                    let event = if stands {
                        EventKind::Verified { attempt, readings }
                    } else {
                        EventKind::Inspected { attempt, finding }
                    };
                    return self.append(vec![event]).await;
                }
            }
            let late = specs.iter().zip(&readings).any(|(spec, reading)| {
                !reading.verdict.lets_through()
                    && spec
                        .within_s
                        .is_some_and(|within| since > SignedDuration::from_secs(i64::from(within)))
            });
            let unsettled = spec.as_ref().is_some_and(ActionSpec::is_publication) && since > SETTLES_WITHIN;
            let late = late || unsettled || (!in_sync && since > SYNC_WITHIN);
            let changed = attempt.says_otherwise(&readings);
            // What fails from outside may fail because the object is not what was left there.
            let publication = spec.as_ref().is_some_and(ActionSpec::is_publication);
            if let Some(spec) = spec.filter(|_| late || publication || (in_sync && (changed || just_synced)))
            {
                let finding = look(&*self.world.action(&spec), &attempt).await;
                let foreign = matches!(finding, Finding::Other { .. } | Finding::Partial { .. });
                // A read right after the change may still be of the time before it; a late one is not.
                let gone = late
                    && match id.way {
                        Way::Apply | Way::Publish => finding == Finding::Before,
                        Way::Undo => finding == Finding::After,
                    };
                if foreign || gone {
                    self.pace.next_checks = None;
                    self.pace.next_sync = None;
                    let attempt = id.clone();
                    return self.append(vec![EventKind::Inspected { attempt, finding }]).await;
                }
            }
            if late {
                return self
                    .append(vec![EventKind::VerificationExpired {
                        attempt: id.clone(),
                        readings,
                    }])
                    .await;
            }
            if changed {
                self.append(vec![EventKind::VerifyProgress {
                    attempt: id.clone(),
                    readings,
                }])
                .await?;
            }
        }
        let wake = [self.pace.next_sync.filter(|_| !in_sync), self.pace.next_checks]
            .into_iter()
            .flatten()
            .min();
        self.pace.not_before = wake;
        Ok(())
    }
}
