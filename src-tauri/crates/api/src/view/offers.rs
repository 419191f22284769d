//! What can be done with a step now. The same rule as the engine's: the button and the command
//! never disagree, because both ask `decide`.

use jiff::Timestamp;
use switchback_engine::decide::{Facts, decide, may_apply, may_choose_fields};
use switchback_engine::publish::unseen;
use switchback_engine::rejection::Rejection;
use switchback_engine::run::Run;
use switchback_engine::sign_in::{SignIn, outlives};
use switchback_model::{ActionSpec, Command, Operator, Resolution, Step, StepKind, StepState, Submission};

use crate::wire::Offer;

pub(super) fn offers(run: &Run, step: &Step, now: Timestamp, watching: Option<&str>) -> Vec<Offer> {
    let id = || step.id.clone();
    let state = run.steps[&step.id].state;
    let mut offers = Vec::new();
    let before_done = matches!(
        state,
        StepState::ToDo | StepState::Checking | StepState::Blocked | StepState::Ready | StepState::Failed
    );
    if matches!(step.kind, StepKind::Attest | StepKind::Notice) && before_done {
        offers.push(offer(
            run,
            Command::Attest { step: id() },
            "attest",
            match step.kind {
                StepKind::Notice => "Record what was told",
                StepKind::Attest | StepKind::Check | StepKind::Action => "Record that it is done",
            },
            true,
            now,
        ));
    } else if before_done {
        offers.push(Offer {
            command: "apply".to_owned(),
            label: match step.kind {
                // Its title says what should be, not what the button does.
                StepKind::Check => "Record that the checks pass".to_owned(),
                _ => step.title.clone(),
            },
            primary: true,
            needs_reason: false,
            refused: may_apply(run, &step.id, now).err().map(|r| said(&r)),
        });
    }
    let others = [
        (Command::Check { step: id() }, "check", "Check again"),
        (Command::Inspect { step: id() }, "inspect", "Look again"),
        (
            Command::Resolve {
                step: id(),
                as_: Resolution::After,
            },
            "resolve-after",
            "Record that it was applied",
        ),
        (
            Command::Resolve {
                step: id(),
                as_: Resolution::Before,
            },
            "resolve-before",
            "Record that it was not applied",
        ),
        (Command::Accept { step: id() }, "accept", "Accept as it is"),
        (
            Command::Resolve {
                step: id(),
                as_: Resolution::Keep,
            },
            "resolve-keep",
            "Keep what is there",
        ),
        // A publication that is due is left out by the names of what then stays unseen: the form asks for each.
        match unseen(run, &step.id) {
            unseen if unseen.is_empty() => (Command::Skip { step: id() }, "skip", "Skip this step"),
            unseen => (
                Command::SkipUnseen { step: id(), unseen },
                "skip",
                "Skip, and leave it unseen",
            ),
        },
        (Command::Reopen { step: id() }, "reopen", "Do this step again"),
    ];
    for (command, word, label) in others {
        let offer = offer(run, command, word, label, false, now);
        if offer.refused.is_none()
            && !(word == "inspect"
                && matches!(state, StepState::Done { .. } | StepState::Undone { .. })
                && !run.steps[&step.id].is_drifted_otherwise())
        {
            offers.push(offer);
        }
    }
    if may_choose_fields(run, &step.id).is_ok() {
        offers.push(Offer {
            command: "fields".to_owned(),
            label: "Decide field by field".to_owned(),
            primary: true,
            needs_reason: false,
            refused: None,
        });
    }
    let publishes = step.action.as_ref().is_some_and(ActionSpec::is_publication);
    if step.action.is_some() && !publishes && may_be_adopted(run, state) {
        // Whether what is there is what the step would leave is read when it is asked for.
        offers.push(Offer {
            command: "adopt".to_owned(),
            label: "It was done by hand: take it over".to_owned(),
            primary: false,
            needs_reason: true,
            refused: None,
        });
    }
    if let Some(why) = watching {
        for offer in &mut offers {
            offer.refused = Some(why.to_owned());
        }
    }
    offers
}

/// The checks that may be read and recorded together now, this step first: none where there are not two, or where
/// the command would be refused.
pub(super) fn together(run: &Run, step: &Step, now: Timestamp, watching: Option<&str>) -> Vec<String> {
    let steps = switchback_engine::together::together(run, &step.id);
    if watching.is_some() || steps.len() < 2 {
        return Vec::new();
    }
    let ids = steps.iter().map(ToString::to_string).collect();
    let asked = Command::RecordChecks { steps };
    match offer(run, asked, "record-checks", "", false, now).refused {
        None => ids,
        Some(_) => Vec::new(),
    }
}

/// Whether a person may ask to take over what is there; the answer needs a look at the world.
fn may_be_adopted(run: &Run, state: StepState) -> bool {
    !run.rollback_active()
        && matches!(
            state,
            StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed | StepState::Skipped
        )
}

/// A step that would outlive the sign-in is refused, and offered once more with that overridden by
/// name.
pub(super) fn sign_in(offers: &mut Vec<Offer>, step: &Step, sign_in: Option<&SignIn>, now: Timestamp) {
    let Some(refused) = outlives(step, sign_in, &[], now) else {
        return;
    };
    let free = |offer: &&mut Offer| offer.command == "apply" && offer.refused.is_none();
    let Some(apply) = offers.iter_mut().find(free) else {
        return;
    };
    apply.refused = Some(refused.to_string());
    offers.push(Offer {
        command: "apply-overriding".to_owned(),
        label: "Override the sign-in".to_owned(),
        primary: false,
        needs_reason: true,
        refused: None,
    });
}

/// A refusal beside its button. Lines of Terraform stand with the check that they mend, where they can be
/// read.
fn said(refusal: &Rejection) -> String {
    match refusal.hint.contains('\n') {
        true => format!("{} Mend it as is said there, then check again.", refusal.message),
        false => refusal.to_string(),
    }
}

fn offer(run: &Run, command: Command, word: &str, label: &str, primary: bool, now: Timestamp) -> Offer {
    let needs_reason = !matches!(command, Command::Check { .. } | Command::Inspect { .. });
    let trial = Submission {
        command,
        basis: None,
        by: Operator::new("offer").expect("a plain word is an operator name"),
        reason: Some("offer".to_owned()),
    };
    Offer {
        command: word.to_owned(),
        label: label.to_owned(),
        primary,
        needs_reason,
        refused: decide(run, &trial, now, &Facts::default())
            .err()
            .map(|r| r.to_string()),
    }
}
