//! Somebody else's change, field by field.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::change::PreviewView;
use super::reading::ReadingView;

/// One field of an object in three images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct FieldRowView {
    /// Its name: `ttl`, `A`, `AAAA` or `CNAME`.
    pub field: String,
    /// As it was before the step.
    pub before: String,
    /// As the step left it.
    pub ours: String,
    /// As it is.
    pub found: String,
    /// Whether it is not as before, so that something must be said of it.
    pub differs: bool,
    /// `keep` or `restore`; absent = nothing was said yet.
    pub choice: Option<String>,
}

/// Somebody else's change, field by field, and what would be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct FieldPlanView {
    /// The step.
    pub step: String,
    /// The fields.
    pub rows: Vec<FieldRowView>,
    /// Fields of which nothing was said yet.
    pub undecided: Vec<String>,
    /// Fields that stay as somebody else left them.
    pub kept: Vec<String>,
    /// What would be there, line by line; empty while something is undecided.
    pub then: Vec<String>,
    /// What the step will be afterwards, in one sentence; absent while something is undecided.
    pub ends: Option<String>,
    /// The exact change, whose digest is the basis; absent while something is undecided.
    pub preview: Option<PreviewView>,
    /// What must hold before.
    pub preconditions: Vec<ReadingView>,
    /// Preconditions that do not hold: each must be overridden by name (check id).
    pub unproven: Vec<String>,
}
