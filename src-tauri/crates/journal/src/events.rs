//! Events out of a journal: this thread takes rows from SQLite and hands the events on in their order; of a long
//! journal, the other cores verify and parse them meanwhile, and few are in memory at a time.
//!
//! A row holds its own hash and its predecessor's, so links can be verified side by side. What comes out
//! is the same as from one walk through the chain.
//!
//! What a piece of work holds in memory goes round with it, from this thread to a worker and back: it is asked of the
//! system once, and events go where they were made, in the worker.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use rusqlite::Rows;
use switchback_engine::ports::JournalError;
use switchback_model::{Event, RunId};

use crate::chain::{Hash, Link, hash};
use crate::fault::{damaged, not_read};
use crate::read::{broken, bytes, event};
use crate::store::uint;

/// Rows in one piece of work: so many are worth a thread's start, and a usual journal has fewer.
const ROWS: usize = 512;
/// Pieces that a worker has: one to work on, and one so that it need not wait.
const EACH: usize = 2;

/// Where a row's parts lie in its piece.
struct Row {
    at: Range<usize>,
    body: Range<usize>,
    fence: u64,
    prev: Hash,
    hash: Hash,
}

/// Consecutive rows, copied from SQLite, and what becomes of them.
#[derive(Default)]
struct Piece {
    /// The last event before the first row, and its hash.
    start: (u64, Hash),
    bytes: Vec<u8>,
    /// Not yet believed.
    rows: Vec<Row>,
    /// The events up to the first row that is not right.
    events: Vec<Event>,
    /// What ended the rows early, or what is not right.
    failed: Option<JournalError>,
}

/// A thread that verifies and parses the pieces which it gets, one after the other.
struct Worker<'scope> {
    work: Sender<Piece>,
    done: Receiver<Piece>,
    thread: ScopedJoinHandle<'scope, ()>,
}

/// The threads, which are started as they are needed, and which pieces are theirs.
struct Workers<'scope, 'env, 'a> {
    source: Source<'a>,
    scope: &'scope Scope<'scope, 'env>,
    most: usize,
    started: Vec<Worker<'scope>>,
    /// Whose turn it is to get a piece.
    next: usize,
    /// The pieces that are out, in the order of their rows.
    out: VecDeque<Out>,
}

/// Where a piece is.
enum Out {
    /// With this worker.
    With(usize),
    /// Worked on already, by the thread that hands on.
    Here(Piece),
}

impl<'scope, 'a: 'scope> Workers<'scope, '_, 'a> {
    /// Gives a piece to the next one. Where the system gives no more threads, those there are do it all; where it
    /// gives none, this one does.
    fn give(&mut self, mut piece: Piece) -> Result<(), JournalError> {
        if self.started.len() <= self.next && self.started.len() < self.most {
            match self.start() {
                Ok(worker) => self.started.push(worker),
                Err(_) => (self.most, self.next) = (self.started.len(), 0),
            }
        }
        let Some(worker) = self.started.get(self.next) else {
            self.source.believe(&mut piece);
            self.out.push_back(Out::Here(piece));
            return Ok(());
        };
        worker.work.send(piece).map_err(|_| self.source.broke_off())?;
        self.out.push_back(Out::With(self.next));
        self.next = (self.next + 1) % self.most;
        Ok(())
    }

    fn start(&self) -> io::Result<Worker<'scope>> {
        let (work, mine) = channel::<Piece>();
        let (back, done) = channel();
        let source = self.source;
        let thread = thread::Builder::new().spawn_scoped(self.scope, move || {
            for mut piece in mine {
                source.believe(&mut piece);
                if back.send(piece).is_err() {
                    break;
                }
            }
        })?;
        Ok(Worker { work, done, thread })
    }

    /// The oldest piece that is out, once it is worked on.
    fn take_back(&mut self) -> Option<Result<Piece, JournalError>> {
        Some(match self.out.pop_front()? {
            Out::Here(piece) => Ok(piece),
            Out::With(worker) => {
                let piece = self.started[worker].done.recv();
                piece.map_err(|_| self.source.broke_off())
            }
        })
    }

    fn end(self) {
        for worker in self.started {
            drop((worker.work, worker.done));
            // What it broke off with was said where its piece was missed.
            let _ = worker.thread.join();
        }
    }
}

/// Where the rows belong.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub path: &'a Path,
    pub run: &'a RunId,
}

impl Source<'_> {
    /// Hands on every event that is right, in order; gives the last one's number and hash. What is left of the events
    /// that were handed on is dropped.
    ///
    /// `rows` holds the columns of [`crate::read::ROWS_AFTER`], `start` the event before the first row, and its hash.
    ///
    /// # Errors
    /// What is wrong with the first row that is not right: every event before it was handed on.
    pub(crate) fn each(
        self,
        rows: &mut Rows<'_>,
        start: (u64, Hash),
        mut visit: impl FnMut(&mut Vec<Event>),
    ) -> Result<(u64, Hash), JournalError> {
        let mut hand_on = |piece: &mut Piece| {
            visit(&mut piece.events);
            piece.failed.take().map_or(Ok(()), Err)
        };
        thread::scope(|scope| {
            let most = thread::available_parallelism().map_or(1, usize::from);
            let mut workers = Workers {
                source: self,
                scope,
                most,
                started: Vec::new(),
                next: 0,
                out: VecDeque::new(),
            };
            let mut through = || {
                let mut end = start;
                loop {
                    let mut piece = match workers.out.len() < most * EACH {
                        true => Piece::default(),
                        false => workers.take_back().transpose()?.unwrap_or_default(),
                    };
                    hand_on(&mut piece)?;
                    self.take(rows, end, &mut piece);
                    if let Some(last) = piece.rows.last() {
                        end = (end.0 + piece.rows.len() as u64, last.hash);
                    }
                    let is_last = piece.failed.is_some() || piece.rows.len() < ROWS;
                    if is_last && workers.out.is_empty() {
                        self.believe(&mut piece);
                        hand_on(&mut piece)?;
                        return Ok(end);
                    }
                    workers.give(piece)?;
                    while is_last && let Some(piece) = workers.take_back() {
                        hand_on(&mut piece?)?;
                    }
                    if is_last {
                        return Ok(end);
                    }
                }
            };
            let end = through();
            workers.end();
            end
        })
    }

    fn broke_off(self) -> JournalError {
        JournalError::NotRead(format!("{}: a reading thread broke off", self.path.display()))
    }

    /// The next rows as they are, in the place of those that the piece had.
    fn take(self, rows: &mut Rows<'_>, start: (u64, Hash), piece: &mut Piece) {
        piece.start = start;
        piece.bytes.clear();
        piece.rows.clear();
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
    fn believe(self, piece: &mut Piece) {
        piece.events.clear();
        piece.events.reserve(piece.rows.len());
        let (mut seq, mut prev) = piece.start;
        for row in &piece.rows {
            seq += 1;
            match self.believe_row(&piece.bytes, row, seq, &prev) {
                Ok(event) => piece.events.push(event),
                Err(error) => {
                    // It lies before whatever ended the rows.
                    piece.failed = Some(error);
                    return;
                }
            }
            prev = row.hash;
        }
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
