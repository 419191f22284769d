//! What the world and the journal say.

use std::path::Path;

use switchback_engine::evolve::name;
use switchback_engine::run::Run;
use switchback_journal::{MemoryKeyRing, Store};
use switchback_rehearsal::{Client, Handle, LogEntry, RecordSet};

fn client(home: &Path) -> Client {
    Client::new(&Handle::read(&home.join("rehearsal")).unwrap())
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

pub fn records(home: &Path) -> Vec<RecordSet> {
    block(client(home).state()).unwrap().records
}

/// Everything that a run may change, what running tasks know included.
pub(super) fn objects(home: &Path) -> Vec<String> {
    block(client(home).state()).unwrap().objects()
}

pub fn log(home: &Path) -> Vec<LogEntry> {
    block(client(home).log(0)).unwrap()
}

fn store(home: &Path) -> Store {
    Store::open(home, std::sync::Arc::new(MemoryKeyRing::default())).unwrap()
}

pub(super) fn head(home: &Path) -> u64 {
    store(home).runs().unwrap().first().map_or(0, |row| row.head_seq)
}

/// The folded run of a home, if there is one.
pub(super) fn folded(home: &Path) -> Option<Run> {
    let store = store(home);
    let row = store.runs().unwrap().into_iter().next()?;
    let events = store.read_page(&row.id, 0, 1_000_000).unwrap();
    Some(Run::replay(&events).unwrap())
}

/// Requests that the journal tells of: changes, and publications of them.
pub(super) fn intents(run: &Run) -> (usize, usize) {
    let of = |publisher: bool| {
        let steps = run.plan.steps().filter(|step| step.is_publisher() == publisher);
        let attempts = steps.flat_map(|step| &run.steps[&step.id].attempts);
        attempts.filter(|attempt| !attempt.token.is_empty()).count()
    };
    (of(false), of(true))
}

/// The state of the step that was at work, and whether its call was in flight.
pub(super) fn state(home: &Path) -> Option<(String, bool)> {
    let run = folded(home)?;
    let at_work = run.steps.values().find(|s| s.state.is_in_flight());
    let last = run.steps.values().max_by_key(|s| s.changed_at)?;
    Some((name(at_work.unwrap_or(last).state).to_owned(), at_work.is_some()))
}

pub(super) fn rolling_back(home: &Path) -> bool {
    folded(home).is_some_and(|run| run.rollback_active())
}
