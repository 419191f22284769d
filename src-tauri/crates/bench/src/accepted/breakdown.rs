//! Where the time of `step apply` goes: the moments come from the program's own log and journal, which
//! it writes in any case.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use switchback_journal::{MemoryKeyRing, Store};
use switchback_model::{Event, EventKind, RunId};

use super::{Line, log, since};
use crate::Outcome;
use crate::report::Table;
use crate::stats::{Sample, between};

/// The parts in their order; each ends where the next begins.
const PARTS: [&str; 12] = [
    "program started: process, command line, threads",
    "home and journal opened",
    "run read and folded, AWS client built",
    "lease taken (fsync)",
    "run read again by the driver, its start journalled (fsync)",
    "approval journalled (fsync)",
    "STS guard (GetCallerIdentity) and fresh read (GetHostedZone, ListResourceRecordSets) side by side",
    "planned anew, digest compared",
    "before-image and token journalled (fsync)",
    "fence looked at, the one call",
    "answer journalled (fsync): **accepted**",
    "INSYNC, after-checks, object read, lease given back, process ended",
];

/// One `step apply`, in milliseconds since its start.
pub(super) struct Breakdown {
    /// When each of [`PARTS`] ended.
    ends: [f64; PARTS.len()],
    /// When the process had ended.
    pub(super) ended: f64,
}

impl Breakdown {
    pub(super) fn read(home: &Path, run: &str, start: Timestamp, ended: f64) -> Outcome<Self> {
        let lines = log(home, start)?;
        let store = Store::open(home, Arc::new(MemoryKeyRing::default()))?;
        let events = store.read_page(&RunId::new(run)?, 0, 1000)?;
        let line = |message: &str| {
            lines
                .iter()
                .find(|line| line.said["message"] == message)
                .ok_or_else(|| format!("the log of `step apply` has no line `{message}`"))
        };
        let journalled = |what: &str, is: fn(&EventKind) -> bool| {
            let seq = found(&events, start, what, is)?.seq;
            let written = |line: &&Line| {
                line.said["message"] == "journalled" && line.said["seq"].as_u64().is_some_and(|at| at >= seq)
            };
            let line = lines.iter().find(written);
            line.map(|line| since(start, line))
                .ok_or_else(|| format!("the log does not say when `{what}` was journalled"))
        };
        let at = |what: &str, is: fn(&EventKind) -> bool| {
            found(&events, start, what, is).map(|event| between(start, event.at))
        };
        let opened = line("home opened")?;
        let opening = opened.said["us"].as_f64().unwrap_or_default() / 1e3;
        Ok(Self {
            ends: [
                since(start, opened) - opening,
                since(start, opened),
                since(start, line("connected")?),
                since(start, line("lease taken")?),
                journalled("driver_started", |it| {
                    matches!(it, EventKind::DriverStarted { .. })
                })?,
                journalled("approved", |it| matches!(it, EventKind::Approved { .. }))?,
                since(start, line("read anew")?),
                at("intended", |it| matches!(it, EventKind::Intended { .. }))?,
                journalled("intended", |it| matches!(it, EventKind::Intended { .. }))?,
                at("answered", |it| matches!(it, EventKind::Answered { .. }))?,
                journalled("answered", |it| matches!(it, EventKind::Answered { .. }))?,
                ended,
            ],
            ended,
        })
    }

    /// When the server's answer was in the journal.
    pub(super) fn accepted(&self) -> f64 {
        self.ends[PARTS.len() - 2]
    }

    fn part(&self, at: usize) -> f64 {
        let from = at.checked_sub(1).map_or(0.0, |before| self.ends[before]);
        self.ends[at] - from
    }
}

fn found<'a>(
    events: &'a [Event],
    start: Timestamp,
    what: &str,
    is: fn(&EventKind) -> bool,
) -> Result<&'a Event, String> {
    events
        .iter()
        .find(|event| event.at >= start && is(&event.kind))
        .ok_or_else(|| format!("`step apply` journalled no `{what}`"))
}

pub(super) fn table(ours: &[Breakdown]) -> Table {
    let mut table = Table::new(&["`switchback step apply`", "median", "least", "most"]);
    for (at, name) in PARTS.iter().enumerate() {
        let part: Sample = ours.iter().map(|it| it.part(at)).collect();
        table.row([
            (*name).to_owned(),
            format!("{:.2} ms", part.median()),
            format!("{:.2} ms", part.min()),
            format!("{:.2} ms", part.max()),
        ]);
    }
    table
}
