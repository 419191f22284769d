//! DNS truth: what every name server and resolver answered last, one by one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::time::Time;

/// What one server answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct ServerAnswer {
    /// The server's name.
    pub server: String,
    /// `name_server` or `resolver`.
    pub place: String,
    /// Its values, sorted; empty = it says that there is no such record.
    pub values: Vec<String>,
    /// The TTL in seconds; from a resolver: what remained.
    pub ttl_s: Option<u32>,
    /// Why it could not be asked; absent = it answered.
    pub problem: Option<String>,
}

/// One name that a DNS check of the plan asks about, and what was answered for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct NameAnswers {
    /// The name.
    pub name: String,
    /// The record type asked for.
    pub record: String,
    /// When its servers were asked, by the run's clock; absent = not yet.
    #[ts(as = "Option<Time>")]
    pub observed_at: Option<Timestamp>,
    /// Seconds after which it can't be told any more.
    pub believable_s: u32,
    /// Every server, name servers first.
    pub servers: Vec<ServerAnswer>,
}
