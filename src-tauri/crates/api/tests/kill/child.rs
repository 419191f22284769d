//! The roles of a re-executed copy: the world, and the driver that dies at a given point.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_api::host::{Host, HostOptions};
use switchback_engine::doubt::Doubt;
use switchback_engine::driver::Driver;
use switchback_engine::ports::{
    Action, History, Identity, Journal, JournalError, Lease, Observed, ProviderError, Sent, SyncState, World,
};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{
    ActionSpec, CheckReading, CheckSpec, Command, Event, EventKind, Finding, Holder, Image, Operator,
    Preview, RollbackScope, RunId, StepId, StepState, Submission, Target, Verdict,
};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

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
        "there-and-back" => runtime.block_on(async {
            drive(Goal::Forward).await;
            drive(Goal::Back).await;
        }),
        other => panic!("no role {other}"),
    }
    std::process::exit(0);
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
        let slow = format!("delay:ChangeResourceRecordSets:{ms}").parse().unwrap();
        host.world_client().await.unwrap().inject(&slow).await.unwrap();
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

/// Dies as if by kill -9 once its counter reaches the point.
struct Fuse {
    kind: String,
    at: usize,
    /// For commits: the kinds of its events, of which `at` counts.
    about: String,
    alike: AtomicUsize,
    commits: AtomicUsize,
    calls: AtomicUsize,
}

impl Fuse {
    /// One for the whole process: the way there and the way back are counted together.
    fn of_process() -> Arc<Self> {
        static FUSE: OnceLock<Arc<Fuse>> = OnceLock::new();
        FUSE.get_or_init(Self::from_env).clone()
    }

    fn from_env() -> Arc<Self> {
        let spec = std::env::var("SWITCHBACK_KILL_AT").unwrap_or_default();
        let (kind, at) = spec.split_once(':').unwrap_or(("never", "0"));
        let (at, about) = at.split_once(':').unwrap_or((at, ""));
        Arc::new(Self {
            kind: kind.to_owned(),
            at: at.parse().unwrap_or(0),
            about: about.to_owned(),
            alike: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
        })
    }

    /// Counts a commit; how many of its sort there have been, if it is of the sort to die at, else 0.
    fn commit(&self, about: &str) -> usize {
        self.commits.fetch_add(1, Ordering::SeqCst);
        if about == self.about {
            self.alike.fetch_add(1, Ordering::SeqCst) + 1
        } else {
            0
        }
    }

    fn burn(&self, kind: &str, count: usize, what: &str) {
        if self.kind == kind && self.at == count {
            tell(&format!("died {what}"));
            std::process::abort();
        }
    }
}

/// One line for the parent, which may be the last.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// What a commit is about: the kinds of its events.
fn about(events: &[EventKind]) -> String {
    let word = |kind: &EventKind| {
        let text = format!("{kind:?}");
        let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
        text[..end].to_owned()
    };
    events.iter().map(word).collect::<Vec<_>>().join(" + ")
}

struct FusedJournal {
    inner: Arc<dyn Journal>,
    fuse: Arc<Fuse>,
    behind: Option<WriteBehind>,
}

/// The planted bug "acknowledged before it is on disk": an intent is written a while later, in the
/// background.
#[derive(Default)]
struct WriteBehind(Mutex<Option<JoinHandle<()>>>);

impl WriteBehind {
    const LATER: Duration = Duration::from_millis(200);

    fn planted() -> Option<Self> {
        let planted = std::env::var("SWITCHBACK_KILL_PLANT").is_ok_and(|bug| bug == "write-behind");
        planted.then(Self::default)
    }

