use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Action, Clock, History, Identity, ProviderError, ServerSaid, World};
use switchback_engine::run::Run;
use switchback_model::dns::{DnsName, RecordType};
use switchback_model::{ActionSpec, CheckKind, CheckReading, CheckSpec, Plan, StepState, Target};
use switchback_testkit::journal::opened;
use switchback_testkit::plans::{self, id, tis_like};
use tokio::sync::{mpsc, watch};

use super::{asked_names, believed, watch_servers};
use crate::observing::Observation;

/// A clock that the test moves by hand, in milliseconds since the test began.
struct ByHand(watch::Sender<u64>);

#[async_trait]
impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        let past = SignedDuration::try_from(self.monotonic()).expect("a short test");
        begins().checked_add(past).expect("a time")
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(*self.0.borrow())
    }
    async fn sleep(&self, span: Duration) {
        let until = self.monotonic() + span;
        let mut time = self.0.subscribe();
        let over = time.wait_for(|now| Duration::from_millis(*now) >= until);
        assert!(over.await.is_ok(), "the clock is held by this");
    }
}

/// Counts what is asked, and fails where two rounds overlap.
struct Counting {
    asked: AtomicUsize,
    busy: AtomicBool,
    takes: Duration,
    clock: Arc<ByHand>,
}

#[async_trait]
impl World for Counting {
    fn action(&self, _: &ActionSpec) -> Box<dyn Action> {
        unreachable!("nothing is done here")
    }
    async fn identity(&self, _: &Target) -> Result<Identity, ProviderError> {
        unreachable!("nobody is asked who calls")
    }
    async fn check(&self, _: &CheckSpec, _: &History) -> CheckReading {
        unreachable!("no check is made here")
    }
    async fn servers(&self, _: &DnsName, _: RecordType, _: Option<&DnsName>) -> Vec<ServerSaid> {
        assert!(!self.busy.swap(true, Ordering::SeqCst), "two rounds at a time");
        self.clock.sleep(self.takes).await;
        self.busy.store(false, Ordering::SeqCst);
        self.asked.fetch_add(1, Ordering::SeqCst);
        Vec::new()
    }
}

fn begins() -> Timestamp {
    "2026-11-29T00:00:00Z".parse().expect("a time")
}

/// A plan whose switch is looked at by DNS.
fn looked_at() -> Plan {
    let mut plan = tis_like();
    let switch = plan.phases.iter_mut().flat_map(|phase| &mut phase.steps);
    for step in switch.filter(|step| step.id == id("mid.3")) {
        let mut check = plans::check("ns", Some(180));
        check.kind = CheckKind::Authoritative {
            name: plans::name("apps"),
            zone: DnsName::new("example.nhs.test").expect("a name"),
            record: RecordType::A,
            values: vec!["198.51.100.20".to_owned()],
            or: Vec::new(),
        };
        step.verify = vec![check];
    }
    plan
}

struct Watching {
    world: Arc<Counting>,
    run: watch::Sender<Arc<Run>>,
    inbox: mpsc::Receiver<Observation>,
    _held: mpsc::Sender<Observation>,
    clock: Arc<ByHand>,
}

fn watching(plan: &Plan, takes: Duration) -> Watching {
    let clock = Arc::new(ByHand(watch::channel(0).0));
    let world = Arc::new(Counting {
        asked: AtomicUsize::new(0),
        busy: AtomicBool::new(false),
        takes,
        clock: clock.clone(),
    });
    let run = Run::open(&opened(plan, begins())).expect("a run");
    let (run, runs) = watch::channel(Arc::new(run));
    let (held, inbox) = mpsc::channel(1024);
    tokio::spawn(watch_servers(
        held.downgrade(),
        runs,
        world.clone(),
        clock.clone(),
    ));
    Watching {
        world,
        run,
        inbox,
        _held: held,
        clock,
    }
}

impl Watching {
    fn asked(&self) -> usize {
        self.world.asked.load(Ordering::SeqCst)
    }

    fn put(&self, state: StepState) {
        self.run.send_modify(|run| {
            let steps = &mut Arc::make_mut(run).steps;
            steps.get_mut(&id("mid.3")).expect("a step").state = state;
        });
    }
}

/// Lets seconds go by, bit by bit, and everything happen that is due meanwhile.
async fn pass(clock: &ByHand, seconds: u64) {
    for _ in 0..seconds * 20 {
        clock.0.send_modify(|now| *now += 50);
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn servers_are_asked_every_half_minute_in_flight_every_five_seconds_and_after_a_change_at_once() {
    let mut watching = watching(&looked_at(), Duration::from_millis(50));
    let clock = watching.clock.clone();
    pass(&clock, 1).await;
    assert_eq!(watching.asked(), 1);
    pass(&clock, 60).await;
    assert_eq!(watching.asked(), 3);
    watching.put(StepState::Applying { n: 1 });
    pass(&clock, 1).await;
    assert_eq!(watching.asked(), 4);
    pass(&clock, 20).await;
    assert_eq!(watching.asked(), 8);
    // What came is told, each with how long it may be believed.
    let mut believed = Vec::new();
    while let Ok(Observation::Servers(_, heard)) = watching.inbox.try_recv() {
        believed.push(heard.believable_s);
    }
    assert_eq!(believed, [90, 90, 90, 30, 30, 30, 30, 30]);
}

#[tokio::test]
async fn a_slow_round_is_never_overtaken_and_nothing_is_asked_once_the_run_is_closed() {
    let watching = watching(&looked_at(), Duration::from_secs(12));
    let clock = watching.clock.clone();
    watching.put(StepState::Applying { n: 1 });
    pass(&clock, 60).await;
    let asked = watching.asked();
    assert!((4..=5).contains(&asked), "{asked} rounds of 12 s in a minute");
    let world = watching.world.clone();
    drop(watching);
    pass(&clock, 30).await;
    let then = world.asked.load(Ordering::SeqCst);
    pass(&clock, 600).await;
    assert_eq!(world.asked.load(Ordering::SeqCst), then);
}

#[tokio::test]
async fn without_a_dns_observer_nobody_is_asked() {
    let mut plan = looked_at();
    plan.target.observers.dns = false;
    assert!(asked_names(&plan).is_empty());
    let watching = watching(&plan, Duration::ZERO);
    let clock = watching.clock.clone();
    pass(&clock, 300).await;
    assert_eq!(watching.asked(), 0);
}

#[test]
fn what_took_long_is_believed_for_longer_but_never_through_a_sleep() {
    let quiet = [StepState::Ready];
    let moving = [StepState::Applying { n: 1 }];
    let of = |states: &[StepState], took| believed(states, SignedDuration::from_secs(took));
    assert_eq!((of(&quiet, 1), of(&moving, 1)), (91, 31));
    assert_eq!(of(&moving, 20), 50);
    assert_eq!(of(&quiet, 28_800), 150);
    assert_eq!(of(&quiet, -5), 90);
}
