//! A closed world, the runbook's steps for it, and looks at it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use switchback_api::clock::WorldClock;
use switchback_api::world::{RunWorld, servers};
use switchback_aws::{Aws, AwsOptions};
use switchback_engine::ports::Clock;
use switchback_model::{CheckKind, CheckSpec, Plan, RoutesCheck, RoutesExpected, Step, StepState};
use switchback_probes::{ProbeWorld, check_routes};
use switchback_rehearsal::{self as rehearsal, Outcome};
use switchback_testkit::published::only;
use switchback_testkit::{MemoryJournal, Rig};

use super::Means;
use super::seen::{Look, Right, Tables};

/// A closed world, the runbook's steps for it, and all that was seen there.
pub(super) struct Setup {
    pub(super) means: Means,
    pub(super) world: rehearsal::World,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) run: Arc<RunWorld>,
    pub(super) probes: ProbeWorld,
    pub(super) plan: Plan,
    pub(super) closed: CheckSpec,
    pub(super) open: CheckSpec,
    pub(super) tables: Tables,
    pub(super) _dir: tempfile::TempDir,
}

pub(super) fn step(plan: &Plan, id: &str) -> Step {
    plan.steps().find(|step| step.id.as_str() == id).unwrap().clone()
}

fn routes(spec: &CheckSpec) -> Option<&RoutesCheck> {
    match &spec.kind {
        CheckKind::Routes(check) => Some(check),
        _ => None,
    }
}

/// The check of these whose routes are expected so.
fn expecting(checks: &[CheckSpec], expected: RoutesExpected) -> CheckSpec {
    let mut checks = checks.iter();
    let found = checks.find(|spec| routes(spec).is_some_and(|check| check.expected == expected));
    found.unwrap().clone()
}

impl Setup {
    pub(super) async fn start(means: Means, scale: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut options = rehearsal::WorldOptions::new(dir.path());
        options.scale = scale;
        let world = rehearsal::World::start(options).await.unwrap();
        let handle = world.handle().clone();
        let clock: Arc<dyn Clock> = Arc::new(WorldClock::new(handle.clock));
        let aws = Aws::connect(&AwsOptions {
            endpoint: Some(handle.endpoint.clone()),
            region: "eu-west-2".to_owned(),
            rehearsal_credentials: Some((rehearsal::ACCESS_KEY.to_owned(), "rehearsal".to_owned())),
            clock: Some(clock.clone()),
            ..AwsOptions::default()
        })
        .unwrap();
        let probes = ProbeWorld {
            dial: handle.dial.clone(),
            ca_pem: Some(handle.ca_pem.clone()),
            name_servers: Some(servers(&handle.name_servers)),
            resolvers: servers(&handle.resolvers),
        };
        let plan = switchback_api::plan::resolve("tis-cognito", "rehearsal").unwrap();
        let [restrict, lift] = means.steps().map(|id| step(&plan, id));
        let closed = expecting(&restrict.verify, RoutesExpected::Closed);
        let open = expecting(&restrict.before, RoutesExpected::Open);
        // Whoever lifts it looks at the same.
        let lifted = expecting(&lift.verify, RoutesExpected::Open);
        assert_eq!(routes(&lifted), routes(&open));
        Self {
            means,
            run: Arc::new(RunWorld::new(
                aws,
                probes.clone(),
                plan.target.clone(),
                clock.clone(),
            )),
            world,
            clock,
            probes,
            plan,
            closed,
            open,
            tables: Tables::default(),
            _dir: dir,
        }
    }

    /// Carries a step of the runbook out, without its checks: those are made here.
    pub(super) async fn apply(&self, step: Step) {
        let id = step.id.clone();
        let bare = Step {
            needs: Vec::new(),
            after: Vec::new(),
            decisions: Vec::new(),
            only_if: None,
            before: Vec::new(),
            verify: Vec::new(),
            undo_before: Vec::new(),
            undo_verify: Vec::new(),
            ..step
        };
        let plan = only(self.plan.clone(), "R", vec![bare]);
        let journal = MemoryJournal::open(&plan, self.clock.now());
        let mut desk = Rig::start(self.clock.clone(), journal, self.run.clone(), Arc::default())
            .await
            .unwrap();
        desk.apply(id.as_str()).await.unwrap();
        let state = desk.state(id.as_str());
        assert!(matches!(state, StepState::Done { .. }), "{id}: {state:?}");
    }

    pub(super) async fn restrict(&self) {
        self.apply(step(&self.plan, self.means.steps()[0])).await;
    }

    pub(super) async fn lift(&self) {
        self.apply(step(&self.plan, self.means.steps()[1])).await;
    }

    pub(super) fn inject(&self, fault: &str) {
        self.world.inject(fault.parse().unwrap()).unwrap();
    }

    /// The moment when the last change is everywhere, if that takes so long.
    pub(super) fn everywhere_after(&self, spread: Duration) -> Timestamp {
        let mut log = self.world.log().into_iter();
        let changed = log.rfind(|entry| {
            let restricts = ["UpdateWebACL", "UpdateStage", "RuleSet", "ThrottleSet"];
            entry.outcome == Outcome::Committed && restricts.contains(&entry.operation.as_str())
        });
        changed.unwrap().world_time + spread
    }

    /// Waits until the last change is everywhere.
    pub(super) async fn everywhere(&self) {
        self.until(self.everywhere_after(self.means.spread())).await;
    }

    /// Waits for a moment of the world.
    pub(super) async fn until(&self, at: Timestamp) {
        while self.clock.now() < at {
            let rest = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
            self.clock.sleep(rest).await;
        }
    }

    pub(super) async fn look_by(&self, spec: &CheckSpec) -> Look {
        let check = routes(spec).unwrap();
        let before = self.world.arrivals();
        let reading = check_routes(spec, check, &self.probes, self.clock.now()).await;
        let after = self.world.arrivals();
        Look {
            expected: check.expected,
            verdict: reading.verdict,
            observed: reading.observed,
            requests: after.at_sites - before.at_sites,
            reached: after.refused_writes - before.refused_writes,
        }
    }

    pub(super) async fn look(&self, expected: RoutesExpected) -> Look {
        match expected {
            RoutesExpected::Closed => self.look_by(&self.closed).await,
            RoutesExpected::Open => self.look_by(&self.open).await,
        }
    }

    pub(super) fn add(&mut self, table: &'static str, state: &str, right: Right, look: &Look) {
        self.tables.add(table, self.means, state, right, look);
    }

    pub(super) async fn closed(&mut self, table: &'static str, state: &str, right: Right) {
        let look = self.look(RoutesExpected::Closed).await;
        self.add(table, state, right, &look);
    }

    pub(super) async fn open(&mut self, table: &'static str, state: &str, right: Right) {
        let look = self.look(RoutesExpected::Open).await;
        self.add(table, state, right, &look);
    }

    /// Handlers that wrote, as the world's log has them.
    pub(super) fn invocations(&self) -> usize {
        let log = self.world.log().into_iter();
        log.filter(|entry| entry.service == "usermanagement").count()
    }

    pub(super) fn end(mut self) -> Tables {
        self.tables.invocations += self.invocations();
        self.tables
    }
}
