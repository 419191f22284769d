//! Events out of a long journal: this thread takes rows from SQLite and hands the events on in their
//! order, the other cores verify and parse them meanwhile. Few are in memory at a time: a journal of
//! 100,000 events would else spend most of its time on fresh memory.
//!
//! A row holds its own hash and its predecessor's, so links can be verified side by side. What comes out
//! is the same as from one walk through the chain.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rusqlite::Rows;
use switchback_engine::ports::JournalError;
use switchback_model::{Event, RunId};

use crate::chain::{Hash, Link, hash};
use crate::fault::{damaged, not_read};
use crate::read::{broken, bytes, event};
use crate::store::uint;

/// Rows in one piece of work.
const ROWS: usize = 256;
/// From so many events on, threads are worth their start.
const MANY: u64 = 2_048;
/// Pieces that wait for each helper; when the helpers are behind, this thread does its share.
const WAITING: usize = 2;

/// Takes events in their order; gives back what it did not keep.
pub(crate) type Visit<'a> = dyn FnMut(Vec<Event>) -> Vec<Event> + 'a;

/// Where a row's parts lie in its chunk.
struct Row {
    at: Range<usize>,
    body: Range<usize>,
    fence: u64,
    prev: Hash,
    hash: Hash,
}

/// Consecutive rows, copied from SQLite, not yet believed.
struct Chunk {
    number: u64,
    /// The last event before the first row, and its hash.
    start: (u64, Hash),
    bytes: Vec<u8>,
    rows: Vec<Row>,
    /// What ended the rows early.
    failed: Option<JournalError>,
}

/// What became of a chunk: its events up to the first that is not right, and what is not.
struct Believed {
    number: u64,
    /// By a helper.
    helped: bool,
    events: Vec<Event>,
    failed: Option<JournalError>,
}

/// Where the rows belong.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub path: &'a Path,
    pub run: &'a RunId,
    /// The event before the first row, and its hash.
    pub start: (u64, Hash),
    /// How many rows there should be.
    pub expected: u64,
}

