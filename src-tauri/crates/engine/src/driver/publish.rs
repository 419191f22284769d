//! Publishing once more, in a rollback: the item of a step that makes others seen.

use switchback_model::rollback::ItemKind;
use switchback_model::{StepId, Way};

use super::{DriveError, Driver};
use crate::ports::ProviderError;
use crate::publish::spread_until;
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
        }) = rollback.item().map(|item| item.kind.clone())
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
        let until = spread_until(&self.run, publisher, self.clock.now());
        self.pace.not_before = until.or(self.pace.not_before);
        until.is_some()
    }
}
