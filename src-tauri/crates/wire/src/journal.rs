//! The journal as a story.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::time::Time;

/// One event as the timeline shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct EventView {
    /// Its place.
    #[ts(type = "number")]
    pub seq: u64,
    /// When.
    #[ts(as = "Time")]
    pub at: Timestamp,
    /// The event's name.
    pub kind: String,
    /// The step that it is about.
    pub step: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// One sentence.
    pub sentence: String,
}

/// A page of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct JournalPage {
    /// The events, oldest first.
    pub events: Vec<EventView>,
    /// The last sequence number of the run.
    #[ts(type = "number")]
    pub head: u64,
}
