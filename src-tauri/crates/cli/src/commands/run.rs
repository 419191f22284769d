//! `run`: open, list, show, and the commands about a whole run.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use switchback_api::host::{Claim, Host};
use switchback_api::view::{run_state, snapshot};
use switchback_api::wire::{ApiError, DriverLife, DriverView, RunSnapshot};
use switchback_engine::ports::Lease;
use switchback_engine::run::Run as Folded;
use switchback_journal::Life;
use switchback_model::Command;
use switchback_model::text::line;

use super::look::look;
use crate::args::{Run, Writing};
use crate::exit;
use crate::host::{Cx, run_id, step_id};
use crate::print::{moment, table};
use crate::session::driven;

mod document;
mod text;

pub use self::document::document;
pub use self::text::{deadline_line, text};

/// Seconds that a decision may take to be carried out; it is journalled at once.
const SOON: u64 = 60;

pub async fn run(cx: &Cx<'_>, command: Run) -> Result<u8, ApiError> {
    match command {
        Run::New { runbook, target } => super::open::run(cx, &runbook, &target),
        Run::List => list(cx).await,
        Run::Show { run, offline } => show(cx, &run, offline).await,
        Run::Status { run, offline } => status(cx, &run, offline).await,
        Run::Hold { run, reason } => submit(cx, &run, Command::Hold, Some(reason.reason), SOON).await,
        Run::Stop {
            run,
            reason,
            patience,
        } => submit(cx, &run, Command::Stop, reason, patience.timeout).await,
        Run::Resume {
            run,
            reason,
            patience,
        } => submit(cx, &run, Command::Resume, Some(reason.reason), patience.timeout).await,
        Run::Take {
            run,
            reason,
            patience,
        } => take(cx, &run, reason, patience.timeout).await,
        Run::Amend(ask) => super::amend::run(cx, &ask).await,
        Run::Adopt {
            run,
            step,
            reason,
            patience,
        } => adopt(cx, &run, &step, reason.reason, patience.timeout).await,
        Run::Sheet { run, out, writing } => sheet(cx, &run, out.as_deref(), writing).await,
    }
}

async fn list(cx: &Cx<'_>) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let runs = host.run_list()?;
    let mut documents = Vec::new();
    let mut states = Vec::new();
    for row in &runs {
        // A journal that can't be read is no reason to list nothing.
        let state = match host.load(&run_id(&row.run)?).await {
            Ok(run) => run_state(run.state),
            Err(_) => "unreadable",
        };
        let mut document = json!(row);
        document["state"] = json!(state);
        documents.push(document);
        states.push(state);
    }
    cx.out.answer(json!({ "runs": documents }), || {
        let rows = std::iter::zip(&runs, states)
            .map(|(row, state)| {
                vec![
                    row.run.clone(),
                    state.to_owned(),
                    moment(row.opened_at),
                    row.kind.clone(),
                    row.target.clone(),
                    row.title.clone(),
                ]
            })
            .collect();
        table(&["run", "state", "opened", "kind", "target", "title"], rows)
    });
    Ok(exit::OK)
}

