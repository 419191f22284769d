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
