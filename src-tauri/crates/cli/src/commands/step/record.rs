//! `step record`: reads checks that nobody has to attend, one after the other, and records those that pass.

use serde_json::json;
use switchback_api::host::Host;
use switchback_api::wire::{ApiError, StepView};
use switchback_engine::chosen::is_left_out;
use switchback_engine::run::Run;
use switchback_engine::together::together;
use switchback_model::{Command, StepId, StepState};

use super::checked::checked_of;
use super::document;
use crate::exit;
use crate::host::{Cx, run_id, step_id};
use crate::session::{Session, driven, verdict};

pub(super) async fn record(
    cx: &Cx<'_>,
    host: &Host,
    run: &str,
    upto: Option<&str>,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let (views, stopped) = driven(cx, host, &run_id(run)?, false, timeout_s, async |session| {
        session.settle().await?;
        let upto = upto.map(|step| step_id(session.run(), step)).transpose()?;
        let steps = row(session.run(), upto.as_ref())?;
        let command = Command::RecordChecks { steps: steps.clone() };
        session.submit(command, None, None).await?;
        session.settle().await?;
        let views: Vec<StepView> = steps
            .iter()
            .map(|step| session.view(step))
            .collect::<Result<_, _>>()?;
        let open = steps.iter().zip(&views).find(|(_, view)| view.state != "done");
        let stopped = open.map(|(step, view)| why(session, step, view)).transpose()?;
        Ok((views, stopped))
    })
    .await?;
    let recorded = views.iter().filter(|view| view.state == "done");
    let document = json!({
        "run": run,
        "recorded": recorded.map(|view| &view.id).collect::<Vec<_>>(),
        "stopped_at": views.iter().find(|view| view.state != "done").map(|view| &view.id),
        "steps": views.iter().map(|view| document(run, view)).collect::<Vec<_>>(),
    });
    cx.out.answer(document, || {
        let lines = views
            .iter()
            .map(|view| format!("{}: {}", view.id, view.state_words));
        lines.collect::<Vec<_>>().join("\n")
    });
    stopped.map_or(Ok(exit::OK), Err)
}

/// From the step at which the run stands up to the one that was named, else as far as the row goes. Whether it is
/// a row, the engine says.
fn row(run: &Run, upto: Option<&StepId>) -> Result<Vec<StepId>, ApiError> {
    let open = |id: &StepId| {
        let state = run.steps.get(id).map(|step| step.state);
        !matches!(state, Some(StepState::Done { .. } | StepState::Skipped)) && !is_left_out(run, id)
    };
    let steps: Vec<&StepId> = run.plan.steps().map(|step| &step.id).collect();
    let Some(current) = steps.iter().position(|id| open(id)) else {
        return Err(ApiError::new(
            "rejected",
            "Every step of this run is finished.",
            "There is no check left to record.",
            format!("run {}", run.id),
        ));
    };
    let Some(upto) = upto else {
        let row = together(run, steps[current]);
        return Ok(match row.is_empty() {
            true => vec![steps[current].clone()],
            false => row,
        });
    };
    let end = steps.iter().position(|id| *id == upto).unwrap_or(current);
    if end < current {
        return Ok(vec![upto.clone()]);
    }
    let row = steps[current..=end].iter().filter(|id| open(id));
    Ok(row.map(|id| (*id).clone()).collect())
}

/// Why this check was not recorded.
fn why(session: &Session<'_>, id: &StepId, view: &StepView) -> Result<ApiError, ApiError> {
    let state = session.step(id)?;
    if let Some(checks) = state
        .checks
        .as_ref()
        .filter(|_| state.state == StepState::Blocked)
    {
        let checked = checked_of(session.run(), id, checks, false, None, session.now(), true)?;
        if let Some(error) = checked.error() {
            return Ok(error);
        }
    }
    match verdict(session.run(), view, state.state) {
        Err(error) => Ok(error),
        Ok(()) => Err(ApiError::internal(format!("step {id} is done after all"))),
    }
}
