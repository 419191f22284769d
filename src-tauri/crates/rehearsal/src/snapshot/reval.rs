//! Reval and the distribution before it, as a snapshot shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::RevalRelease;
use crate::reval::RevalBuild;

/// A distribution, as GetDistribution shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistributionView {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The name that CloudFront gave it.
    pub domain: String,
    /// Whether it answers requests.
    pub enabled: bool,
    /// The names that users know it by.
    pub aliases: Vec<String>,
    /// All invalidations since the beginning, oldest first.
    pub invalidations: Vec<InvalidationView>,
}

/// An invalidation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidationView {
    /// Its id.
    pub id: String,
    /// The caller's reference.
    pub reference: String,
    /// What it covers, as it was asked for.
    pub paths: Vec<String>,
    /// World time of the request.
    pub created_at: Timestamp,
    /// `InProgress` or `Completed`.
    pub status: String,
}

/// Reval's user interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevalView {
    /// The release at the origin.
    pub release: RevalRelease,
    /// What the origin would say in `/version.json`.
    pub build: String,
    /// What each edge would answer at this moment, whether or not it keeps a copy.
    pub edges: Vec<EdgeView>,
}

/// What an edge would answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeView {
    /// Its number, beginning with 1.
    pub edge: usize,
    /// The build whose page it answers for `/index.html`.
    pub index: RevalBuild,
    /// The build whose page it answers for `/`.
    pub root: RevalBuild,
    /// Whether the main script that the page under `/index.html` asks for comes, and is a script.
    pub starts: bool,
    /// The build that a browser runs that was last here just before the last release, once its service worker has read
    /// the manifest through this edge.
    pub returning: RevalBuild,
}

impl DistributionView {
    /// What a run may change of it. Past invalidations change nothing by themselves.
    pub(super) fn object(&self) -> Value {
        json!({"distribution": self.arn, "enabled": self.enabled, "aliases": self.aliases})
    }
}

impl RevalView {
    /// The same: the release, and an object an edge.
    pub(super) fn objects(&self) -> Vec<Value> {
        let edges = self.edges.iter().map(|edge| json!({"reval": edge}));
        std::iter::once(json!({"reval": {"release": self.release}}))
            .chain(edges)
            .collect()
    }
}
