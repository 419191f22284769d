//! The exact change: what a person approves is what is applied.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One object's change in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ChangeView {
    /// The object.
    pub object: String,
    /// Lines now.
    pub before: Vec<String>,
    /// Lines then.
    pub after: Vec<String>,
    /// What is asked and proven on the way to it, in its order.
    pub asked: Vec<String>,
    /// What people must know of it before they approve it.
    pub caution: Option<String>,
}

/// One API call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct CallView {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The parameters.
    #[ts(type = "unknown")]
    pub parameters: serde_json::Value,
    /// The same as an AWS CLI command.
    pub cli: String,
}

/// Something at AWS that a step looks at or changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ResourceView {
    /// The id by which it is opened.
    pub id: String,
    /// What it is, in words.
    pub title: String,
    /// The AWS CLI command that reads it.
    pub cli: String,
    /// Whether the AWS console can show it: not in a rehearsal, and not at a custom endpoint.
    pub in_console: bool,
}

/// The exact preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct PreviewView {
    /// What an approval names.
    pub digest: String,
    /// The changes.
    pub changes: Vec<ChangeView>,
    /// The calls.
    pub calls: Vec<CallView>,
}
