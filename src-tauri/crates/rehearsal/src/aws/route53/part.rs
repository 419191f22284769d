//! What Route 53 keeps: the zone over time, and the changes that made it so.

use serde::{Deserialize, Serialize};

use crate::faults::Fault;
use crate::records::RecordSet;
use crate::seed;

/// A batch that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub id: String,
    pub comment: Option<String>,
    pub submitted_ms: i64,
    pub insync_ms: i64,
}

impl Change {
    pub(crate) fn status(&self, now_ms: i64) -> &'static str {
        if now_ms >= self.insync_ms {
            "INSYNC"
        } else {
            "PENDING"
        }
    }
}

/// The zone as it was from one commit to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    pub at_ms: i64,
    pub insync_ms: i64,
    pub records: Vec<RecordSet>,
}

/// What Route 53 keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Route53 {
    /// World milliseconds from a commit to INSYNC where no fault says otherwise.
    insync_delay_ms: i64,
    /// Oldest first, never empty; older versions than any server can serve are forgotten.
    pub versions: Vec<Version>,
    pub changes: Vec<Change>,
}

impl Route53 {
    /// Without records: those come with the seeds.
    pub(crate) fn new(insync_delay_ms: i64) -> Self {
        Self {
            insync_delay_ms,
            versions: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// The zone as at the beginning of a world.
    pub(crate) fn seed(&mut self, now_ms: i64) {
        self.versions = vec![Version {
            at_ms: now_ms,
            insync_ms: now_ms,
            records: seed::records(),
        }];
        self.changes.clear();
    }

    /// The record sets as Route 53's own interface shows them: the last commit, INSYNC or not.
    pub(crate) fn records(&self) -> &[RecordSet] {
        self.versions.last().map_or(&[], |v| &v.records)
    }

    /// The version that authoritative server `index` of `count` serves at a moment. Each server picks
    /// a change up at its own moment between the commit and INSYNC; by INSYNC all serve it.
    pub(crate) fn served(&self, index: usize, count: usize, now_ms: i64) -> usize {
        let share = |v: &Version| {
            let span = v.insync_ms.saturating_sub(v.at_ms);
            let step = i64::try_from(index + 1).unwrap_or(1);
            let steps = i64::try_from(count.max(1)).unwrap_or(1);
            v.at_ms.saturating_add(span.saturating_mul(step) / steps)
        };
        self.versions
            .iter()
            .rposition(|v| share(v) <= now_ms)
            .unwrap_or(0)
    }

    /// Keeps a change and the zone that it made.
    pub(super) fn push(&mut self, change: &Change, records: Vec<RecordSet>) {
        // A version is needed until a later one is served by every server.
        let now = change.submitted_ms;
        if let Some(settled) = self.versions.iter().rposition(|v| v.insync_ms <= now) {
            self.versions.drain(..settled);
        }
        self.versions.push(Version {
            at_ms: now,
            insync_ms: change.insync_ms,
            records,
        });
        self.changes.push(change.clone());
    }

    /// World milliseconds from a commit to INSYNC.
    pub(super) fn insync_delay_ms(&self, faults: &[Fault]) -> i64 {
        faults
            .iter()
            .find_map(|f| match f {
                Fault::InsyncSlow { seconds } => i64::try_from(seconds.saturating_mul(1_000)).ok(),
                _ => None,
            })
            .unwrap_or(self.insync_delay_ms)
    }
}
