//! The one place that holds the state: every change goes to disk before anybody hears of it.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rand::Rng;

use crate::WorldError;
use crate::aws::AwsError;
use crate::aws::cognito::Cognito;
use crate::aws::route53::rules;
use crate::clock::ScaledClock;
use crate::disk::{self, LineLog};
use crate::faults::{Fault, Site};
use crate::records::{RecordSet, Routing};
use crate::seed;
use crate::state::{Action, BatchItem, Caller, Change, FORMAT, LogEntry, Outcome, Snapshot, State, Version};
use crate::tls::Authority;
use crate::world::WorldOptions;

/// An accepted batch; `lost` says that its answer must not be sent.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub change: Change,
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
}

pub(crate) fn state_path(dir: &Path) -> PathBuf {
    dir.join("state.json")
}

fn save(dir: &Path, state: &State) -> io::Result<()> {
    disk::replace(&state_path(dir), &serde_json::to_vec_pretty(state)?)
}

impl Core {
    /// Loads the state of a directory, or makes it. The caller holds the lock.
    pub(crate) fn open(options: &WorldOptions) -> Result<Self, WorldError> {
        let dir = options.dir.clone();
        let (mut file, mut log) = LineLog::open::<LogEntry>(&dir.join("log.jsonl"))?;
        let state = match std::fs::read(state_path(&dir)) {
            Ok(bytes) => {
                let mut state: State = serde_json::from_slice(&bytes).map_err(|e| WorldError::BadState {
                    path: state_path(&dir),
                    why: e.to_string(),
                })?;
                if state.format != FORMAT {
                    return Err(WorldError::BadState {
                        path: state_path(&dir),
                        why: format!("format {} is not known", state.format),
                    });
                }
                if state.cognito.pools.is_empty() {
                    state.cognito = Cognito::seeded(state.clock.now_ms());
                }
                state
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                file.clear()?;
                log.clear();
                let delay = i64::try_from(options.insync_delay.as_millis()).unwrap_or(i64::MAX);
                let state = State::new(
                    ScaledClock::starting_now(options.scale),
                    delay,
                    Authority::generate()?,
                );
                save(&dir, &state)?;
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
            dir,
            clock: state.clock,
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

    /// Adds made-up users to a pool and says how many it has now; nothing where there is no such pool.
    pub(crate) fn generate_users(&self, pool: &str, more: u32) -> io::Result<Option<u32>> {
        let mut inner = self.lock();
        if !inner.state.cognito.pools.contains_key(pool) {
            return Ok(None);
        }
        self.change(&mut inner, |state| {
            let pool = state.cognito.pools.get_mut(pool);
            pool.map(|pool| pool.generate(more))
        })
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

    /// Applies a change of the state: on a copy, saved first, then swapped in.
    fn change<R>(&self, inner: &mut Inner, apply: impl FnOnce(&mut State) -> R) -> io::Result<R> {
        if inner.closed {
            return Err(io::Error::other("the world is closed"));
        }
        let mut next = inner.state.clone();
        let result = apply(&mut next);
        save(&self.dir, &next)?;
        inner.state = next;
        Ok(result)
    }

    /// A fault that stands before the operation, if any: `Throttle`, `ErrorBefore`, the rate limit or
    /// expired credentials.
    pub(crate) fn fault_before(&self, caller: &Caller) -> io::Result<Option<AwsError>> {
        let mut inner = self.lock();
        let applies = |operation: &str| operation == "*" || operation == caller.operation;
        if inner.state.faults.contains(&Fault::ExpiredCredentials) {
            return Ok(Some(AwsError::new(
                "ExpiredToken",
                "The security token included in the request is expired",
            )));
        }
        let limit = inner.state.faults.iter().find_map(|f| match f {
            Fault::RateLimit { per_second } => Some(*per_second),
            _ => None,
        });
        if let Some(limit) = limit {
            let now = self.now_ms();
            inner.recent.retain(|(_, at)| now - at < 1_000);
            let mine = inner.recent.iter().filter(|(a, _)| *a == caller.account);
            if mine.count() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                return Ok(Some(AwsError::new("Throttling", "Rate exceeded")));
            }
            inner.recent.push_back((caller.account.clone(), now));
        }
        let denied = |f: &Fault| matches!(f, Fault::Denied { operation } if applies(operation));
        if inner.state.faults.iter().any(denied) {
            let Caller {
                service,
                operation,
                account,
                ..
            } = caller;
            return Ok(Some(AwsError::new(
                "AccessDenied",
                &format!(
                    "User: arn:aws:sts::{account}:assumed-role/operator/rehearsal is not authorized to perform: \
                     {service}:{operation} because no identity-based policy allows the {service}:{operation} action"
                ),
            )));
        }
        let wanted = |fault: &Fault| match fault {
            Fault::Throttle { operation, .. } | Fault::ErrorBefore { operation, .. } => applies(operation),
            _ => false,
        };
        if !inner.state.faults.iter().any(wanted) {
            return Ok(None);
        }
        let taken = self.change(&mut inner, |state| state.take_fault(wanted))?;
        Ok(taken.map(|fault| match fault {
            Fault::ErrorBefore { code, .. } => {
                let message = format!("{code} (a fault of the rehearsal; nothing was done)");
                AwsError::new(&code, &message)
            }
            _ => AwsError::new("Throttling", "Rate exceeded"),
        }))
    }

    /// Real milliseconds to wait before the operation is carried out.
    pub(crate) fn lands_late_ms(&self, operation: &str) -> io::Result<Option<u64>> {
        let mut inner = self.lock();
        let wanted =
            |f: &Fault| matches!(f, Fault::LandsLate { operation: of, .. } if of == "*" || of == operation);
        if !inner.state.faults.iter().any(wanted) {
            return Ok(None);
        }
        let taken = self.change(&mut inner, |state| state.take_fault(wanted))?;
        Ok(taken.and_then(|fault| match fault {
            Fault::LandsLate { ms, .. } => Some(ms),
            _ => None,
        }))
    }

    /// Whether the answer of a read must be lost.
    pub(crate) fn loses_answer(&self, operation: &str) -> io::Result<bool> {
        let mut inner = self.lock();
        if !inner.state.faults.iter().any(|f| loses(f, operation)) {
            return Ok(false);
        }
        self.change(&mut inner, |state| state.take_fault(|f| loses(f, operation)))?;
        Ok(true)
    }

    /// Real milliseconds by which the operation is answered late.
    pub(crate) fn delay_ms(&self, operation: &str) -> Option<u64> {
        self.read(|state| {
            state.faults.iter().find_map(|f| match f {
                Fault::Delay { operation: of, ms } if of == "*" || of == operation => Some(*ms),
                _ => None,
            })
        })
    }

    /// Submits a batch: all of it or nothing, on disk before this returns.
    pub(crate) fn submit(
        &self,
        caller: &Caller,
        batch: &[BatchItem],
        comment: Option<&str>,
    ) -> Result<Submitted, AwsError> {
        let mut inner = self.lock();
        let records = rules::apply(inner.state.records(), seed::ZONE_NAME, batch)?;
        let now = self.now_ms();
        let change = Change {
            id: change_id(),
            comment: comment.map(str::to_owned),
            submitted_ms: now,
            insync_ms: now.saturating_add(inner.state.insync_delay_ms()),
        };
        let lost = inner.state.faults.iter().any(|f| loses(f, &caller.operation));
        let entry = inner.numbered(
            LogEntry {
                comment: change.comment.clone(),
                change_id: Some(change.id.clone()),
                batch: Some(batch.to_vec()),
                ..caller.entry(if lost { Outcome::Lost } else { Outcome::Committed })
            },
            now,
        );
        self.change(&mut inner, |state| {
            if lost {
                state.take_fault(|f| loses(f, &caller.operation));
            }
            state.push_version(Version {
                at_ms: change.submitted_ms,
                insync_ms: change.insync_ms,
                records,
            });
            state.changes.push(change.clone());
            state.last_commit = Some(entry.clone());
        })?;
        inner.append(entry, true)?;
        Ok(Submitted { change, lost })
    }

    /// Puts a fault in force; a second writer acts at once instead.
    pub(crate) fn inject(&self, fault: Fault) -> Result<(), WorldError> {
        match &fault {
            Fault::SecondWriter { address } => return self.second_writer(address, None),
            Fault::Routed { policy } => {
                let routing = Routing::example(policy);
                return self.second_writer(seed::SECOND_WRITER_ADDRESS, routing);
            }
            _ => {}
        }
        let mut inner = self.lock();
        self.change(&mut inner, |state| {
            // Caches forget: a parent names other servers from now on.
            if matches!(fault, Fault::OtherZone { .. }) {
                state.generation += 1;
            }
            state
                .faults
                .retain(|f| (f.name(), f.subject()) != (fault.name(), fault.subject()));
            state.faults.push(fault);
        })?;
        Ok(())
    }

    /// Lifts the faults that `wanted` names and says how many there were.
    pub(crate) fn lift(&self, wanted: &str) -> Result<usize, WorldError> {
        let mut inner = self.lock();
        Ok(self.change(&mut inner, |state| {
            let before = state.faults.len();
            let named = |f: &Fault| f.is_named(wanted);
            if state
                .faults
                .iter()
                .any(|f| named(f) && matches!(f, Fault::OtherZone { .. }))
            {
                state.generation += 1;
            }
            state.faults.retain(|f| !named(f));
            before - state.faults.len()
        })?)
    }

    /// Another address for `apps`; or, with a routing policy, the address that it has under that policy.
    fn second_writer(&self, address: &str, routing: Option<Routing>) -> Result<(), WorldError> {
        let apps: Vec<RecordSet> = self.read(|state| {
            let mut apps: Vec<RecordSet> = state.records().to_vec();
            apps.retain(|r| r.name == seed::APPS_NAME);
            apps
        });
        let ttl = apps.iter().find_map(|r| r.ttl).unwrap_or(300);
        let simple = RecordSet::simple(seed::APPS_NAME, "A", ttl, &[address]);
        let record = match routing {
            None => simple,
            // A pair of an old and a new side, all of it served by the old one.
            Some(Routing::Weight(_)) => {
                let old = apps.iter().find_map(|r| r.values.first().cloned());
                let old = old.unwrap_or_else(|| address.to_owned());
                let new = Site::New.address().to_string();
                let side = |id: &str, weight, address: &str| RecordSet {
                    set_identifier: Some(id.to_owned()),
                    routing: Some(Routing::Weight(weight)),
                    ..RecordSet::simple(seed::APPS_NAME, "A", ttl, &[address])
                };
                return self.replace(apps, vec![side("blue", 100, &old), side("green", 0, &new)]);
            }
            Some(routing) => RecordSet {
                values: apps
                    .iter()
                    .find_map(|r| r.values.first().cloned())
                    .map_or(simple.values.clone(), |v| vec![v]),
                set_identifier: (!matches!(routing, Routing::TrafficPolicy(_))).then(|| "routed".to_owned()),
                routing: Some(routing),
                ..simple
            },
        };
        self.replace(apps, vec![record])
    }

    /// Somebody else's batch.
    fn replace(&self, gone: Vec<RecordSet>, come: Vec<RecordSet>) -> Result<(), WorldError> {
        let item = |action| move |record| BatchItem { action, record };
        let gone = gone.into_iter().map(item(Action::Delete));
        let batch: Vec<BatchItem> = gone.chain(come.into_iter().map(item(Action::Create))).collect();
        let caller = Caller {
            service: "second-writer".to_owned(),
            region: String::new(),
            // Not the operation's own name, so that a lost response meant for the operator is not
            // used up by somebody else.
            operation: "SecondWriter".to_owned(),
            request_id: uuid::Uuid::new_v4().to_string(),
            account: seed::ACCOUNT.to_owned(),
        };
        self.submit(&caller, &batch, Some("changed by somebody else"))
            .map_err(|e| WorldError::SecondWriter { why: e.message })?;
        Ok(())
    }

    /// The world as at the beginning; the log is emptied, its numbers and world time go on.
    pub(crate) fn reset(&self) -> Result<(), WorldError> {
        let mut inner = self.lock();
        let floor = inner.last_seq();
        self.change(&mut inner, |state| {
            state.seed();
            state.log_floor = floor;
        })?;
        inner.log.clear();
        inner.counts.clear();
        inner.recent.clear();
        inner.file.clear()?;
        Ok(())
    }
}

impl Inner {
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
        if self.closed {
            return Err(io::Error::other("the world is closed"));
        }
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

fn loses(fault: &Fault, operation: &str) -> bool {
    matches!(fault, Fault::LostResponse { operation: of, .. } if of == "*" || of == operation)
}

/// A change id as AWS makes them: `C` and about 20 capitals and digits.
fn change_id() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut rng = rand::rng();
    let mut id = String::from("C0");
    for _ in 0..19 {
        id.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    id
}
