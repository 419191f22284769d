//! Amending the plan of a run from a runbook.

use switchback_model::{Command, Digest, Operator, Plan, RunId, Submission};

use super::Host;
use crate::view::amendment_view;
use crate::wire::{Accepted, AmendmentView, ApiError};

impl Host {
    /// What would change if this plan took the place of the run's. Needs no lease.
    pub async fn amendment(&self, id: &RunId, plan: &Plan) -> Result<AmendmentView, ApiError> {
        Ok(amendment_view(&self.load(id).await?, plan))
    }

    /// The same from a runbook (a folder, a file or a built-in name). The target is the run's own by
    /// its name, unless another file is given.
    ///
    /// # Errors
    /// When the run is not there, or the runbook has errors.
    pub async fn amendment_from(
        &self,
        id: &RunId,
        (runbook, target): (&str, Option<&str>),
    ) -> Result<AmendmentView, ApiError> {
        let run = self.load(id).await?;
        let own = run.plan.target.name.as_str();
        let plan = crate::plan::resolve(runbook, target.unwrap_or(own))?;
        Ok(amendment_view(&run, &plan))
    }

    /// Puts the plan of a runbook in the place of the run's, if it differs as `basis` says that the
    /// person saw. The target is the run's own by its name, unless another file is given.
    ///
    /// # Errors
    /// When the runbook has errors, the amendment is refused, or another driver holds the lease.
    pub async fn amend(
        &self,
        id: &RunId,
        (runbook, target): (&str, Option<&str>),
        basis: Digest,
        (by, reason): (Operator, &str),
    ) -> Result<Accepted, ApiError> {
        if let Some(why) = self.watching_reason(id).await {
            return Err(why);
        }
        let run = self.load(id).await?;
        let own = run.plan.target.name.as_str();
        let plan = crate::plan::resolve(runbook, target.unwrap_or(own))?;
        let other_target = plan.target != run.plan.target;
        let actor = self.drive(id, false).await?;
        let submission = Submission {
            command: Command::Amend { plan: Box::new(plan) },
            basis: Some(basis),
            by,
            reason: Some(reason.to_owned()),
        };
        let seq = actor.submit(submission).await?;
        // Its world was built for the target as it was.
        if other_target && let Some(open) = self.open.lock().await.remove(id) {
            open.actor.close().await;
            self.release(id, &open.lease)?;
        }
        Ok(Accepted { seq })
    }
}
