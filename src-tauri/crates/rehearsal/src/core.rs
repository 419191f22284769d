//! The one place that holds the state: every change goes to disk before anybody hears of it. It knows no
//! service: what a change is, a service says.

mod faults;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub(crate) use faults::{After, Stop};

use crate::WorldError;
use crate::clock::ScaledClock;
use crate::disk::{self, LineLog};
use crate::faults::App;
use crate::log::{LogEntry, Outcome};
use crate::snapshot::Snapshot;
use crate::state::{FORMAT, State};
use crate::world::Arrivals;

/// What a commit made; `lost` says that its answer must not be sent.
#[derive(Debug)]
pub(crate) struct Committed<R> {
    pub made: R,
    pub lost: bool,
}

#[derive(Debug)]
struct Inner {
    state: State,
    log: Vec<LogEntry>,
    file: LineLog,
    /// Requests since the beginning or the last reset, by `service:Operation`.
    counts: BTreeMap<String, u64>,
    /// World moments of the last requests, for the rate limit.
    recent: VecDeque<(String, i64)>,
    /// Set when the world is dropped, so that a straggling task can't write to a directory that
    /// another world may serve by now.
    closed: bool,
}

/// The shared state of a served world.
#[derive(Debug)]
pub(crate) struct Core {
    dir: PathBuf,
    clock: ScaledClock,
    inner: Mutex<Inner>,
    /// Requests to user management, which its tasks answer in turn; counted from each start of the world.
    turns: AtomicUsize,
    /// Requests to the sites, of which the gateway has most; counted likewise.
    at_sites: AtomicUsize,
    /// Requests to the gateway before it, most of which never reach a task; counted likewise.
    arrivals: AtomicUsize,
    /// Requests to each of the guarded APIs; counted likewise.
    at_apis: [AtomicUsize; App::ALL.len()],
    /// Writes that user management itself refused for want of credentials; counted likewise.
    refused_writes: AtomicUsize,
    /// Requests to the distribution, which its edges answer in turn; counted likewise.
    at_edges: AtomicUsize,
}

pub(crate) fn state_path(dir: &Path) -> PathBuf {
    dir.join("state.json")
}

fn save(dir: &Path, state: &State) -> io::Result<()> {
    disk::replace(&state_path(dir), &serde_json::to_vec_pretty(state)?)
}

