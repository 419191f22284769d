//! `step resolve`: a doubt, or somebody else's change; as a whole or field by field.

use switchback_api::host::Host;
use switchback_api::view::field_plan_view;
use switchback_api::wire::{ApiError, FieldPlanView, StepView};
use switchback_model::text::line;
use switchback_model::{
    CheckId, Command, Digest, FieldChoices, Resolution, RollbackScope, StepId, StepState,
};

use super::super::rollback;
use super::{decide, digest, document};
use crate::args::{As, How, OfRun};
use crate::exit;
use crate::host::{Cx, confirmed, run_id, step_id};
use crate::print::{self, table};
use crate::session::driven;

pub(super) async fn resolve(
    cx: &Cx<'_>,
    host: &Host,
    of: &OfRun,
    ask: How,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let as_ = match &ask.how[..] {
        [As::Before] => Resolution::Before,
        [As::After] => Resolution::After,
        [As::Keep] => Resolution::Keep,
        [As::Restore] => {
            // What it restores is shown first, and runs with the target's name.
            let run = host.load(&run_id(&of.run)?).await?;
            let step = step_id(&run, &of.step)?;
            cx.out
                .say("Restoring is a rollback of this step: this is its plan. Run it with `switchback rollback --step`.");
            return rollback::show(cx, host, &run.id, &RollbackScope::Step(step)).await;
        }
        how => {
            let choices = choices(how)?;
            return fields(cx, host, of, ask, choices, timeout_s).await;
        }
    };
    if ask.confirm.is_some() || ask.preview.is_some() || !ask.overrides.is_empty() {
        return Err(exit::usage(
            "--confirm, --preview and --override are for a choice by fields.",
            "Leave them out: nothing is written by this.",
        ));
    }
    let reason = needed(ask.reason)?;
    decide(
        cx,
        host,
        of,
        |step| Command::Resolve { step, as_ },
        Some(reason),
        timeout_s,
    )
    .await
}

fn choices(how: &[As]) -> Result<FieldChoices, ApiError> {
    let mut choices = FieldChoices::new();
    for one in how {
        let As::Field(field, choice) = one else {
            return Err(exit::usage(
                "A step is resolved as a whole or by its fields, not both.",
                "Give --as once, or --as FIELD=keep|restore for each field.",
            ));
        };
        if choices
            .insert(field.clone(), *choice)
            .is_some_and(|before| before != *choice)
        {
            return Err(exit::usage(
                format!("The field {field} is both kept and restored."),
                "Give each field once.",
            ));
        }
    }
    Ok(choices)
}

fn needed(reason: Option<String>) -> Result<String, ApiError> {
    reason.ok_or_else(|| exit::usage("A reason is needed: it is recorded.", "Give --reason TEXT."))
}

/// Shows the three images and the exact change; with the target's name, writes it.
async fn fields(
    cx: &Cx<'_>,
    host: &Host,
    of: &OfRun,
    ask: How,
    choices: FieldChoices,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let id = run_id(&of.run)?;
    let run = host.load(&id).await?;
    let step = step_id(&run, &of.step)?;
    if ask.confirm.is_none() {
        let view = host.field_plan(&id, &step, &choices).await?;
        cx.out.answer(&view, || text(&view));
        return Ok(exit::OK);
    }
    confirmed(&run, ask.confirm.as_deref())?;
    let reason = needed(ask.reason)?;
    let seen: Option<Digest> = ask.preview.as_deref().map(digest).transpose()?;
    let overrides = ask
        .overrides
        .iter()
        .map(CheckId::new)
        .collect::<Result<Vec<_>, _>>()?;
    let (view, state) = driven(cx, host, &id, false, timeout_s, async |session| {
        session.settle().await?;
        let plan = session.driver().plan_fields(&step, &choices).await?;
        let shown = field_plan_view(session.run(), &step, &plan, session.now());
        cx.out.say(&text(&shown));
        let preview = plan.preview.as_ref();
        let now = preview.map(|preview| session.run().basis_of_preview(&step, preview));
        let command = Command::ResolveFields {
            step: step.clone(),
            fields: choices,
            overrides,
        };
        session.submit(command, seen.or(now), Some(reason)).await?;
        session.settle().await?;
        Ok((session.view(&step)?, session.step(&step)?.state))
    })
    .await?;
    cx.out.answer(document(id.as_str(), &view), || {
        format!("{}: {} {}", view.id, view.state_words, line(&view.note))
    });
    ended(&view, &step, state).map(|()| exit::OK)
}

/// What became of it, as an error where it is not resolved.
fn ended(view: &StepView, step: &StepId, state: StepState) -> Result<(), ApiError> {
    let (code, hint) = match state {
        StepState::Done { .. } | StepState::Undone { .. } => return Ok(()),
        StepState::Foreign | StepState::UndoForeign => ("guard", "Look at it again, then choose again."),
        _ => (
            "unknown",
            "`switchback run show` tells what is known; then inspect, accept or roll back.",
        ),
    };
    Err(ApiError::new(
        code,
        format!("{}. {}", view.state_words, view.note),
        hint,
        format!("step {step}"),
    ))
}

fn text(plan: &FieldPlanView) -> String {
    let rows = plan
        .rows
        .iter()
        .map(|row| {
            let choice = match (&row.choice, row.differs) {
                (Some(choice), true) => choice.as_str(),
                (None, true) => "to choose",
                (_, false) => "as before",
            };
            vec![
                row.field.clone(),
                row.before.clone(),
                row.ours.clone(),
                row.found.clone(),
                choice.to_owned(),
            ]
        })
        .collect();
    let mut text = table(&["field", "before", "ours", "found", "choice"], rows);
    text.push('\n');
    if !plan.undecided.is_empty() {
        text.push_str(&format!(
            "\nTo choose: {}, each with --as FIELD=keep or --as FIELD=restore.\n",
            plan.undecided.join(", ")
        ));
    }
    if let Some(preview) = &plan.preview {
        text.push_str(&format!("\n{}", print::preview(preview)));
    }
    if !plan.preconditions.is_empty() {
        text.push_str(&format!("\n{}\n", print::readings(&plan.preconditions)));
    }
    if !plan.unproven.is_empty() {
        let flags: Vec<String> = plan.unproven.iter().map(|c| format!("--override {c}")).collect();
        text.push_str(&format!(
            "\nNot proven: {}. To go on all the same: {}.\n",
            plan.unproven.join(", "),
            flags.join(" ")
        ));
    }
    if let (Some(ends), Some(preview)) = (&plan.ends, &plan.preview) {
        text.push_str(&format!("\n{ends}\ndigest {}\n", preview.digest));
    }
    text
}
