//! What people do outside the program, in a rehearsal. There nobody else is at work, so what somebody says to have done
//! by hand, or taken back by hand, is carried out in the rehearsal's world once it was said.

use switchback_engine::run::Run;
use switchback_model::{Command, StepId, TargetKind};
use switchback_rehearsal::{Fault, RevalRelease};

use crate::closed_world::control;
use crate::core::Core;
use crate::wire::ApiError;

/// Which way somebody's work went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Went {
    Done,
    TakenBack,
}

/// Steps by hand of the bundled runbooks whose work the world has a word for. What the others do, no check of a rehearsal
/// looks at.
fn by_people(step: &str, went: Went) -> Option<Fault> {
    let release = match (step, went) {
        ("reval-ui", Went::Done) => RevalRelease::New,
        ("reval-ui", Went::TakenBack) => RevalRelease::Old,
        _ => return None,
    };
    Some(Fault::RevalReleased { release })
}

/// Whose work a command says was done. An item of a rollback is the one that the rollback waits at.
fn said(run: &Run, command: &Command) -> Option<(StepId, Went)> {
    match command {
        Command::Attest { step } => Some((step.clone(), Went::Done)),
        Command::RollbackDone { item } => {
            let rollback = run.rollback.as_ref()?;
            let items = rollback.plan.items.iter();
            let step = items
                .filter(|one| one.id == *item)
                .find_map(|one| one.step.clone())?;
            Some((step, Went::TakenBack))
        }
        _ => None,
    }
}

/// What somebody is about to say was done, of which the rehearsal's world does its part afterwards.
#[derive(Debug)]
pub struct Hand(Fault);

impl Hand {
    /// Of a command that is about to be submitted; none outside a rehearsal, and where the world has no part in it.
    #[must_use]
    pub fn of(run: &Run, command: &Command) -> Option<Self> {
        if run.plan.target.kind != TargetKind::Rehearsal {
            return None;
        }
        let (step, went) = said(run, command)?;
        by_people(step.as_str(), went).map(Self)
    }

    /// Has the world do it, once the command was taken.
    ///
    /// # Errors
    /// When the world does not answer: then what was said is not so there.
    pub async fn act(self, core: &Core) -> Result<(), ApiError> {
        let world = core.world_client().await?;
        world.inject(&self.0).await.map_err(control)?;
        Ok(())
    }
}
