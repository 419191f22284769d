//! The rehearsal panel.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A command of the rehearsal panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export, export_to = "wire.ts")]
pub enum RehearsalCommand {
    /// Start a rehearsal run (and the world, if it is not there).
    Start {
        /// What is rehearsed.
        #[serde(default)]
        runbook: RehearsedRunbook,
    },
    /// Inject a fault by its name.
    Inject {
        /// Its name: of a fault or of a drill's fault, from `RehearsalView`.
        fault: String,
    },
    /// Take a fault away.
    Lift {
        /// The name.
        fault: String,
    },
}

/// What came of a command to the rehearsal world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RehearsalAnswer {
    /// The run that was started, if one was.
    pub run: Option<String>,
}

/// A built-in runbook that the closed world is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export, export_to = "wire.ts")]
pub enum RehearsedRunbook {
    /// The whole plan, from the pool's checks to the tidying up.
    #[default]
    TisCognito,
    /// The switch of one DNS name, and back.
    DnsSwitch,
}

impl RehearsedRunbook {
    /// All of them, the usual one first.
    pub const ALL: [Self; 2] = [Self::TisCognito, Self::DnsSwitch];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TisCognito => "tis-cognito",
            Self::DnsSwitch => "dns-switch",
        }
    }
}

/// One fault switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct FaultView {
    /// Its name.
    pub name: String,
    /// The heading that it stands under, such as `Calls to AWS`.
    pub part: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// Whether it is on.
    pub on: bool,
}

/// One exercise of a team that rehearses its night. A step of the bundled runbook stands between backticks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DrillView {
    /// Names it.
    pub id: String,
    /// The part of the night that it belongs to, as a heading.
    pub part: String,
    /// What goes wrong, as people call it.
    pub title: String,
    /// When to begin it.
    pub when: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// What the console says on a good night.
    pub says: String,
    /// What people do then.
    pub then: String,
    /// The fault behind it, for `Inject` and `Lift`.
    pub fault: String,
    /// Whether it happens at once, and can't be ended.
    pub at_once: bool,
    /// Whether its fault is on.
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
    /// The exercises, by the parts of the night.
    pub drills: Vec<DrillView>,
    /// The fault switches, by their parts.
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
