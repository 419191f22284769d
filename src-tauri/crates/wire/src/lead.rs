//! Where in a run the window is led.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A page of a run that a link can name.
///
/// @discriminator page
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "page", rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum RunPage {
    /// The run's own page.
    Run,
    /// A step's page. Whether the plan has that step, the page itself says.
    Step {
        /// The step's id.
        step: String,
    },
    /// The page of its rollback.
    Rollback,
    /// The page of the gate before a phase. Whether the plan has it, the page itself says.
    Gate {
        /// The phase's id.
        phase: String,
    },
}

/// Where somebody asked to be led: by the arguments of a start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct Lead {
    /// The run.
    pub run: String,
    /// The page of it.
    pub to: RunPage,
    /// Why the window can't be led there, in one sentence; absent = it can.
    pub problem: Option<String>,
}
