//! `deadline`: a person moves the deadline of a rollback rule. Nothing acts on a deadline.

use serde_json::json;
use switchback_api::wire::ApiError;
use switchback_model::plan::Rule;
use switchback_model::{Command, RuleId};

use super::run::deadline_line;
use crate::args::Deadline;
use crate::exit;
use crate::host::{Cx, run_id};
use crate::session::driven;

/// Real seconds for the look at the trigger and the decision.
const SOON: u64 = 60;

pub async fn run(cx: &Cx<'_>, command: Deadline) -> Result<u8, ApiError> {
    let Deadline::Extend {
        run,
        rule,
        minutes,
        reason,
    } = command;
    let host = cx.host()?;
    let rule = RuleId::new(rule)?;
    let snapshot = driven(cx, &host, &run_id(&run)?, false, SOON, async |session| {
        // Where no window drives the run, nobody has written down that the trigger fails.
        let named = session.run().plan.rule(&rule);
        let triggers: Vec<_> = named.into_iter().flat_map(Rule::triggers).cloned().collect();
        for trigger in triggers {
            session.look_at_monitor(&trigger).await?;
        }
        let command = Command::ExtendDeadline {
            rule: rule.clone(),
            minutes,
        };
        session.submit(command, None, Some(reason.reason)).await?;
        Ok(session.snapshot())
    })
    .await?;
    host.stop_closed_world().await;
    let deadline = snapshot
        .deadlines
        .iter()
        .find(|deadline| deadline.rule.as_deref() == Some(rule.as_str()));
    let document = json!({ "run": snapshot.run, "deadline": deadline });
    cx.out
        .answer(document, || deadline.map(deadline_line).unwrap_or_default());
    Ok(exit::OK)
}
