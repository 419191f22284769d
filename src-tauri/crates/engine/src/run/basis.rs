//! What a person confirms: a preview or a plan, and where it was shown. A digest that was copied at one
//! place fits at no other.

use switchback_model::{Digest, PlanDiff, Preview, RollbackPlan, StepId};

use super::Run;

impl Run {
    /// The digest by which a preview of this step is approved: of the run, the step and its generation
    /// too, so that one from before the step was reopened, or from another run, is none of this one.
    #[must_use]
    pub fn basis_of_preview(&self, step: &StepId, preview: &Preview) -> Digest {
        let generation = self.steps.get(step).map_or(0, |state| state.generation);
        self.basis_in(step, generation, preview)
    }

    /// As [`Self::basis_of_preview`], in a generation of the step that is told.
    #[must_use]
    pub fn basis_in(&self, step: &StepId, generation: u32, preview: &Preview) -> Digest {
        Digest::of(&("preview", self.id.as_str(), step, generation, preview.digest()))
    }

    /// The digest by which a rollback is confirmed: of the run and of the generation of every step that it
    /// takes back too.
    #[must_use]
    pub fn basis_of_rollback(&self, plan: &RollbackPlan) -> Digest {
        let generations: Vec<(&StepId, u32)> = plan
            .items
            .iter()
            .filter_map(|item| item.step.as_ref())
            .filter_map(|step| Some((step, self.steps.get(step)?.generation)))
            .collect();
        Digest::of(&("rollback", self.id.as_str(), generations, plan.digest()))
    }

    /// The digest by which an amendment is confirmed: of the run and of the generation of every step too,
    /// because what an amendment may change hangs on what each of them did.
    #[must_use]
    pub fn basis_of_amendment(&self, diff: &PlanDiff) -> Digest {
        let generations: Vec<(&StepId, u32)> = self
            .steps
            .iter()
            .map(|(id, state)| (id, state.generation))
            .collect();
        Digest::of(&("amendment", self.id.as_str(), generations, diff.digest()))
    }
}
