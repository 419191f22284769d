//! Sealing: what a step with secret images leaves in the journal, and how it is opened again.
//!
//! Secret images live in memory only. The journal gets images as the vault seals them, digests as
//! it blinds them, and nothing of previews and findings but that there was one.

use std::collections::BTreeMap;

use switchback_model::rollback::ItemKind;
use switchback_model::{
    ActionSpec, Captured, Digest, EventKind, FieldDifference, Finding, Image, Opened, Preview, RollbackPlan,
    Sealed, StepId,
};

use super::Driver;
use crate::ports::{NoKey, Vault, World};
use crate::rejection::{Rejection, RejectionCode};
use crate::run::Run;

/// What is written ahead of a call.
pub(super) struct Ahead {
    pub digest: Digest,
    pub before: Captured,
    pub after: Captured,
}

/// Whether the images of this action must be sealed.
fn must_seal(world: &dyn World, spec: &ActionSpec) -> bool {
    spec.image_is_secret() || world.seals(spec)
}

fn no_vault() -> NoKey {
    NoKey("This journal can't seal images. Nothing was sent.".to_owned())
}

/// Opens what a run's journal holds sealed. What can't be opened stays sealed, and only the way back
/// of that depends on the key; the reason is given.
pub async fn open_images(run: &mut Run, vault: Option<&dyn Vault>) -> Option<NoKey> {
    let sealed: Vec<Sealed<Image>> = captured(run)
        .filter_map(|captured| match captured {
            Captured::Sealed(sealed) => Some(sealed.clone()),
            Captured::Clear(_) | Captured::Opened(_) => None,
        })
        .collect();
    let mut problem = None;
    let mut open: BTreeMap<String, Opened> = BTreeMap::new();
    for sealed in sealed {
        // One image stands in several places; its ciphertext is the same in each.
        if open.contains_key(&sealed.ciphertext) {
            continue;
        }
        let image = match vault {
            Some(vault) => vault.open(&sealed).await,
            None => Err(no_vault()),
        };
        match image {
            Ok(image) => {
                open.insert(sealed.ciphertext.clone(), Opened::new(image, sealed));
            }
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    if !open.is_empty() {
        for captured in captured_mut(run) {
            if let Captured::Sealed(sealed) = captured
                && let Some(opened) = open.get(&sealed.ciphertext)
            {
                *captured = Captured::Opened(opened.clone());
            }
        }
    }
    restore_from_effects(run);
    problem
}

/// A confirmed rollback whose values were left out of the journal restores the images from before.
fn restore_from_effects(run: &mut Run) {
    let Some(rollback) = &mut run.rollback else { return };
    for item in &mut rollback.plan.items {
        let ItemKind::Undo { restores, .. } = &mut item.kind else {
            continue;
        };
        if restores.is_none() {
            let effect = item
                .step
                .as_ref()
                .and_then(|id| run.steps.get(id)?.effect.as_ref());
            *restores = effect.and_then(|e| e.before.as_ref()?.readable().cloned());
        }
    }
}

fn captured(run: &Run) -> impl Iterator<Item = &Captured> {
    run.steps.values().flat_map(|step| {
        let attempts = step.attempts.iter().flat_map(|a| [&a.before, &a.after]);
        let effect = step.effect.iter().flat_map(|e| e.before.iter().chain([&e.after]));
        let chosen = step.restore.iter().map(|chosen| &chosen.to);
        attempts.chain(effect).chain(chosen)
    })
}

fn captured_mut(run: &mut Run) -> impl Iterator<Item = &mut Captured> {
    run.steps.values_mut().flat_map(|step| {
        let attempts = step
            .attempts
            .iter_mut()
            .flat_map(|a| [&mut a.before, &mut a.after]);
        let effect = step
            .effect
            .iter_mut()
            .flat_map(|e| e.before.iter_mut().chain([&mut e.after]));
        let chosen = step.restore.iter_mut().map(|chosen| &mut chosen.to);
        attempts.chain(effect).chain(chosen)
    })
}

impl Driver {
    /// Whether this step's images must be sealed.
    pub(super) fn is_secret(&self, id: &StepId) -> bool {
        let spec = self.run.plan.step(id).and_then(|step| step.action.as_ref());
        spec.is_some_and(|spec| must_seal(&*self.world, spec))
    }

    /// Whether this step's images could be sealed now; always, where they are clear.
    pub(super) async fn can_seal(&self, id: &StepId) -> Result<(), NoKey> {
        if !self.is_secret(id) {
            return Ok(());
        }
        self.journal.vault().ok_or_else(no_vault)?.ready().await
    }

    /// What is written ahead of a call on this step.
    pub(super) async fn ahead(&self, id: &StepId, preview: &Preview) -> Result<Ahead, NoKey> {
        if !self.is_secret(id) {
            return Ok(Ahead {
                digest: preview.digest(),
                before: Captured::Clear(preview.from.clone()),
                after: Captured::Clear(preview.to.clone()),
            });
        }
        let vault = self.journal.vault().ok_or_else(no_vault)?;
        Ok(Ahead {
            digest: vault.blind(&preview.digest()).await?,
            before: sealed(vault, &preview.from).await?,
            after: sealed(vault, &preview.to).await?,
        })
    }

    /// Tries again to open what is still sealed: a person may have unlocked the keychain since.
    pub(super) async fn open_what_is_sealed(&mut self) {
        if captured(&self.run).any(|c| matches!(c, Captured::Sealed(_))) {
            let journal = self.journal.clone();
            if let Some(problem) = open_images(&mut self.run, journal.vault()).await {
                tracing::warn!(%problem, "some images stay sealed");
            }
        }
    }

    /// Events about secret steps, as they are believed and as they are journalled; the first list is
    /// empty where the two are the same.
    pub(super) async fn forms(
        &self,
        events: Vec<EventKind>,
    ) -> Result<(Vec<EventKind>, Vec<EventKind>), NoKey> {
        let some_secret = self.run.plan.steps().any(|step| self.is_secret(&step.id));
        if !some_secret {
            return Ok((Vec::new(), events));
        }
        let (mut believed, mut journalled) = (Vec::new(), Vec::new());
        for event in events {
            let event = self.believed(event).await?;
            journalled.push(self.journalled(&event).await?);
            believed.push(event);
        }
        Ok((believed, journalled))
    }

    /// What even the memory of this process does not need in plain.
    async fn believed(&self, mut event: EventKind) -> Result<EventKind, NoKey> {
        match &mut event {
            EventKind::Inspected { attempt, finding } | EventKind::LookedLate { attempt, finding }
                if self.is_secret(&attempt.step) =>
            {
                leave_values_out(finding);
            }
            EventKind::Reinspected { step, finding } | EventKind::Drifted { step, finding }
                if self.is_secret(step) =>
            {
                leave_values_out(finding);
            }
            EventKind::AdoptedByHand {
                step, before, after, ..
            } if self.is_secret(step) => {
                let vault = self.journal.vault().ok_or_else(no_vault)?;
                for image in before.iter_mut().chain([after]) {
                    reseal(vault, image).await?;
                }
            }
            EventKind::FieldsChosen { step, to, .. } if self.is_secret(step) => {
                reseal(self.journal.vault().ok_or_else(no_vault)?, to).await?;
            }
            _ => {}
        }
        Ok(event)
    }

    /// What may stand in the journal. Every kind of event is named, so that a new one is thought of.
    async fn journalled(&self, event: &EventKind) -> Result<EventKind, NoKey> {
        let mut event = event.clone();
        match &mut event {
            EventKind::ChecksFinished {
                step, preview, undo, ..
            } if self.is_secret(step) => (*preview, *undo) = (None, None),
            EventKind::ApprovalVoided { step, preview, .. } if self.is_secret(step) => *preview = None,
            EventKind::Approved { step, preview, .. } | EventKind::FieldsChosen { step, preview, .. }
                if self.is_secret(step) =>
            {
                let vault = self.journal.vault().ok_or_else(no_vault)?;
                *preview = vault.blind(preview).await?;
            }
            EventKind::RollbackConfirmed { plan, .. } => self.leave_values_out(plan),
            // Sealed, blinded or emptied before they are believed.
            EventKind::Intended { .. }
            | EventKind::AdoptedByHand { .. }
            | EventKind::NothingToChange { .. }
            | EventKind::Inspected { .. }
            | EventKind::LookedLate { .. }
            | EventKind::Reinspected { .. }
            | EventKind::Drifted { .. } => {}
            // These hold no image.
            EventKind::ChecksFinished { .. }
            | EventKind::ApprovalVoided { .. }
            | EventKind::Approved { .. }
            | EventKind::FieldsChosen { .. }
            | EventKind::RunOpened { .. }
            | EventKind::Unknown(_)
            | EventKind::Amended { .. }
            | EventKind::DriverStarted { .. }
            | EventKind::Resumed { .. }
            | EventKind::TakenOver { .. }
            | EventKind::JournalDoubted { .. }
            | EventKind::ChecksStarted { .. }
            | EventKind::Marked { .. }
            | EventKind::Answered { .. }
            | EventKind::Refused { .. }
            | EventKind::RefusalHeard { .. }
            | EventKind::Lost { .. }
            | EventKind::InSync { .. }
            | EventKind::VerifyProgress { .. }
            | EventKind::Verified { .. }
            | EventKind::VerificationExpired { .. }
            | EventKind::VerifyAgain { .. }
            | EventKind::UndoNotNeeded { .. }
            | EventKind::DoneWithoutEffect { .. }
            | EventKind::Attested { .. }
            | EventKind::Skipped { .. }
            | EventKind::Accepted { .. }
            | EventKind::Resolved { .. }
            | EventKind::Reopened { .. }
            | EventKind::DriftCleared { .. }
            | EventKind::Decided { .. }
            | EventKind::Held { .. }
            | EventKind::StopRequested { .. }
            | EventKind::Stopped
            | EventKind::Released { .. }
            | EventKind::RollbackItemDone { .. }
            | EventKind::RollbackHalted { .. }
            | EventKind::RollbackRetried { .. }
            | EventKind::RollbackAbandoned { .. }
            | EventKind::RollbackCompleted
            | EventKind::GateCheckStarted { .. }
            | EventKind::GateChecked { .. }
            | EventKind::GateDecided { .. }
            | EventKind::DecisionDue { .. }
            | EventKind::DeadlineExtended { .. }
            | EventKind::MonitorRead { .. } => {}
        }
        Ok(event)
    }

    fn leave_values_out(&self, plan: &mut RollbackPlan) {
        for item in &mut plan.items {
            if let (ItemKind::Undo { preview, restores }, Some(step)) = (&mut item.kind, &item.step)
                && self.is_secret(step)
            {
                (*preview, *restores) = (None, None);
            }
        }
    }
}

async fn sealed(vault: &dyn Vault, image: &Image) -> Result<Captured, NoKey> {
    let sealed = vault.seal(image).await?;
    Ok(Captured::Opened(Opened::new(image.clone(), sealed)))
}

async fn reseal(vault: &dyn Vault, captured: &mut Captured) -> Result<(), NoKey> {
    if let Captured::Clear(image) = captured {
        *captured = sealed(vault, image).await?;
    }
    Ok(())
}

/// That it is neither as before nor as after is kept; what it is instead is for the eyes only that
/// look now.
fn leave_values_out(finding: &mut Finding) {
    let hidden = || "sealed".to_owned();
    if let Finding::Partial { .. } | Finding::Other { .. } = finding {
        *finding = Finding::Partial {
            differences: vec![FieldDifference {
                field: "neither as before nor as after".to_owned(),
                found: hidden(),
                before: hidden(),
                after: hidden(),
            }],
        };
    }
}

/// Why a command is not accepted without the run's key.
pub(super) fn refused(step: &StepId, why: &NoKey) -> Rejection {
    Rejection::new(
        RejectionCode::Guard,
        format!("The image of step {step} must be sealed. {why}"),
        "Nothing was sent. Unlock the keychain, or give the run's recovery code with --recovery-code-file.",
    )
}
