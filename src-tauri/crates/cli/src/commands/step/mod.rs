//! `step`: check, preview, apply, and people's decisions about one step.

mod apply;
mod checked;
mod record;
mod resolve;

use serde_json::{Value, json};
use switchback_api::host::Host;
use switchback_api::wire::{ApiError, StepView};
use switchback_model::text::line;
use switchback_model::{CheckId, Command, Digest, Reversibility, StepId};

use self::apply::{Ask, apply};
use self::checked::{checked, looked};
use self::record::record;
use self::resolve::resolve;
use crate::args::{OfRun, Step};
use crate::exit;
use crate::host::{Cx, run_id, step_id};
use crate::print;
use crate::session::driven;

/// Seconds that checks may take.
const CHECKS: u64 = 120;

pub async fn run(cx: &Cx<'_>, command: Step) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let outcome = match command {
        Step::Check { of } => check(cx, &host, &of).await,
        Step::Preview { of } => preview(cx, &host, &of).await,
        Step::Apply {
            of,
            confirm,
            preview,
            overrides,
            reason,
            patience,
        } => {
            let overrides = overrides.iter().map(CheckId::new).collect::<Result<_, _>>()?;
            let ask = Ask {
                confirm,
                preview,
                overrides,
                reason,
                timeout_s: patience.timeout,
            };
            apply(cx, &host, &of, ask).await
        }
        Step::Record { run, upto, patience } => {
            record(cx, &host, &run, upto.as_deref(), patience.timeout).await
        }
        Step::Attest { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Attest { step },
                Some(reason),
                CHECKS,
            )
            .await
        }
        Step::Skip { of, unseen, reason } => {
            let unseen = unseen
                .iter()
                .map(StepId::new)
                .collect::<Result<Vec<_>, _>>()
                .map_err(ApiError::from)?;
            decide(
                cx,
                &host,
                &of,
                move |step| match unseen.is_empty() {
                    true => Command::Skip { step },
                    false => Command::SkipUnseen { step, unseen },
                },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Accept { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Accept { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Reopen { of, reason } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Reopen { step },
                Some(reason.reason),
                CHECKS,
            )
            .await
        }
        Step::Inspect { of, patience } => {
            decide(
                cx,
                &host,
                &of,
                |step| Command::Inspect { step },
                None,
                patience.timeout,
            )
            .await
        }
        Step::Resolve { of, how, patience } => resolve(cx, &host, &of, how, patience.timeout).await,
    };
    host.stop_closed_world().await;
    outcome
}

