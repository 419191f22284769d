//! Whether a change is everywhere, by what the provider says of that change and of no other.

use jiff::{SignedDuration, Timestamp};
use switchback_model::{
    ActionSpec, AttemptId, CheckKind, CheckReading, CheckSpec, EventKind, Finding, Verdict,
};

use super::unread::{LOOKS, is_kept, is_said, no_more};
use super::{DriveError, Driver};
use crate::ports::{ProviderError, ProviderErrorKind as Kind};
use crate::run::Attempt;

/// How often the provider is asked whether the change is everywhere: half of Route 53's five requests a second, so
/// that the look that follows, our other reads and everybody else find room.
const SYNC_EVERY: SignedDuration = SignedDuration::from_millis(400);
/// A change that is not everywhere by then may take long: most of what was asked for it is left to others.
const SYNC_USUAL: SignedDuration = SignedDuration::from_secs(120);
/// How often the provider is asked from then on.
const SYNC_SELDOM: SignedDuration = SignedDuration::from_secs(2);
/// Without a change id (its answer was lost) and without a DNS observer, a change is taken to be
/// everywhere after this.
const SYNC_ASSUMED: SignedDuration = SignedDuration::from_secs(120);

/// The answers in a row that did not say how far a change is.
#[derive(Debug)]
pub(super) struct Unsaid {
    attempt: AttemptId,
    /// How the last one failed.
    kind: Kind,
    /// How many of that kind there were.
    times: u32,
    why: String,
}

impl Unsaid {
    /// The provider has forgotten the change, or the role may not ask: nobody will ever be told, so it is
    /// proven as if its answer had been lost.
    fn is_unanswerable(&self) -> bool {
        matches!(self.kind, Kind::NotFound | Kind::Denied)
    }
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spread {
    /// It is everywhere, or there is no such notion.
    Everywhere,
    /// Not that anybody said.
    NotYet,
    /// It can't be told, and the step is a person's now.
    LeftToAPerson,
}

impl Driver {
    /// Asks the provider, once.
    pub(super) async fn ask_how_far(
        &mut self,
        id: &AttemptId,
        spec: &ActionSpec,
        attempt: &Attempt,
        (now, since): (Timestamp, SignedDuration),
    ) -> Result<Spread, DriveError> {
        let Some(receipt) = attempt.receipt.as_ref().filter(|r| r.change_id.is_some()) else {
            return Ok(Spread::NotYet);
        };
        let every = if since < SYNC_USUAL {
            SYNC_EVERY
        } else {
            SYNC_SELDOM
        };
        self.pace.next_sync = now.checked_add(every).ok();
        let error = match self.world.action(spec).sync(receipt).await {
            Ok(Some(state)) if state.in_sync => {
                self.pace.unsaid.remove(&id.step);
                self.in_sync(id, state.server_date).await?;
                return Ok(Spread::Everywhere);
            }
            Ok(told) => {
                self.pace.unsaid.remove(&id.step);
                return Ok(match told {
                    Some(_) => Spread::NotYet,
                    None => Spread::Everywhere,
                });
            }
            Err(error) => error,
        };
        tracing::warn!(%error, "can't ask whether the change is everywhere");
        let times = self.note_unsaid(id, &error);
        if times < LOOKS {
            return Ok(Spread::NotYet);
        }
        // An answer that can't be true is the same however often it is asked for.
        if is_said(error.kind) {
            self.leave_to_a_person(id, attempt, &no_more(&error.sentence()))
                .await?;
            return Ok(Spread::LeftToAPerson);
        }
        let finding = Finding::Unclear {
            why: error.sentence(),
        };
        let untold = matches!(attempt.finding, None | Some(Finding::Unclear { .. }));
        let lasts = matches!(error.kind, Kind::NotFound | Kind::Denied);
        if untold && lasts && !is_kept(attempt.finding.as_ref(), &finding) {
            let attempt = id.clone();
            self.append(vec![EventKind::Inspected { attempt, finding }])
                .await?;
        }
        Ok(Spread::NotYet)
    }

    /// How often in a row it was so.
    fn note_unsaid(&mut self, id: &AttemptId, error: &ProviderError) -> u32 {
        let last = self.pace.unsaid.remove(&id.step);
        let same = last.filter(|last| last.attempt == *id && last.kind == error.kind);
        let times = same.map_or(0, |last| last.times).saturating_add(1);
        let unsaid = Unsaid {
            attempt: id.clone(),
            kind: error.kind,
            times,
            why: error.sentence(),
        };
        self.pace.unsaid.insert(id.step.clone(), unsaid);
        times
    }

    /// What else shows that a change of which the provider does not tell is everywhere.
    pub(super) async fn prove_otherwise(
        &mut self,
        id: &AttemptId,
        attempt: &Attempt,
        (specs, readings): (&[CheckSpec], &[CheckReading]),
        since: SignedDuration,
    ) -> Result<Spread, DriveError> {
        let unsaid = self.pace.unsaid.get(&id.step);
        let unsaid = unsaid.filter(|one| one.attempt == *id);
        let asked = attempt.receipt.as_ref().is_some_and(|r| r.change_id.is_some());
        if asked && !unsaid.is_some_and(Unsaid::is_unanswerable) {
            return Ok(Spread::NotYet);
        }
        // That AWS does not know what it had accepted is no reason to believe in it once time has passed.
        let unknown = unsaid.filter(|one| asked && one.kind == Kind::NotFound);
        let time_is_over = since >= SYNC_ASSUMED;
        if is_seen(specs, readings) || (time_is_over && unknown.is_none()) {
            self.in_sync(id, self.clock.now()).await?;
            return Ok(Spread::Everywhere);
        }
        match unknown.filter(|one| time_is_over && one.times >= LOOKS) {
            Some(one) => {
                let why = one.why.clone();
                self.leave_to_a_person(id, attempt, &why).await?;
                Ok(Spread::LeftToAPerson)
            }
            None => Ok(Spread::NotYet),
        }
    }

    async fn leave_to_a_person(
        &mut self,
        id: &AttemptId,
        attempt: &Attempt,
        why: &str,
    ) -> Result<(), DriveError> {
        self.pace.unsaid.remove(&id.step);
        self.pace.next_checks = None;
        self.pace.next_sync = None;
        let finding = Finding::Unclear { why: why.to_owned() };
        self.append(vec![
            EventKind::Inspected {
                attempt: id.clone(),
                finding,
            },
            EventKind::VerificationExpired {
                attempt: id.clone(),
                readings: attempt.readings.clone(),
            },
        ])
        .await
    }

    async fn in_sync(&mut self, id: &AttemptId, server_date: Timestamp) -> Result<(), DriveError> {
        self.append(vec![EventKind::InSync {
            attempt: id.clone(),
            server_date,
        }])
        .await
    }
}

/// Without a change id nobody can be asked: every authoritative server's own answer proves it, and
/// where there is no DNS observer, only time does.
fn is_seen(specs: &[CheckSpec], readings: &[CheckReading]) -> bool {
    specs.iter().zip(readings).any(|(spec, reading)| {
        // Of weighted record sets a server may give the same answer before and after.
        matches!(&spec.kind, CheckKind::Authoritative { or, .. } if or.is_empty())
            && reading.verdict == Verdict::Pass
    })
}
