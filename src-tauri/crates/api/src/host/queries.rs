//! What a host is asked without anything being changed by it.

use std::sync::Arc;

use switchback_model::RunId;

use super::{Core, Host};
use crate::view::{Live, event_view, rollback_plan_view, scope_model, snapshot};
use crate::wire::{ApiError, AppInfo, JournalPage, Lead, RollbackPlanView, RunRow, RunSnapshot, ScopeView};

impl Core {
    /// All runs, newest first.
    pub fn run_list(&self) -> Result<Vec<RunRow>, ApiError> {
        let mut rows: Vec<RunRow> = self
            .store
            .runs()?
            .into_iter()
            .map(|row| RunRow {
                run: row.id.to_string(),
                title: row.title,
                target: row.target,
                kind: kind_of(&row.banner).to_owned(),
                opened_at: row.opened_at,
                standing: self.standing(&row.id, row.head_seq),
            })
            .collect();
        rows.reverse();
        Ok(rows)
    }

    /// Whether this home has that run.
    pub fn has_run(&self, id: &RunId) -> Result<bool, ApiError> {
        Ok(self.store.runs()?.iter().any(|row| row.id == *id))
    }

    /// What the window knows at its start: the run that it shows, and the page of it that was asked for. Where no run
    /// was named, it shows the one that was interrupted.
    pub fn app_info(&self, run: Option<&RunId>, lead: Option<Lead>) -> Result<AppInfo, ApiError> {
        let opening = match run {
            Some(_) => None,
            None => self.opening()?,
        };
        let (found, there, interrupted) = match opening {
            Some(opening) => (Some(opening.run), Some(opening.lead), Some(opening.interrupted)),
            None => (None, None, None),
        };
        Ok(AppInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            operator: self.options.operator.to_string(),
            run: run.or(found.as_ref()).map(ToString::to_string),
            lead: lead.or(there),
            interrupted,
            runs: self.run_list()?,
        })
    }

    /// A page of a run's journal.
    pub async fn journal_page(
        &self,
        id: &RunId,
        after_seq: u64,
        limit: usize,
    ) -> Result<JournalPage, ApiError> {
        let limit = limit.clamp(1, 1000);
        let store = self.store.clone();
        let id = id.clone();
        tokio::task::spawn_blocking(move || {
            let events = store.read_page(&id, after_seq, limit)?;
            let head = store
                .runs()?
                .into_iter()
                .find(|row| row.id == id)
                .map_or(0, |row| row.head_seq);
            Ok(JournalPage {
                events: events.iter().map(event_view).collect(),
                head,
            })
        })
        .await
        .map_err(|_| ApiError::internal("reading the journal was interrupted"))?
    }
}

impl Host {
    /// A run as it is now: live where this program drives it, else from the journal.
    pub async fn run_snapshot(&self, id: &RunId) -> Result<RunSnapshot, ApiError> {
        if let Some(seated) = self.seated_snapshot(id).await {
            return Ok(seated);
        }
        if let Some(open) = self.open.lock().await.get(id) {
            return Ok((**open.actor.snapshots().borrow()).clone());
        }
        let run = self.load(id).await?;
        let clock = self.clock_of(run.plan.target.kind);
        let live = Live {
            mirror: Some(self.mirror(id)),
            ..Live::default()
        };
        Ok(snapshot(&run, &live, clock.now()))
    }

    /// The plan of a rollback, from a fresh look at the world. Needs no lease: blindness or a
    /// foreign driver never hides the way back.
    pub async fn rollback_plan(&self, id: &RunId, scope: &ScopeView) -> Result<RollbackPlanView, ApiError> {
        let scope = scope_model(scope)?;
        let known = self.known(id).await;
        let actor = self.open.lock().await.get(id).map(|open| open.actor.clone());
        if let Some(actor) = actor {
            return actor.rollback_plan(&scope, &known).await;
        }
        let (run, world, clock) = match self.watched(id).await {
            Some(watched) => (watched.run, watched.world, watched.clock),
            None => {
                let run = self.load(id).await?;
                let around = self.surroundings(&run).await?;
                (Arc::new(run), around.world, around.clock)
            }
        };
        let (plan, preconditions) =
            switchback_engine::driver::plan_rollback(&run, &*world, clock.now(), &scope).await?;
        Ok(rollback_plan_view(
            &run,
            &plan,
            &preconditions,
            &known,
            clock.now(),
        ))
    }
}

/// The kind of a target from its banner word, as the wire spells it.
pub(crate) fn kind_of(banner: &str) -> &'static str {
    match banner {
        "REHEARSAL" => "rehearsal",
        "TEST" => "test",
        "PREPROD" => "preproduction",
        _ => "production",
    }
}
