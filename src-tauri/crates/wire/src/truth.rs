//! DNS truth: what every name server and resolver answers now, one by one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::time::Time;

/// What one server answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ServerAnswer {
    /// The server's name.
    pub server: String,
    /// `name_server` or `resolver`.
    pub place: String,
    /// Its values, sorted; empty = it says that there is no such record.
    pub values: Vec<String>,
    /// The TTL in seconds; from a resolver: what remains.
    pub ttl_s: Option<u32>,
    /// Why it could not be asked; absent = it answered.
    pub problem: Option<String>,
}

/// One name and what is answered for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct NameTruth {
    /// The name.
    pub name: String,
    /// The record type asked for.
    pub record: String,
    /// Every server, name servers first.
    pub servers: Vec<ServerAnswer>,
}

/// A look at every server, for the names that the plan's DNS checks are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct DnsTruth {
    /// When they had answered, by the run's clock.
    #[ts(as = "Time")]
    pub observed_at: Timestamp,
    /// The names; empty = the plan checks no DNS, or the target has no DNS observer.
    pub names: Vec<NameTruth>,
}
