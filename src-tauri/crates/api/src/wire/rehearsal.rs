//! The rehearsal panel.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A command of the rehearsal panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export, export_to = "wire.ts")]
pub enum RehearsalCommand {
    /// Start a rehearsal run (and the world, if it is not there).
    Start,
    /// Inject a fault by its name.
    Inject {
        /// The name, from `RehearsalView::faults`.
        fault: String,
    },
    /// Take a fault away.
    Lift {
        /// The name.
        fault: String,
    },
}

/// One fault switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct FaultView {
    /// Its name.
    pub name: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// Whether it is on.
    pub on: bool,
}

/// The rehearsal world as its panel shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RehearsalView {
    /// Its endpoint, for `aws --endpoint-url`.
    pub endpoint: String,
    /// World seconds per real second.
    pub speed: u32,
    /// The world's parts: name, address, what it serves now.
    pub parts: Vec<RehearsalPart>,
    /// The fault switches.
    pub faults: Vec<FaultView>,
}

/// One part of the rehearsal world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RehearsalPart {
    /// Its place on the map: `aws`, `name_server`, `resolver` or `site`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// What it does or serves now.
    pub state: String,
}