    async fn append(
        &self,
        inner: &Arc<dyn Journal>,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let mut pending = self.0.lock().await;
        if let Some(write) = pending.take() {
            write.await.unwrap();
        }
        if !events
            .iter()
            .any(|kind| matches!(kind, EventKind::Intended { .. }))
        {
            return inner.append(lease, at, events).await;
        }
        let head = inner.read(0).await?.last().map_or(0, |event| event.seq);
        let told = (head + 1..)
            .zip(events.clone())
            .map(|(seq, kind)| Event { seq, at, kind })
            .collect();
        let (inner, lease) = (inner.clone(), lease.clone());
        *pending = Some(tokio::spawn(async move {
            tokio::time::sleep(Self::LATER).await;
            inner.append(&lease, at, events).await.unwrap();
        }));
        Ok(told)
    }
}

#[async_trait]
impl Journal for FusedJournal {
    async fn append(
        &self,
        lease: &Lease,
        at: Timestamp,
        events: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let about = about(&events);
        tell(&format!("commit {about}"));
        let n = self.fuse.commit(&about);
        self.fuse.burn("before-commit", n, &about);
        let written = match &self.behind {
            Some(behind) => behind.append(&self.inner, lease, at, events).await?,
            None => self.inner.append(lease, at, events).await?,
        };
        self.fuse.burn("after-commit", n, &about);
        // The acknowledgement: the parent counts what must still be there.
        for event in &written {
            tell(&format!("ack {}", event.seq));
        }
        Ok(written)
    }
    async fn read(&self, after_seq: u64) -> Result<Vec<Event>, JournalError> {
        self.inner.read(after_seq).await
    }
    async fn doubt(&self) -> Result<Option<Doubt>, JournalError> {
        self.inner.doubt().await
    }
    async fn holds(&self, lease: &Lease) -> Result<(), JournalError> {
        self.inner.holds(lease).await
    }
}

struct FusedWorld {
    inner: Arc<dyn World>,
    fuse: Arc<Fuse>,
}

struct FusedAction {
    inner: Box<dyn Action>,
    fuse: Arc<Fuse>,
}

#[async_trait]
impl Action for FusedAction {
    async fn read(&self, since: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        self.inner.read(since).await
    }
    fn plan(&self, from: &Image, restore: Option<&Image>) -> Result<Preview, ProviderError> {
        self.inner.plan(from, restore)
    }
    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        self.inner.judge(now, before, after, sent)
    }
    async fn call(&self, cx: &WriteCx, approved: &Preview) -> Result<Receipt, ProviderError> {
        let n = self.fuse.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.fuse.burn("before-send", n, "the call");
        let answer = self.inner.call(cx, approved).await;
        self.fuse.burn("after-accept", n, "the call");
        answer
    }
    fn spreads(&self) -> bool {
        self.inner.spreads()
    }
    async fn sync(&self, receipt: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        self.inner.sync(receipt).await
    }
}

#[async_trait]
impl World for FusedWorld {
    fn action(&self, spec: &ActionSpec) -> Box<dyn Action> {
        Box::new(FusedAction {
            inner: self.inner.action(spec),
            fuse: self.fuse.clone(),
        })
    }
    async fn identity(&self, target: &Target) -> Result<Identity, ProviderError> {
        self.inner.identity(target).await
    }
    async fn check(&self, spec: &CheckSpec, history: &History) -> CheckReading {
        self.inner.check(spec, history).await
    }
}

/// The run of this home, or a new one whose readings are believed for long: world time runs 300
/// times as fast as the processor.
async fn run_of(host: &Host) -> RunId {
    if let Some(row) = host.run_list().unwrap().first() {
        return RunId::new(&row.run).unwrap();
    }
    let plan = switchback_api::plan::resolve("dns-switch", "rehearsal").unwrap();
    let plan = switchback_testkit::plans::with_times(plan, 86_400, 7_200);
    host.run_new(plan).unwrap()
}