impl Core {
    /// Loads the state of a directory, or begins it with `begin`. The caller holds the lock.
    pub(crate) fn open(
        dir: &Path,
        begin: impl FnOnce() -> Result<State, WorldError>,
    ) -> Result<Self, WorldError> {
        let (mut file, mut log) = LineLog::open::<LogEntry>(&dir.join("log.jsonl"))?;
        let state = match std::fs::read(state_path(dir)) {
            Ok(bytes) => {
                let bad = |why: String| WorldError::BadState {
                    path: state_path(dir),
                    why,
                };
                let mut state: State = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
                if state.format != FORMAT {
                    return Err(bad(format!("format {} is not known", state.format)));
                }
                state.complete();
                state
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                file.clear()?;
                log.clear();
                let state = begin()?;
                save(dir, &state)?;
                state
            }
            Err(e) => return Err(e.into()),
        };
        log.retain(|entry| entry.seq > state.log_floor);
        let seen = log.last().map_or(state.log_floor, |e| e.seq);
        if let Some(entry) = state.last_commit.clone().filter(|e| e.seq > seen) {
            file.append(&entry, true)?;
            log.push(entry);
        }
        let mut counts = BTreeMap::new();
        for entry in &log {
            count(&mut counts, entry);
        }
        Ok(Self {
            dir: dir.to_owned(),
            clock: state.clock,
            turns: AtomicUsize::new(0),
            at_sites: AtomicUsize::new(0),
            arrivals: AtomicUsize::new(0),
            at_apis: Default::default(),
            refused_writes: AtomicUsize::new(0),
            at_edges: AtomicUsize::new(0),
            inner: Mutex::new(Inner {
                state,
                counts,
                log,
                file,
                recent: VecDeque::new(),
                closed: false,
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // The state is only replaced whole, so a panic elsewhere can't have left it half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// World time; never waits.
    pub(crate) fn clock(&self) -> ScaledClock {
        self.clock
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The number of the next request to user management, beginning with 0.
    pub(crate) fn turn(&self) -> usize {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a request to a site.
    pub(crate) fn came_to_a_site(&self) {
        self.at_sites.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of the next request to the gateway, beginning with 0.
    pub(crate) fn arrival(&self) -> usize {
        self.arrivals.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next request to the guarded API of an application, beginning with 0.
    pub(crate) fn at_api(&self, app: App) -> usize {
        let [reval, admins] = &self.at_apis;
        let of_it = match app {
            App::Reval => reval,
            App::Admins => admins,
        };
        of_it.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of the next request to the distribution, beginning with 0.
    pub(crate) fn edge_turn(&self) -> usize {
        self.at_edges.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a write that came as far as user management and was refused there.
    pub(crate) fn write_was_refused(&self) {
        self.refused_writes.fetch_add(1, Ordering::Relaxed);
    }

    /// What came to the gateway, and how much of it to user management.
    pub(crate) fn arrived(&self) -> Arrivals {
        Arrivals {
            at_sites: self.at_sites.load(Ordering::Relaxed),
            requests: self.arrivals.load(Ordering::Relaxed),
            refused_writes: self.refused_writes.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock().state)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.read(State::snapshot)
    }

    /// The entries after a sequence number.
    pub(crate) fn log(&self, after: u64) -> Vec<LogEntry> {
        let inner = self.lock();
        let from = inner.log.partition_point(|e| e.seq <= after);
        inner.log[from..].to_vec()
    }

    /// Requests since the beginning or the last reset, refused ones too, by `service:Operation`.
    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.lock().counts.clone()
    }

    /// From now on nothing is written.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    /// Logs a request that changed nothing.
    pub(crate) fn note(&self, entry: LogEntry) -> io::Result<()> {
        let mut inner = self.lock();
        let entry = inner.numbered(entry, self.now_ms());
        inner.append(entry, false)
    }

    /// Changes the state and logs nothing: what is done to the world, not in it.
    pub(crate) fn change<R>(&self, apply: impl FnOnce(&mut State) -> R) -> io::Result<R> {
        self.swap(&mut self.lock(), apply)
    }

    /// Carries a mutation out: `apply` changes a copy, at the world's moment that it is given, and says what it
    /// made and what the log should know. All of it is on disk when this returns; where `apply` refuses,
    /// nothing has happened.
    pub(crate) fn commit<R, E: From<io::Error>>(
        &self,
        apply: impl FnOnce(&mut State, i64) -> Result<(R, LogEntry), E>,
    ) -> Result<Committed<R>, E> {
        let mut inner = self.lock();
        inner.open()?;
        let now = self.now_ms();
        let mut next = inner.state.clone();
        next.settle(now);
        let (made, entry) = apply(&mut next, now)?;
        let lost = next
            .take_fault(|fault| faults::loses(fault, &entry.operation))
            .is_some();
        let outcome = if lost { Outcome::Lost } else { Outcome::Committed };
        let entry = inner.numbered(LogEntry { outcome, ..entry }, now);
        next.last_commit = Some(entry.clone());
        save(&self.dir, &next)?;
        inner.state = next;
        inner.append(entry, true)?;
        Ok(Committed { made, lost })
    }

    /// Applies a change of the state: on a copy, saved first, then swapped in.
    fn swap<R>(&self, inner: &mut Inner, apply: impl FnOnce(&mut State) -> R) -> io::Result<R> {
        inner.open()?;
        let mut next = inner.state.clone();
        next.settle(self.now_ms());
        let result = apply(&mut next);
        save(&self.dir, &next)?;
        inner.state = next;
        Ok(result)
    }

    /// The world as at the beginning; the log is emptied, its numbers and world time go on.
    pub(crate) fn reset(&self) -> Result<(), WorldError> {
        let mut inner = self.lock();
        let floor = inner.last_seq();
        self.swap(&mut inner, |state| {
            state.seed();
            state.log_floor = floor;
        })?;
        inner.log.clear();
        inner.counts.clear();
        inner.recent.clear();
        self.turns.store(0, Ordering::Relaxed);
        self.at_sites.store(0, Ordering::Relaxed);
        self.arrivals.store(0, Ordering::Relaxed);
        for of_it in &self.at_apis {
            of_it.store(0, Ordering::Relaxed);
        }
        self.refused_writes.store(0, Ordering::Relaxed);
        self.at_edges.store(0, Ordering::Relaxed);
        inner.file.clear()?;
        Ok(())
    }
}

impl Inner {
    /// Refuses once the world has ended.
    fn open(&self) -> io::Result<()> {
        match self.closed {
            true => Err(io::Error::other("the world is closed")),
            false => Ok(()),
        }
    }

    fn last_seq(&self) -> u64 {
        self.log.last().map_or(self.state.log_floor, |e| e.seq)
    }

    fn numbered(&self, entry: LogEntry, now_ms: i64) -> LogEntry {
        LogEntry {
            seq: self.last_seq() + 1,
            world_time: Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::MAX),
            ..entry
        }
    }

    fn append(&mut self, entry: LogEntry, durable: bool) -> io::Result<()> {
        self.open()?;
        self.file.append(&entry, durable)?;
        count(&mut self.counts, &entry);
        self.log.push(entry);
        Ok(())
    }
}

fn count(counts: &mut BTreeMap<String, u64>, entry: &LogEntry) {
    let name = format!("{}:{}", entry.service, entry.operation);
    *counts.entry(name).or_default() += 1;
}
