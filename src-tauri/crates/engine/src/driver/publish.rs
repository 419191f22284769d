//! Publishing once more, in a rollback: the item of a step that makes others seen.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_model::rollback::ItemKind;
use switchback_model::{StepId, Way};

use super::{DriveError, Driver};
use crate::ports::ProviderError;
use crate::publish::still_spreads;
use crate::run::RollbackState;

impl Driver {
    /// Preconditions, identity, fresh read, write-ahead, call. Whatever does not hold stops the rollback at this
    /// item: what was taken back before it stays so, and is not seen yet.
    pub(super) async fn publish(&mut self, item: &str, id: &StepId) -> Result<(), DriveError> {
        if self.waits_for_spread(id) {
            return Ok(());
        }
        let Some(step) = self.run.plan.step(id) else {
            return Ok(());
        };
        let Some(rollback) = &self.run.rollback else {
            return Ok(());
        };
        let Some(ItemKind::Publish {
            preview: confirmed, ..
        }) = rollback.named(item).map(|item| item.kind.clone())
        else {
            return Ok(());
        };
        let Some(spec) = step.action.clone() else {
            return self
                .halt(item, "The step has no action.".to_owned(), Vec::new())
                .await;
        };
        let Some(readings) = self.proven(item, id).await? else {
            return Ok(());
        };
        let action = self.world.action(&spec);
        let fresh = async {
            self.world.identity(&self.run.plan.target).await?;
            let now = action.read(None).await?;
            Ok::<_, ProviderError>((action.plan(&now.image, None)?, now.witness))
        };
        let (preview, witness) = match fresh.await {
            Ok(fresh) => fresh,
            Err(error) => return self.halt(item, error.sentence(), readings).await,
        };
        // Confirmed blind, it is what is there: the request changes nothing of it.
        if confirmed.is_some_and(|confirmed| !confirmed.from.same_as(&preview.from.as_published())) {
            let why = format!(
                "The {} changed since you confirmed: {} to see what would be started.",
                preview.from.noun(),
                RollbackState::PLAN_ANEW
            );
            return self.halt(item, why, readings).await;
        }
        self.carry_out_item(item, (id, Way::Publish), action, (preview, witness), readings)
            .await
    }

    /// Puts a publication off for as long as what it makes seen may not be served everywhere.
    pub(super) fn waits_for_spread(&mut self, publisher: &StepId) -> bool {
        let now = self.clock.now();
        let left = still_spreads(&self.run, publisher, now);
        let waits = self.pace.spreads.waits(left, self.clock.monotonic());
        if let (true, Some((left, _))) = (waits, left) {
            self.pace.not_before = now.checked_add(left).ok().or(self.pace.not_before);
        }
        waits
    }
}

/// What a publication waits for: the event of the request that spreads, and until when by the monotonic clock. Once, because
/// the request's time may be another computer's and lie ahead of ours for long.
#[derive(Debug, Default)]
pub(super) struct Spreading(Option<(u64, Duration)>);

impl Spreading {
    /// Whether what is left by the journal's times is still to be waited for.
    fn waits(&mut self, left: Option<(SignedDuration, u64)>, monotonic: Duration) -> bool {
        let Some((left, seq)) = left else {
            self.0 = None;
            return false;
        };
        let over = match self.0 {
            Some((of, over)) if of == seq => over,
            Some(_) | None => monotonic + left.unsigned_abs(),
        };
        self.0 = Some((seq, over));
        monotonic < over
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, SignedDuration, Spreading};

    /// A request whose time lies ten minutes ahead is waited for as long as one of now, and one that comes after it anew.
    #[test]
    fn a_request_is_waited_for_once_whatever_its_time_says() {
        let mut spreading = Spreading::default();
        let at = Duration::from_secs;
        // By the wall clock the whole wait is left, each time.
        let left = Some((SignedDuration::from_secs(5), 7));
        assert!(spreading.waits(left, at(100)));
        assert!(spreading.waits(left, at(104)));
        assert!(!spreading.waits(left, at(105)));
        assert!(!spreading.waits(left, at(600)), "nor does it begin again");
        let later = Some((SignedDuration::from_secs(5), 9));
        assert!(spreading.waits(later, at(601)));
        assert!(!spreading.waits(later, at(606)));
        assert!(!spreading.waits(None, at(607)), "nothing spreads");
        let partly = Some((SignedDuration::from_secs(2), 11));
        assert!(spreading.waits(partly, at(608)));
        assert!(!spreading.waits(partly, at(610)));
    }
}
