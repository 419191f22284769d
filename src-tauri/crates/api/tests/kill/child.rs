//! The roles of a re-executed copy: the world, and the driver that dies at a given point.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use switchback_api::clock::WorldClock;
use switchback_api::host::{Host, HostOptions, Surroundings};
use switchback_engine::driver::{DriveError, Driver};
use switchback_engine::ports::{Clock as _, Journal, Lease, World};
use switchback_journal::{Store, Takeover};
use switchback_model::{EventKind, Holder, Operator, RollbackScope, RunId};

use crate::anchor;
use crate::fuse::{Fuse, FusedJournal, FusedWorld, WriteBehind};
use crate::operator;
use crate::ring::FileRing;
use crate::runbook::Runbook;

pub fn play(role: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    match role {
        "world" => runtime.block_on(world()),
        "forward" => runtime.block_on(drive(Goal::Forward)),
        "back" => runtime.block_on(drive(Goal::Back)),
        "there-and-back" => runtime.block_on(there_and_back(1)),
        "there-and-back-twice" => runtime.block_on(there_and_back(2)),
        "open" => runtime.block_on(open()),
        "again-forward" => runtime.block_on(again(Goal::Forward)),
        "again-back" => runtime.block_on(again(Goal::Back)),
        other => panic!("no role {other}"),
    }
    std::process::exit(0);
}

/// Steps that were taken back are opened again and done anew.
async fn there_and_back(turns: u32) {
    for _ in 0..turns {
        drive(Goal::Forward).await;
        drive(Goal::Back).await;
    }
}

fn home() -> PathBuf {
    PathBuf::from(std::env::var_os("SWITCHBACK_HOME").unwrap())
}

fn options() -> HostOptions {
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(home());
    options.rehearsal_scale = 300;
    options.rehearsal_insync_s = 20;
    options
}

async fn world() {
    let host = Host::start(options()).unwrap();
    host.closed_world().await.unwrap();
    // Calls that take a while, so that a random kill finds one in flight often enough.
    if let Ok(ms) = std::env::var("SWITCHBACK_KILL_SLOW_CALLS") {
        for operation in Runbook::of_process().mutations() {
            let slow = format!("delay:{operation}:{ms}").parse().unwrap();
            host.world_client().await.unwrap().inject(&slow).await.unwrap();
        }
    }
    tell("served");
    // Lives as long as the parent keeps the pipe open.
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = ended.await;
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    Forward,
    Back,
}

/// One line for the parent, which may be the last.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// The journal of this home. A harmed home has a key ring and a mirror folder; the host's own store knows
/// only the computer's keychain, which no test may touch.
fn store_of(host: &Host) -> Store {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let Some(ring) = folder("SWITCHBACK_KILL_RING") else {
        return host.store().clone();
    };
    let store = Store::open(&home(), Arc::new(FileRing::new(ring))).unwrap();
    match folder("SWITCHBACK_KILL_MIRROR") {
        Some(mirror) => store.with_mirror(&mirror).unwrap(),
        None => store,
    }
}

/// The run of this home, or a new one whose readings are believed for long: world time runs 300
/// times as fast as the processor.
async fn run_of(host: &Host, store: &Store) -> RunId {
    if let Some(row) = store.runs().unwrap().into_iter().next() {
        return row.id;
    }
    let plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    let plan = Runbook::of_process().made_of(plan);
    let plan = switchback_testkit::plans::with_times(plan, 86_400, 7_200);
    let clock = WorldClock::new(host.closed_world().await.unwrap().clock);
    let run = RunId::new(uuid::Uuid::now_v7().to_string()).unwrap();
    let opened = EventKind::RunOpened {
        run: run.clone(),
        plan_digest: plan.digest(),
        plan: plan.into(),
        endpoint: None,
        by: host.operator().clone(),
    };
    store.create_run(&run, clock.now(), opened, None).unwrap();
    run
}

/// A run, and nothing done of it.
async fn open() {
    let host = Host::start(options()).unwrap();
    run_of(&host, &store_of(&host)).await;
}

fn holder(host: &Host) -> Holder {
    Holder {
        by: host.operator().clone(),
        host: "test".to_owned(),
        pid: std::process::id(),
    }
}

