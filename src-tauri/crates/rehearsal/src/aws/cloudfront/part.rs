//! What CloudFront keeps: the invalidations of its distributions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::seed::{DISTRIBUTION, Row, drops_after_ms, rows};
use super::show;
use crate::aws::AwsError;
use crate::faults::Fault;
use crate::reval::{EDGES, Reval};
use crate::snapshot::{DistributionView, InvalidationView};

/// What CloudFront keeps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CloudFront {
    /// Oldest first.
    pub(super) invalidations: Vec<Invalidation>,
}

/// An invalidation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Invalidation {
    /// The id of its distribution. There was one only before there were two.
    #[serde(default = "the_first")]
    pub of: String,
    pub id: String,
    pub reference: String,
    pub paths: Vec<String>,
    pub created_ms: i64,
    /// Which edges are done with it.
    pub done: [bool; EDGES],
}

fn the_first() -> String {
    DISTRIBUTION.to_owned()
}

impl Invalidation {
    /// Whether every edge is done.
    pub(super) fn is_completed(&self) -> bool {
        self.done.iter().all(|done| *done)
    }

    /// `InProgress` or `Completed`.
    pub(super) fn status(&self) -> &'static str {
        match self.is_completed() {
            true => "Completed",
            false => "InProgress",
        }
    }
}

impl CloudFront {
    /// Lets the edges drop by a moment what they should have dropped by then. Only Reval's keep copies here.
    pub(crate) fn settle(&mut self, now_ms: i64, faults: &[Fault], reval: &mut Reval) {
        let stuck = faults.contains(&Fault::InvalidationStuck);
        let stale = faults.contains(&Fault::EdgeStale);
        for invalidation in &mut self.invalidations {
            let Invalidation {
                of,
                paths,
                created_ms,
                done,
                ..
            } = invalidation;
            for (edge, done) in done.iter_mut().enumerate().filter(|(_, done)| !**done) {
                let is_last = edge + 1 == EDGES;
                let due = created_ms.saturating_add(drops_after_ms(edge));
                if now_ms < due || (stuck && is_last) {
                    continue;
                }
                if of == DISTRIBUTION && !(stale && is_last) {
                    reval.forget(edge, paths);
                }
                *done = true;
            }
        }
    }

    /// How many of a distribution are in progress.
    pub(super) fn in_progress(&self, row: &Row) -> usize {
        self.running(row).count()
    }

    /// The invalidations of a distribution, oldest first.
    pub(super) fn all(&self, row: &Row) -> impl DoubleEndedIterator<Item = &Invalidation> {
        self.invalidations.iter().filter(|one| one.of == row.id)
    }

    /// Those of a distribution that are in progress.
    pub(super) fn running(&self, row: &Row) -> impl Iterator<Item = &Invalidation> {
        self.all(row).filter(|one| !one.is_completed())
    }

    pub(super) fn find(&self, row: &Row, id: &str) -> Result<&Invalidation, AwsError> {
        let found = self.all(row).find(|one| one.id == id);
        found.ok_or_else(|| AwsError::new("NoSuchInvalidation", "The specified invalidation does not exist."))
    }

    /// As the control plane shows it.
    pub(crate) fn views(&self, faults: &[Fault]) -> Vec<DistributionView> {
        let view = |one: &Invalidation| InvalidationView {
            id: one.id.clone(),
            reference: one.reference.clone(),
            paths: one.paths.clone(),
            created_at: Timestamp::from_millisecond(one.created_ms).unwrap_or(Timestamp::MAX),
            status: one.status().to_owned(),
        };
        let distribution = |row: &'static Row| DistributionView {
            id: row.id.to_owned(),
            arn: row.arn.to_owned(),
            domain: row.domain.to_owned(),
            enabled: show::is_enabled(row, faults),
            aliases: show::aliases(row, faults).map(str::to_owned).collect(),
            invalidations: self.all(row).map(view).collect(),
        };
        rows().map(distribution).collect()
    }
}
