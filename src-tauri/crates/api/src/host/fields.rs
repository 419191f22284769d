//! Somebody else's change, field by field.

use switchback_model::{FieldChoices, RunId, StepId};

use super::Host;
use crate::view::field_plan_view;
use crate::wire::{ApiError, FieldPlanView};

impl Host {
    /// The three-way preview of a step that somebody else changed, from a fresh look at the world.
    /// Needs no lease.
    ///
    /// # Errors
    /// When fields can't be chosen for the step now, or not like this.
    pub async fn field_plan(
        &self,
        id: &RunId,
        step: &StepId,
        choices: &FieldChoices,
    ) -> Result<FieldPlanView, ApiError> {
        let run = self.load(id).await?;
        let around = self.surroundings(&run).await?;
        let plan = switchback_engine::driver::plan_fields(&run, &*around.world, step, choices).await?;
        Ok(field_plan_view(&run, step, &plan, around.clock.now()))
    }
}