async fn drive(goal: Goal) {
    let host = Host::start(options()).unwrap();
    let store = store_of(&host);
    let id = run_of(&host, &store).await;
    let run = host.load(&id).await.unwrap();
    let around = host.surroundings(&run).await.unwrap();
    let (lease, taken) = store.take_lease(&id, holder(&host), false).unwrap();
    let mut driver = driver(&store, &id, &around, (lease.clone(), taken))
        .await
        .unwrap();
    driver.settle().await.unwrap();
    match goal {
        Goal::Forward => operator::forward(&mut driver, &around.clock).await,
        Goal::Back => operator::back(&mut driver).await,
    }
    store.release(&id, &lease).unwrap();
    let fuse = Fuse::of_process();
    tell(&format!(
        "counts {} {}",
        fuse.commits.load(Ordering::SeqCst),
        fuse.calls.load(Ordering::SeqCst)
    ));
}

async fn driver(
    store: &Store,
    id: &RunId,
    around: &Surroundings,
    (lease, taken): (Lease, bool),
) -> Result<Driver, DriveError> {
    let fuse = Fuse::of_process();
    let journal: Arc<dyn Journal> = Arc::new(FusedJournal {
        inner: Arc::new(store.journal(id).unwrap()),
        fuse: fuse.clone(),
        behind: WriteBehind::planted(),
    });
    let world: Arc<dyn World> = Arc::new(FusedWorld {
        inner: around.world.clone(),
        fuse,
    });
    Driver::start(journal, around.clock.clone(), world, lease, taken).await
}

/// The program started again over a journal that was harmed: it says what it thinks of it, looks, takes over
/// what it finds, and goes on. What it can't read it says, and ends.
async fn again(goal: Goal) {
    let host = Host::start(options()).unwrap();
    plant();
    let store = store_of(&host);
    let copy = std::env::var_os("SWITCHBACK_KILL_COPY").map(PathBuf::from);
    // Where nothing is left of the run, its anchor still names it.
    let known = store.runs().unwrap().first().map(|row| row.id.clone());
    if let Some(id) = known.or_else(|| anchor::run(&home())) {
        told(&store, &id);
    }
    if let Some(copy) = copy {
        let clock = WorldClock::new(host.closed_world().await.unwrap().clock);
        let takeover = Takeover {
            by: host.operator().clone(),
            reason: "the journal was harmed".to_owned(),
            holder: holder(&host),
        };
        let taken = store.import(&copy, clock.now(), &takeover).unwrap();
        tell(&format!("taken over to {}", taken.from_seq));
    }
    let id = run_of(&host, &store).await;
    let run = match host.load(&id).await {
        Ok(run) => run,
        Err(error) => return tell(&format!("refused {}", error.message)),
    };
    let around = host.surroundings(&run).await.unwrap();
    let (lease, taken) = store.take_lease(&id, holder(&host), false).unwrap();
    let mut driver = driver(&store, &id, &around, (lease.clone(), taken))
        .await
        .unwrap();
    // Asked before anything was looked at.
    if let Err(why) = driver.plan_rollback(&RollbackScope::All).await {
        tell(&format!("early {} {}", why.message, why.hint));
    }
    // Who is in a hurry goes back at once, and is not faster than the look.
    let hurry = std::env::var_os("SWITCHBACK_KILL_HURRY").is_some();
    if !hurry {
        driver.settle().await.unwrap();
        operator::take_over_what_is_found(&mut driver).await;
    }
    if goal == Goal::Forward {
        // A rollback that a kill interrupted is finished first: nobody goes forward inside one.
        if driver.run().rollback_active() {
            operator::back_from_what_is_found(&mut driver).await;
        }
        operator::forward(&mut driver, &around.clock).await;
    }
    operator::back_from_what_is_found(&mut driver).await;
    told(&store, &id);
    store.release(&id, &lease).unwrap();
}

/// What the program says of the journal as it stands.
fn told(store: &Store, id: &RunId) {
    match store.verify(id) {
        Ok(said) => tell(&format!(
            "verified {} {:?} {}",
            said.complete, said.vouched, said.sentence
        )),
        Err(error) => tell(&format!("tampered {error}")),
    }
}

/// The planted bugs of a program that starts again: "the anchor is not read", so that nobody remembers how far
/// the run was acknowledged, and "the anchor promises no seal", so that a seal that is gone was never there.
fn plant() {
    let Ok(bug) = std::env::var("SWITCHBACK_KILL_PLANT") else {
        return;
    };
    let ring = std::env::var_os("SWITCHBACK_KILL_RING").map(PathBuf::from);
    match bug.as_str() {
        "no-anchor" => std::fs::remove_dir_all(home().join("heads")).unwrap(),
        "no-promise" => anchor::without_promise(&home()),
        _ => return,
    }
    FileRing::new(ring.unwrap()).forget("anchor-");
}