impl Source<'_> {
    /// Hands on every event that is right, in order; gives the last one's number and hash, or what is
    /// wrong with the first that is not right. `rows` holds the columns of [`crate::read::ROWS_AFTER`].
    pub(crate) fn each(
        self,
        rows: &mut Rows<'_>,
        visit: &mut Visit<'_>,
    ) -> Result<(u64, Hash), JournalError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let helpers = if self.expected < MANY { 0 } else { cores - 1 };
        // Without helpers nobody receives, and every piece is this thread's own.
        let (work, pieces) = sync_channel::<Chunk>(WAITING * helpers);
        let (done, believed) = channel::<Believed>();
        let (back, spent) = channel::<Vec<Event>>();
        let (pieces, spent) = (Mutex::new(pieces), Mutex::new(spent));
        thread::scope(|scope| {
            for _ in 0..helpers {
                let (pieces, spent, done) = (&pieces, &spent, done.clone());
                scope.spawn(move || self.help(pieces, spent, &done));
            }
            let mut line = Line {
                next: 0,
                early: BTreeMap::new(),
                visit,
                back,
            };
            self.take_all(rows, helpers > 0, work, done, &believed, &mut line)
        })
    }

    fn take_all(
        self,
        rows: &mut Rows<'_>,
        helped: bool,
        work: SyncSender<Chunk>,
        done: Sender<Believed>,
        believed: &Receiver<Believed>,
        line: &mut Line<'_>,
    ) -> Result<(u64, Hash), JournalError> {
        let (mut end, mut number) = (self.start, 0);
        loop {
            let chunk = self.take(rows, end, number);
            let last = chunk.rows.last().map(|row| row.hash);
            let ended = chunk.failed.is_some() || chunk.rows.len() < ROWS;
            if let Some(hash) = last {
                end = (end.0 + chunk.rows.len() as u64, hash);
            }
            number += 1;
            if helped {
                if let Err(TrySendError::Full(chunk) | TrySendError::Disconnected(chunk)) =
                    work.try_send(chunk)
                {
                    line.put(self.believe(&chunk))?;
                }
            } else {
                line.put(self.believe(&chunk))?;
            }
            while let Ok(others) = believed.try_recv() {
                line.put(others)?;
            }
            if ended {
                break;
            }
        }
        drop((work, done));
        while line.next < number {
            // Every helper has ended without its piece only if it broke off.
            let others = believed.recv().map_err(|_| {
                JournalError::NotRead(format!("{}: a reading thread broke off", self.path.display()))
            })?;
            line.put(others)?;
        }
        Ok(end)
    }

    /// The next rows as they are.
    fn take(self, rows: &mut Rows<'_>, start: (u64, Hash), number: u64) -> Chunk {
        let mut chunk = Chunk {
            number,
            start,
            bytes: Vec::new(),
            rows: Vec::with_capacity(ROWS),
            failed: None,
        };
        while chunk.rows.len() < ROWS {
            let next = start.0 + 1 + chunk.rows.len() as u64;
            match self.row(rows, next, &mut chunk.bytes) {
                Ok(Some(row)) => chunk.rows.push(row),
                Ok(None) => break,
                Err(error) => {
                    chunk.failed = Some(error);
                    break;
                }
            }
        }
        chunk
    }

    fn row(self, rows: &mut Rows<'_>, next: u64, into: &mut Vec<u8>) -> Result<Option<Row>, JournalError> {
        let Some(row) = rows.next().map_err(not_read(self.path))? else {
            return Ok(None);
        };
        if uint(row.get(0).map_err(not_read(self.path))?) != next {
            return Err(broken(self.run, next, "is missing"));
        }
        let mut keep = |at: usize| {
            let from = into.len();
            into.extend_from_slice(bytes(row, at, self.path)?);
            Ok::<_, JournalError>(from..into.len())
        };
        let (at, body) = (keep(1)?, keep(3)?);
        let link = |at: usize| Hash::try_from(bytes(row, at, self.path)?).map_err(|_| damaged(self.path));
        Ok(Some(Row {
            at,
            body,
            fence: uint(row.get(2).map_err(not_read(self.path))?),
            prev: link(4)?,
            hash: link(5)?,
        }))
    }

    /// Verifies and parses until nothing more comes or nobody wants it any more.
    fn help(
        self,
        pieces: &Mutex<Receiver<Chunk>>,
        spent: &Mutex<Receiver<Vec<Event>>>,
        done: &Sender<Believed>,
    ) {
        loop {
            // Memory is given back by the threads that took it: the other way round they wait for
            // each other.
            while let Ok(events) = spent.lock().unwrap_or_else(PoisonError::into_inner).try_recv() {
                drop(events);
            }
            let piece = pieces.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(chunk) = piece else { return };
            let believed = Believed {
                helped: true,
                ..self.believe(&chunk)
            };
            if done.send(believed).is_err() {
                return;
            }
        }
    }

    /// Verifies every link of a chunk and parses its events, up to the first that is not right.
    fn believe(self, chunk: &Chunk) -> Believed {
        let mut believed = Believed {
            number: chunk.number,
            helped: false,
            events: Vec::with_capacity(chunk.rows.len()),
            failed: None,
        };
        let (mut seq, mut prev) = chunk.start;
        for row in &chunk.rows {
            seq += 1;
            match self.believe_row(chunk, row, seq, &prev) {
                Ok(event) => believed.events.push(event),
                Err(error) => {
                    believed.failed = Some(error);
                    return believed;
                }
            }
            prev = row.hash;
        }
        believed.failed.clone_from(&chunk.failed);
        believed
    }

    fn believe_row(self, chunk: &Chunk, row: &Row, seq: u64, prev: &Hash) -> Result<Event, JournalError> {
        let at = std::str::from_utf8(&chunk.bytes[row.at.clone()]);
        let link = Link {
            run: self.run.as_str(),
            seq,
            at: at.map_err(|_| broken(self.run, seq, "has no time"))?,
            fence: row.fence,
            body: &chunk.bytes[row.body.clone()],
        };
        if row.prev != *prev || row.hash != hash(link, prev) {
            return Err(broken(self.run, seq, "is not as it was written"));
        }
        event(self.path, &link)
    }
}

/// Brings what was believed side by side back into its order.
struct Line<'a> {
    next: u64,
    early: BTreeMap<u64, Believed>,
    visit: &'a mut Visit<'a>,
    back: Sender<Vec<Event>>,
}

impl Line<'_> {
    fn put(&mut self, believed: Believed) -> Result<(), JournalError> {
        self.early.insert(believed.number, believed);
        while let Some(believed) = self.early.remove(&self.next) {
            self.next += 1;
            let spent = (self.visit)(believed.events);
            if believed.helped && !spent.is_empty() {
                // Where every helper has ended, they end here.
                let _ = self.back.send(spent);
            }
            if let Some(error) = believed.failed {
                return Err(error);
            }
        }
        Ok(())
    }
}
