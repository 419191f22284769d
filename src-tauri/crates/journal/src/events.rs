//! Events out of a journal: this thread takes rows from SQLite and hands the events on in their order; of a long
//! journal, the other cores verify and parse them meanwhile, and few are in memory at a time.
//!
//! A row holds its own hash and its predecessor's, so links can be verified side by side. What comes out
//! is the same as from one walk through the chain.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use rusqlite::Rows;
use switchback_engine::ports::JournalError;
use switchback_model::{Event, RunId};

use crate::chain::{Hash, Link, hash};
use crate::fault::{damaged, not_read};
use crate::read::{broken, bytes, event};
use crate::store::uint;

/// Rows in one piece of work: so many are worth a thread's start, and a usual journal has fewer.
const ROWS: usize = 1_024;

/// Where a row's parts lie in its piece.
struct Row {
    at: Range<usize>,
    body: Range<usize>,
    fence: u64,
    prev: Hash,
    hash: Hash,
}

/// Consecutive rows, copied from SQLite, not yet believed.
struct Piece {
    /// The last event before the first row, and its hash.
    start: (u64, Hash),
    bytes: Vec<u8>,
    rows: Vec<Row>,
    /// What ended the rows early.
    failed: Option<JournalError>,
}

/// The events of a piece up to the first that is not right, and what is not.
type Believed = (Vec<Event>, Option<JournalError>);

/// Where the rows belong.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub path: &'a Path,
    pub run: &'a RunId,
}

impl Source<'_> {
    /// Hands on every event that is right, in order; gives the last one's number and hash.
    ///
    /// `rows` holds the columns of [`crate::read::ROWS_AFTER`], `start` the event before the first row, and its hash.
    ///
    /// # Errors
    /// What is wrong with the first row that is not right: every event before it was handed on.
    pub(crate) fn each(
        self,
        rows: &mut Rows<'_>,
        start: (u64, Hash),
        mut visit: impl FnMut(Event),
    ) -> Result<(u64, Hash), JournalError> {
        let mut hand_on = |(events, failed): Believed| {
            events.into_iter().for_each(&mut visit);
            failed.map_or(Ok(()), Err)
        };
        let most = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let mut end = start;
            let mut under_way: VecDeque<ScopedJoinHandle<'_, Believed>> = VecDeque::new();
            loop {
                let piece = self.take(rows, end);
                if let Some(last) = piece.rows.last() {
                    end = (end.0 + piece.rows.len() as u64, last.hash);
                }
                let is_last = piece.failed.is_some() || piece.rows.len() < ROWS;
                if is_last && under_way.is_empty() {
                    hand_on(self.believe(piece))?;
                    return Ok(end);
                }
                under_way.push_back(scope.spawn(move || self.believe(piece)));
                while under_way.len() >= most || (is_last && !under_way.is_empty()) {
                    let believed = under_way.pop_front().map(ScopedJoinHandle::join);
                    hand_on(believed.and_then(Result::ok).ok_or_else(|| self.broke_off())?)?;
                }
                if is_last {
                    return Ok(end);
                }
            }
        })
    }

    fn broke_off(self) -> JournalError {
        JournalError::NotRead(format!("{}: a reading thread broke off", self.path.display()))
    }

    /// The next rows as they are.
    fn take(self, rows: &mut Rows<'_>, start: (u64, Hash)) -> Piece {
        let mut piece = Piece {
            start,
            bytes: Vec::new(),
            rows: Vec::new(),
            failed: None,
        };
        while piece.rows.len() < ROWS {
            let next = start.0 + 1 + piece.rows.len() as u64;
            match self.row(rows, next, &mut piece.bytes) {
                Ok(Some(row)) => piece.rows.push(row),
                Ok(None) => break,
                Err(error) => {
                    piece.failed = Some(error);
                    break;
                }
            }
        }
        piece
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

    /// Verifies every link of a piece and parses its events, up to the first that is not right.
    fn believe(self, piece: Piece) -> Believed {
        let mut events = Vec::with_capacity(piece.rows.len());
        let (mut seq, mut prev) = piece.start;
        for row in &piece.rows {
            seq += 1;
            match self.believe_row(&piece.bytes, row, seq, &prev) {
                Ok(event) => events.push(event),
                Err(error) => return (events, Some(error)),
            }
            prev = row.hash;
        }
        (events, piece.failed)
    }

    fn believe_row(self, all: &[u8], row: &Row, seq: u64, prev: &Hash) -> Result<Event, JournalError> {
        let at = std::str::from_utf8(&all[row.at.clone()]);
        let link = Link {
            run: self.run.as_str(),
            seq,
            at: at.map_err(|_| broken(self.run, seq, "has no time"))?,
            fence: row.fence,
            body: &all[row.body.clone()],
        };
        if row.prev != *prev || row.hash != hash(link, prev) {
            return Err(broken(self.run, seq, "is not as it was written"));
        }
        event(self.path, &link)
    }
}
