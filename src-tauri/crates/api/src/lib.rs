//! Wire schema and handlers for both hosts; knows nothing of Tauri.

pub mod actor;
pub mod canaries;
pub mod clock;
mod closed_world;
pub mod connection;
pub mod core;
pub mod file_bound;
pub mod hands;
pub mod home;
pub mod host;
pub mod left;
pub mod mirror;
mod observing;
pub mod output;
pub mod plan;
pub mod rehearse;
pub mod report;
pub mod run_facts;
mod run_session;
pub mod screen;
pub mod sealing;
pub mod servers;
pub mod sheet;
pub mod telemetry;
pub mod users;
pub mod view;
mod watcher;

pub use switchback_kinds::{policy, resource};
pub use switchback_wire as wire;

/// The world of a run, and where its probes look in a rehearsal.
pub mod world {
    pub use switchback_kinds::RunWorld;

    pub use crate::closed_world::servers;
}

use switchback_model::Operator;

/// Who is at the keyboard: `SWITCHBACK_OPERATOR`, else the system's user name.
#[must_use]
pub fn operator_name() -> Operator {
    ["SWITCHBACK_OPERATOR", "USER", "USERNAME"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|name| Operator::new(&name).ok())
        .unwrap_or_else(|| Operator::new("operator").expect("a plain word is an operator name"))
}
