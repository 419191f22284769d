//! The way of a request: over which resolvers and name servers a name leads to the old or the new side.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::reading::ReadingView;
use super::time::Time;

/// Where the switch of a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WayState {
    /// The name was not switched, or it was taken back.
    Before,
    /// The switch is on its way, or a part of it is done.
    Switching,
    /// It was switched.
    After,
    /// It is being taken back.
    SwitchingBack,
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WayPlace {
    /// A resolver, which keeps an answer for its TTL.
    Resolver,
    /// A name server of the zone.
    NameServer,
}

/// Which side a server gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WayGives {
    /// The old one.
    Old,
    /// The new one.
    New,
    /// An answer that is right for both, or for one record type the old and for another the new.
    Both,
    /// An answer of neither.
    Neither,
    /// It can't be told: it gave no answer, or the plan does not say what is right.
    Unknown,
}

/// A side of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WaySide {
    /// The one that the name led to before.
    Old,
    /// The one that it leads to afterwards.
    New,
}

/// One server on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WayServer {
    /// Its name.
    pub name: String,
    /// What it is.
    pub place: WayPlace,
    /// Which side it gave when it was asked.
    pub gives: WayGives,
    /// What it said, or why it said nothing.
    pub said: String,
    /// Seconds: of a resolver how long it went on to keep its answer, of a name server the TTL that it gives.
    pub ttl_s: Option<u32>,
}

/// How many servers of a kind gave what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WayShare {
    /// How many were asked.
    pub asked: u32,
    /// How many gave the old side.
    pub old: u32,
    /// How many gave the new one.
    pub new: u32,
    /// See [`WayGives::Both`].
    pub both: u32,
    /// How many gave something else.
    pub neither: u32,
    /// Of how many it can't be told.
    pub unknown: u32,
}

/// What of a site was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export, export_to = "wire.ts")]
pub enum WayHealthOf {
    /// Its answer to a request.
    Answer,
    /// Its certificate.
    Certificate,
}

/// What a check of the plan read of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WayHealth {
    /// What was read.
    pub of: WayHealthOf,
    /// In a few words: what was observed, without what stands beside it anyway.
    pub words: String,
    /// The reading itself, with its age.
    pub reading: ReadingView,
}

/// One of the two sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct WaySite {
    /// Which one.
    pub side: WaySide,
    /// The build that it was last seen to serve; absent = not seen.
    pub build: Option<String>,
    /// What checks of the plan read of it; empty = none looks.
    pub health: Vec<WayHealth>,
    /// Steps whose restriction or authoriser stands before it now, by their titles.
    pub guards: Vec<String>,
}

/// The way of a request for one name that a step of the plan switches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "wire.ts")]
pub struct RequestWay {
    /// The name.
    pub name: String,
    /// The steps that switch it, in the plan's order.
    pub steps: Vec<String>,
    /// Where the switch stands.
    pub state: WayState,
    /// Since when it is on its way; absent where it is not.
    #[ts(as = "Option<Time>")]
    pub since: Option<Timestamp>,
    /// When the servers were asked, by the run's clock; absent = they were not.
    #[ts(as = "Option<Time>")]
    pub observed_at: Option<Timestamp>,
    /// Seconds after which nothing can be told of them any more.
    pub believable_s: u32,
    /// Every server that was asked, resolvers first.
    pub servers: Vec<WayServer>,
    /// The shares of the resolvers.
    pub resolvers: WayShare,
    /// The shares of the name servers.
    pub name_servers: WayShare,
    /// The old site and the new one.
    pub sites: Vec<WaySite>,
    /// The same in words.
    pub sentence: String,
    /// What is said in its place once the answers are too old.
    pub once_stale: String,
}
