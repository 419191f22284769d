//! The mirror folder as a screen shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The mirror folder of a run. Where it is behind or has a problem, the copy on the other disk is
/// older than the run: that never stops anything, and is never shown as all right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct MirrorView {
    /// The folder.
    pub dir: String,
    /// The last event that is safely in it; 0 = none.
    #[ts(type = "number")]
    pub seq: u64,
    /// Seconds since that event was journalled, at `RunSnapshot::now`; absent = none is in it.
    #[ts(type = "number | null")]
    pub age_s: Option<u64>,
    /// Events that it lacks.
    #[ts(type = "number")]
    pub behind: u64,
    /// Why, and how to mend it.
    pub problem: Option<String>,
}

impl MirrorView {
    /// The same as an item of readiness, where it is not all right.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        let lacks = match self.behind {
            0 => String::new(),
            1 => " It lacks the last event.".to_owned(),
            n => format!(" It lacks the last {n} events."),
        };
        match &self.problem {
            Some(problem) => Some(format!("The mirror folder can't be kept up: {problem}.{lacks}")),
            None if self.behind > 0 => Some(format!("The mirror folder is behind.{lacks}")),
            None => None,
        }
    }
}