async fn show(cx: &Cx<'_>, run: &str, offline: bool) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let run = host.load(&run_id(run)?).await?;
    let looked = look(&host, &run, &mut BTreeMap::new(), offline).await?;
    let run = &looked.run;
    let mut snapshot = snapshot(run, &looked.live, looked.now);
    snapshot.driver = driver(&host, run)?;
    if let Some(problem) = &looked.problem {
        cx.out.say(&format!(
            "Not looked at: {} {}",
            line(&problem.message),
            line(&problem.hint)
        ));
    }
    cx.out.answer(
        document(run, &snapshot, &looked.rules, looked.problem.as_ref()),
        || text(&snapshot, &looked.rules),
    );
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// The same text that the window copies.
async fn status(cx: &Cx<'_>, run: &str, offline: bool) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let run = host.load(&run_id(run)?).await?;
    let looked = look(&host, &run, &mut BTreeMap::new(), offline).await?;
    let snapshot = snapshot(&looked.run, &looked.live, looked.now);
    // What could not be looked at, the text says itself: as what can't be told.
    let document = json!({ "run": snapshot.run, "status": snapshot.status, "as_of": snapshot.now });
    cx.out.answer(document, || snapshot.status.clone());
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// Who holds the lease now; the journal alone tells who drove last.
pub fn driver(host: &Host, run: &Folded) -> Result<Option<DriverView>, ApiError> {
    let lease = host.store().holder(&run.id)?;
    let life = |lease: &Lease| match host.life(&run.id, lease) {
        Life::Ended => DriverLife::Ended,
        // One sign alone does not tell whether another follows.
        Life::Sign(_) => DriverLife::Unknown,
    };
    Ok(lease.map(|lease| DriverView {
        life: life(&lease),
        by: lease.holder.by.to_string(),
        host: lease.holder.host,
        pid: lease.holder.pid,
        ours: false,
        since: None,
        reason: None,
        silent_s: None,
    }))
}

async fn submit(
    cx: &Cx<'_>,
    run: &str,
    command: Command,
    reason: Option<String>,
    timeout_s: u64,
) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let snapshot = driven(cx, &host, &run_id(run)?, false, timeout_s, async |session| {
        session.submit(command, None, reason).await?;
        session.settle().await?;
        Ok(session.snapshot())
    })
    .await?;
    say_state(cx, &snapshot);
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn take(cx: &Cx<'_>, run: &str, reason: Option<String>, timeout_s: u64) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let claim = Claim::Person {
        by: cx.operator()?,
        reason,
    };
    let snapshot = driven(cx, &host, &id, claim, timeout_s, async |session| {
        session.settle().await?;
        Ok(session.snapshot())
    })
    .await?;
    say_state(cx, &snapshot);
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn adopt(cx: &Cx<'_>, run: &str, step: &str, reason: String, timeout_s: u64) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let step = driven(cx, &host, &run_id(run)?, false, timeout_s, async |session| {
        let step = step_id(session.run(), step)?;
        session
            .submit(Command::Adopt { step: step.clone() }, None, Some(reason))
            .await?;
        session.settle().await?;
        session.view(&step)
    })
    .await?;
    cx.out
        .answer(&step, || format!("{}: {}", step.id, step.state_words));
    host.stop_closed_world().await;
    Ok(exit::OK)
}

async fn sheet(cx: &Cx<'_>, run: &str, out: Option<&Path>, writing: Writing) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(run)?;
    let sheet = host.sheet(&id).await?;
    if let Some(error) = &sheet.blind {
        cx.out.say(&format!(
            "Not looked at: {} {}",
            line(&error.message),
            line(&error.hint)
        ));
    }
    let document = json!({
        "run": id,
        "made_at": sheet.made_at,
        "to_seq": sheet.to_seq,
        "file": out,
        "commands": sheet.commands,
        "sheet": sheet.text,
    });
    match out {
        None => cx.out.answer(document, || sheet.text.clone()),
        Some(file) => {
            host.keep_sheet(&id, &sheet, Some(writing.to(file))).await?;
            cx.out.answer(document, || file.display().to_string());
        }
    }
    host.stop_closed_world().await;
    Ok(exit::OK)
}

fn say_state(cx: &Cx<'_>, snapshot: &RunSnapshot) {
    let document = json!({
        "run": snapshot.run,
        "state": snapshot.state,
        "seq": snapshot.seq,
        "rollback_progress": snapshot.rollback,
        "steps": snapshot.phases.iter().flat_map(|p| &p.steps)
            .map(|s| json!({ "id": s.id, "state": s.state, "generation": s.generation })).collect::<Vec<_>>(),
    });
    cx.out
        .answer(document, || format!("run {}: {}", snapshot.run, snapshot.state));
}
