//! The audit trail of look-ups: who looked, when, why, and how many were found; never at whom. It is
//! written before an answer is shown: what can't be recorded is not shown.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use switchback_journal::{Fingerprint, Trail};

use crate::wire::{ApiError, AuditRow, AuditView};

/// The file's name in the home.
pub(super) const FILE: &str = "lookups.log";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[serde(flatten)]
    pub did: Did,
    pub subject: Fingerprint,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub(super) enum Did {
    /// Somebody was looked for.
    Find {
        matched_by: String,
        pools: Vec<String>,
        matches: usize,
        verdict: String,
    },
    /// Everybody on a source list was looked for.
    Reconcile {
        pools: Vec<String>,
        rows: usize,
        complete: bool,
        revealed: bool,
    },
    /// One field of one account is about to be shown.
    Reveal { pool: String, field: String },
    /// The details of one account are about to be asked for.
    Detail { pool: String },
}

/// Adds an entry on a thread of its own: it waits for the disk.
pub(super) async fn record(trail: &Arc<Trail>, at: Timestamp, entry: Entry) -> Result<(), ApiError> {
    let trail = Arc::clone(trail);
    tokio::task::spawn_blocking(move || trail.append(at, &entry))
        .await
        .map_err(|_| ApiError::internal("Writing the audit trail was interrupted."))?
        .map_err(|error| ApiError {
            hint:
                "Nothing is shown that is not recorded. Free disk space or make the folder writable; a trail \
                   that was changed is set aside by renaming it."
                    .to_owned(),
            place: "the audit trail of look-ups".to_owned(),
            ..error.into()
        })?;
    Ok(())
}

/// Reads and verifies the trail; `limit` of the newest entries are told.
pub(super) fn view(trail: &Trail, limit: usize) -> Result<AuditView, ApiError> {
    let (links, end) = trail.read::<Entry>().map_err(|error| ApiError {
        hint: "Keep the file as it is, and tell whoever looks after audits.".to_owned(),
        place: "the audit trail of look-ups".to_owned(),
        ..error.into()
    })?;
    let rows = links.into_iter().rev().take(limit).map(|link| {
        let Entry {
            by,
            purpose,
            did,
            subject,
        } = link.entry;
        let mut row = AuditRow {
            seq: link.seq,
            at: link.at,
            by,
            purpose,
            did: String::new(),
            matched_by: None,
            field: None,
            subject: subject.hash,
            key: subject.key,
            pools: Vec::new(),
            matches: None,
            verdict: None,
        };
        match did {
            Did::Find {
                matched_by,
                pools,
                matches,
                verdict,
            } => {
                row.did = "find".to_owned();
                row.matched_by = Some(matched_by);
                row.pools = pools;
                row.matches = Some(matches);
                row.verdict = Some(verdict);
            }
            Did::Reconcile {
                pools,
                rows,
                complete,
                revealed,
            } => {
                row.did = "reconcile".to_owned();
                row.pools = pools;
                row.matches = Some(rows);
                row.verdict = Some(if complete { "complete" } else { "incomplete" }.to_owned());
                row.field = revealed.then(|| "email".to_owned());
            }
            Did::Reveal { pool, field } => {
                row.did = "reveal".to_owned();
                row.pools = vec![pool];
                row.field = Some(field);
            }
            Did::Detail { pool } => {
                row.did = "detail".to_owned();
                row.pools = vec![pool];
            }
        }
        row
    });
    Ok(AuditView {
        rows: rows.collect(),
        entries: end.entries,
        hash: end.hash,
    })
}
