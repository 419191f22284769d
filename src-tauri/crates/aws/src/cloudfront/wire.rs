//! What CloudFront says and is told, as far as it matters here (CloudFront API reference, version 2020-05-31).

use jiff::Timestamp;
use serde::Deserialize;

/// The name space of its documents.
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Distribution {
    pub id: String,
    pub status: String,
    /// How many invalidations are under way; every answer says it (`Distribution`, required).
    pub in_progress_invalidation_batches: Option<u32>,
    pub distribution_config: Config,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Config {
    pub aliases: Option<Aliases>,
    pub default_cache_behavior: Option<DefaultBehaviour>,
    pub cache_behaviors: Option<Behaviours>,
    pub viewer_certificate: Option<Certificate>,
    pub enabled: bool,
    /// Whether it is the staging one of another, which viewers never reach by a name (`DistributionConfig`).
    #[serde(default)]
    pub staging: bool,
}

/// The behaviour of every path that no other has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DefaultBehaviour {
    #[serde(rename = "TargetOriginId")]
    pub origin: String,
}

/// The behaviours beside the default one, in their order of precedence.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Behaviours {
    pub items: Option<BehaviourItems>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BehaviourItems {
    #[serde(rename = "CacheBehavior", default)]
    pub all: Vec<Behaviour>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Behaviour {
    pub path_pattern: String,
    #[serde(rename = "TargetOriginId")]
    pub origin: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Certificate {
    #[serde(rename = "ACMCertificateArn")]
    pub acm: Option<String>,
    #[serde(rename = "IAMCertificateId")]
    pub iam: Option<String>,
    /// Whether it is the one of CloudFront itself, for its own names.
    #[serde(rename = "CloudFrontDefaultCertificate", default)]
    pub default: bool,
}

/// The names that a distribution would have and another holds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Conflicts {
    pub items: Option<ConflictItems>,
    pub next_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ConflictItems {
    #[serde(rename = "ConflictingAlias", default)]
    pub all: Vec<Conflict>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Conflict {
    pub alias: String,
    /// Partly hidden where it is another account's.
    pub distribution_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Aliases {
    pub items: Option<Names>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Names {
    #[serde(rename = "CNAME", default)]
    pub names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InvalidationList {
    pub items: Option<Summaries>,
    pub quantity: usize,
    pub is_truncated: bool,
    pub next_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Summaries {
    #[serde(rename = "InvalidationSummary", default)]
    pub all: Vec<Summary>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Summary {
    pub id: String,
    pub create_time: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Invalidation {
    pub id: String,
    pub status: String,
    pub invalidation_batch: Batch,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch {
    pub caller_reference: String,
}

/// The body of CreateInvalidation.
pub(super) fn batch(paths: &[String], reference: &str) -> String {
    let escape = |text: &str| quick_xml::escape::escape(text).into_owned();
    let items: String = paths
        .iter()
        .map(|path| format!("<Path>{}</Path>", escape(path)))
        .collect();
    format!(
        "<InvalidationBatch xmlns=\"{NAMESPACE}\"><Paths><Quantity>{}</Quantity><Items>{items}</Items></Paths>\
         <CallerReference>{}</CallerReference></InvalidationBatch>",
        paths.len(),
        escape(reference)
    )
}