async fn check(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<u8, ApiError> {
    let checked = checked(cx, host, of).await?;
    let document = json!({
        "run": checked.run,
        "step": checked.step,
        "state": checked.state,
        "ready": checked.ready,
        "refused": checked.refused,
        "checks": checked.readings,
        "undo_checks": checked.undo_readings,
        "preview_digest": checked.preview.as_ref().map(|p| &p.digest),
        "problem": checked.problem,
        "recorded": checked.recorded,
    });
    cx.out.answer(document, || {
        let mut text = print::readings(&checked.readings);
        if !checked.undo_readings.is_empty() {
            text.push_str(&format!(
                "\n\nFor the way back\n{}",
                print::readings(&checked.undo_readings)
            ));
        }
        if checked.ready {
            text.push_str("\n\nReady.");
        }
        if let Some(refused) = &checked.refused {
            text.push_str(&format!(" Not to be applied yet: {}", line(refused)));
        }
        text
    });
    checked.error().map_or(Ok(exit::OK), Err)
}

async fn preview(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<u8, ApiError> {
    let checked = match checked(cx, host, of).await {
        // A step that is done or under way has no checks to run; its object can be looked at.
        Err(error) if error.code == "rejected" => looked(host, &run_id(&of.run)?, &of.step).await?,
        other => other?,
    };
    let run = host.load(&checked.run).await?;
    let reversibility = run
        .plan
        .step(&checked.step)
        .map(|step| step.reversibility.clone());
    let loses = run
        .plan
        .step(&checked.step)
        .map(|step| step.undo_loses.clone())
        .unwrap_or_default();
    if let Some(problem) = &checked.problem {
        let error = checked.error();
        return Err(
            error.unwrap_or_else(|| ApiError::new("unknown", &problem.message, "Check again.", "the step"))
        );
    }
    let has_action = run
        .plan
        .step(&checked.step)
        .is_some_and(|step| step.action.is_some());
    let words = match &reversibility {
        Some(Reversibility::Manual { words }) => Some(words.clone()),
        Some(Reversibility::Correct { notice }) => Some(notice.clone()),
        _ => None,
    };
    let document = json!({
        "run": checked.run,
        "step": checked.step,
        "target": run.plan.target.name,
        "digest": checked.preview.as_ref().map(|p| &p.digest),
        "changes": checked.preview.as_ref().map(|p| json!(p.changes)).unwrap_or_else(|| json!([])),
        "calls": checked.preview.as_ref().map(|p| json!(p.calls)).unwrap_or_else(|| json!([])),
        "undo": {
            "reversibility": reversibility.as_ref().map(super::plan::reversibility),
            "words": words,
            "digest": checked.undo.as_ref().map(|p| &p.digest),
            "changes": checked.undo.as_ref().map(|p| json!(p.changes)).unwrap_or_else(|| json!([])),
            "calls": checked.undo.as_ref().map(|p| json!(p.calls)).unwrap_or_else(|| json!([])),
            "loses": loses,
        },
        "ready": checked.ready,
        "checks": checked.readings,
        "undo_checks": checked.undo_readings,
        "recorded": checked.recorded,
    });
    cx.out.answer(document, || {
        let mut text = match &checked.preview {
            Some(preview) => format!("{}digest {}\n", print::preview(preview), preview.digest),
            None if has_action => "The change could not be built.\n".to_owned(),
            None => "This step changes nothing in AWS.\n".to_owned(),
        };
        if let Some(undo) = &checked.undo {
            text.push_str(&format!("\nWay back\n{}", print::preview(undo)));
        }
        if let Some(words) = &words {
            text.push_str(&format!("\nWay back, by hand: {}\n", line(words)));
        }
        if !checked.ready {
            text.push_str("\nNot ready: `switchback step check` tells why.\n");
        }
        text
    });
    Ok(exit::OK)
}

/// What became of a step, as each command about one answers it.
fn document(run: &str, view: &StepView) -> Value {
    json!({
        "run": run,
        "step": view.id,
        "state": view.state,
        "state_words": view.state_words,
        "note": view.note,
        "generation": view.generation,
        "attempts": view.attempts,
    })
}

/// A digest as typed.
pub fn digest(text: &str) -> Result<Digest, ApiError> {
    text.trim().parse().map_err(|error| {
        exit::usage(
            format!("{text:?} is no digest: {error}."),
            "Copy it whole from the preview.",
        )
    })
}

async fn decide(
    cx: &Cx<'_>,
    host: &Host,
    of: &OfRun,
    command: impl FnOnce(StepId) -> Command,
    reason: Option<String>,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let view = driven(cx, host, &run_id(&of.run)?, false, timeout_s, async |session| {
        let step = step_id(session.run(), &of.step)?;
        let command = command(step.clone());
        let looks = matches!(command, Command::Inspect { .. });
        session.submit(command, None, reason).await?;
        session.settle().await?;
        if looks {
            session.note_drifts().await?;
        }
        session.view(&step)
    })
    .await?;
    let mut document = document(&of.run, &view);
    document["drifted"] = json!(view.drifted);
    cx.out.answer(document, || match &view.drifted {
        Some(drifted) => format!("{}: {}. {}", view.id, view.state_words, line(drifted)),
        None => format!("{}: {}", view.id, view.state_words),
    });
    Ok(exit::OK)
}