async fn drive(goal: Goal) {
    let host = Host::start(options()).unwrap();
    let id = run_of(&host).await;
    let run = host.load(&id).await.unwrap();
    let around = host.surroundings(&run).await.unwrap();
    let fuse = Fuse::of_process();
    let holder = Holder {
        by: host.operator().clone(),
        host: "test".to_owned(),
        pid: std::process::id(),
    };
    let (lease, taken) = host.store().take_lease(&id, holder, false).unwrap();
    let journal: Arc<dyn Journal> = Arc::new(FusedJournal {
        inner: Arc::new(host.store().journal(&id).unwrap()),
        fuse: fuse.clone(),
        behind: WriteBehind::planted(),
    });
    let world: Arc<dyn World> = Arc::new(FusedWorld {
        inner: around.world.clone(),
        fuse: fuse.clone(),
    });
    let mut driver = Driver::start(journal, around.clock.clone(), world, lease.clone(), taken)
        .await
        .unwrap();
    driver.settle().await.unwrap();
    match goal {
        Goal::Forward => forward(&mut driver, &around.clock).await,
        Goal::Back => back(&mut driver).await,
    }
    host.release(&id, &lease).unwrap();
    tell(&format!(
        "counts {} {}",
        fuse.commits.load(Ordering::SeqCst),
        fuse.calls.load(Ordering::SeqCst)
    ));
}

fn submission(command: Command, basis: Option<switchback_model::Digest>) -> Submission {
    Submission {
        command,
        basis,
        by: Operator::new("m.example").unwrap(),
        reason: Some("scripted".to_owned()),
    }
}

async fn forward(driver: &mut Driver, clock: &Arc<dyn switchback_engine::ports::Clock>) {
    // A rollback that a kill interrupted is finished first: nobody goes forward inside one.
    let steps: Vec<StepId> = driver.run().plan.steps().map(|s| s.id.clone()).collect();
    for id in steps {
        for _try in 0..200 {
            let state = driver.run().steps[&id].clone();
            match state.state {
                StepState::Done { .. } => break,
                StepState::Undone { .. } | StepState::Skipped => {
                    driver
                        .submit(&submission(Command::Reopen { step: id.clone() }, None))
                        .await
                        .unwrap();
                }
                StepState::Ready => {
                    let basis = state
                        .checks
                        .as_ref()
                        .and_then(|c| c.preview.as_ref())
                        .map(|preview| driver.run().basis_of_preview(&id, preview));
                    driver
                        .submit(&submission(Command::Apply { step: id.clone() }, basis))
                        .await
                        .unwrap();
                    driver.settle().await.unwrap();
                }
                StepState::ToDo | StepState::Blocked | StepState::Failed => {
                    let waiting = state.checks.as_ref().is_some_and(|c| {
                        c.readings
                            .iter()
                            .any(|r| matches!(r.verdict, Verdict::Waiting { .. } | Verdict::Fail))
                    });
                    if waiting {
                        clock.sleep(Duration::from_secs(15)).await;
                    }
                    driver
                        .submit(&submission(Command::Check { step: id.clone() }, None))
                        .await
                        .unwrap();
                    driver.settle().await.unwrap();
                }
                other => panic!("step {id} settled as {other:?}"),
            }
        }
        let state = &driver.run().steps[&id];
        assert!(
            matches!(state.state, StepState::Done { .. }),
            "step {id}: {:?} {:?}",
            state.state,
            state.checks
        );
    }
}

async fn back(driver: &mut Driver) {
    for _try in 0..5 {
        let active = driver.run().rollback_active();
        if !active && driver.run().steps.values().all(|s| !s.state.may_have_effect()) {
            return;
        }
        if active {
            driver
                .submit(&submission(Command::RollbackRetry, None))
                .await
                .unwrap();
        } else {
            let (plan, _) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
            let command = Command::Rollback {
                scope: RollbackScope::All,
                overrides: Vec::new(),
                accept_breaches: Vec::new(),
            };
            let basis = driver.run().basis_of_rollback(&plan);
            driver.submit(&submission(command, Some(basis))).await.unwrap();
        }
        driver.settle().await.unwrap();
    }
    panic!("the rollback did not finish: {:?}", driver.run().rollback);
}
