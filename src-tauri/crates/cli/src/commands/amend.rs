//! `run amend`: another plan in the place of the run's, from a runbook that is read and checked first.

use serde_json::json;
use switchback_api::view::amendment_view;
use switchback_api::wire::{AmendmentView, ApiError};
use switchback_model::text::line as one_line;
use switchback_model::{Command, Digest};

use super::runbook::{lints, resolve};
use super::step::digest;
use crate::args::Amend;
use crate::exit;
use crate::host::{Cx, run_id};
use crate::session::driven;

/// Seconds that it may take; nothing is called.
const SOON: u64 = 60;

pub async fn run(cx: &Cx<'_>, ask: &Amend) -> Result<u8, ApiError> {
    let host = cx.host()?;
    let id = run_id(&ask.run)?;
    let run = host.load(&id).await?;
    let target = ask.target.as_deref().unwrap_or(run.plan.target.name.as_str());
    let plan = resolve(cx, &ask.runbook, target)?;
    for lint in lints(&ask.runbook, target) {
        cx.out.say(&format!(
            "lint: {}\n  fix: {}",
            one_line(&lint.to_string()),
            one_line(&lint.fix)
        ));
    }
    let seen: Option<Digest> = ask.preview.as_deref().map(digest).transpose()?;
    if ask.dry_run {
        let view = amendment_view(&run, &plan);
        cx.out.answer(&view, || text(&view));
        return blocked(&view, &ask.run).map_or(Ok(exit::OK), Err);
    }
    let view = driven(cx, &host, &id, false, SOON, async |session| {
        let view = amendment_view(session.run(), &plan);
        cx.out.say(&text(&view));
        let basis = match seen {
            Some(seen) => seen,
            None => digest(&view.digest)?,
        };
        let command = Command::Amend { plan: Box::new(plan) };
        session.submit(command, Some(basis), ask.reason.clone()).await?;
        Ok(view)
    })
    .await?;
    cx.out.answer(
        json!({ "run": id, "plan_digest": view.to, "amendment": view }),
        || format!("run {id}: plan {:.12}", view.to),
    );
    host.stop_closed_world().await;
    Ok(exit::OK)
}

/// What would refuse it, as an error.
fn blocked(view: &AmendmentView, run: &str) -> Option<ApiError> {
    let refused: Vec<&str> = view.changes.iter().filter_map(|c| c.refused.as_deref()).collect();
    let (message, hint) = match &view.not_now {
        Some(why) => (why.clone(), ""),
        None if refused.is_empty() => return None,
        None => (
            refused.join(" "),
            "Leave these as they are, or roll those steps back first.",
        ),
    };
    Some(ApiError::new("guard", message, hint, format!("run {run}")))
}

fn text(view: &AmendmentView) -> String {
    let mut text = String::new();
    for change in &view.changes {
        let line = match (change.kind.as_str(), &change.field) {
            ("added", _) => format!("+ {}", change.subject),
            ("removed", _) => format!("- {}", change.subject),
            (_, field) => format!(
                "~ {}: {}: {} → {}",
                change.subject,
                change.label.as_deref().or(field.as_deref()).unwrap_or_default(),
                shown(change.before.as_deref()),
                shown(change.after.as_deref()),
            ),
        };
        text.push_str(&one_line(&line));
        text.push('\n');
        if let Some(why) = &change.refused {
            text.push_str(&format!("  refused: {}\n", one_line(why)));
        }
    }
    if view.changes.is_empty() {
        text.push_str("Nothing differs.\n");
    }
    if !view.anew.is_empty() {
        text.push_str(&format!("Starts anew: {}\n", view.anew.join(", ")));
    }
    text.push_str(&format!(
        "plan {:.12} → {:.12}\ndigest {}\n",
        view.from, view.to, view.digest
    ));
    text
}

fn shown(value: Option<&str>) -> &str {
    value.filter(|value| !value.is_empty()).unwrap_or("nothing")
}
