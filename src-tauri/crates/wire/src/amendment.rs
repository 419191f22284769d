//! An amendment of a run's plan, as it is shown.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One difference between the run's plan and an amended one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AmendmentChange {
    /// What it is about: `step switch`, `rule R3`, `plan` …
    pub subject: String,
    /// `added`, `removed` or `changed`.
    pub kind: String,
    /// For `changed`: the field, by its name in the plan.
    pub field: Option<String>,
    /// For `changed`: what the field is called, in words.
    #[serde(default)]
    pub label: Option<String>,
    /// As it is, in words; empty = absent.
    pub before: Option<String>,
    /// As it would be, in words; empty = absent.
    pub after: Option<String>,
    /// Why it is refused; absent = it is not.
    pub refused: Option<String>,
}

/// An amendment, as shown before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct AmendmentView {
    /// What the amendment's basis names.
    pub digest: String,
    /// The digest of the plan that is.
    pub from: String,
    /// The digest of the plan that would be.
    pub to: String,
    /// What differs; empty = nothing.
    pub changes: Vec<AmendmentChange>,
    /// Steps that would start anew, because more than their words changes.
    pub anew: Vec<String>,
    /// Why no amendment can be made now; absent = one can.
    pub not_now: Option<String>,
}
