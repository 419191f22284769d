//! `decide`: the decisions of a runbook.

use serde_json::json;
use switchback_api::wire::ApiError;
use switchback_model::{Command, DecisionId};

use crate::args::Decide;
use crate::exit;
use crate::host::{Cx, run_id};
use crate::print::table;
use crate::session::driven;

pub async fn run(cx: &Cx<'_>, ask: Decide) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(&ask.run)?;
    let snapshot = match (ask.decision, ask.value) {
        (Some(decision), Some(value)) if !ask.list => {
            let command = Command::Decide {
                decision: DecisionId::new(decision)?,
                value,
            };
            let snapshot = driven(cx, &host, &id, false, 60, async |session| {
                session.submit(command, None, ask.reason).await?;
                Ok(session.snapshot())
            })
            .await?;
            host.stop_closed_world().await;
            snapshot
        }
        _ => host.run_snapshot(&id).await?,
    };
    let document = json!({ "run": snapshot.run, "decisions": snapshot.decisions });
    cx.out.answer(document, || {
        let rows = snapshot
            .decisions
            .iter()
            .map(|decision| {
                vec![
                    decision.id.clone(),
                    decision.value.clone().unwrap_or_else(|| "undecided".to_owned()),
                    decision.by.clone().unwrap_or_default(),
                    decision.question.clone(),
                    decision.blocks.join(", "),
                ]
            })
            .collect();
        table(&["decision", "value", "by", "question", "blocks"], rows)
    });
    Ok(exit::OK)
}
