//! One course of the made-up night: a driver of the product over a world in memory and a clock that is moved by hand, and
//! an operator who presses what a person would press.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use switchback_engine::driver::{SubmitError, plan_rollback};
use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::{Clock, Lease};
use switchback_engine::run::Run;
use switchback_engine::{Driver, Turn};
use switchback_model::{
    CheckId, CheckReading, Command, Digest, Event, EventKind, Frozen, Holder, MonitorId, Operator,
    RollbackScope, RunId, StepId, Submission,
};
use switchback_testkit::{ManualClock, MemoryJournal, RecordStore, plans};

use super::looks::known;
use super::scripted::{ScriptedWorld, ZONE};
use crate::run_facts::RunFacts;
use crate::servers::{Asked, Heard};
use crate::view::Readiness;

/// The operator at the keyboard.
pub(super) const OPERATOR: &str = "m.example";
/// The workstation.
pub(super) const DESK: &str = "desk-1";
/// The run.
pub(super) const RUN: &str = "run-7";

/// How often monitors are read: so often that none is too old when the next look comes.
const READ_EVERY: Duration = Duration::from_secs(30);

/// When the run is opened.
pub(super) fn begins() -> Timestamp {
    "2026-11-28T22:58:00Z".parse().expect("a time")
}

pub(super) fn operator(name: &str) -> Operator {
    Operator::new(name).expect("a name")
}

pub(super) fn id(step: &str) -> StepId {
    StepId::new(step).expect("a step's id")
}

/// See the module.
pub(super) struct Night {
    pub(super) clock: Arc<ManualClock>,
    pub(super) journal: Arc<MemoryJournal>,
    pub(super) world: Arc<ScriptedWorld>,
    pub(super) driver: Driver,
    pub(super) monitors: BTreeMap<MonitorId, MonitorRun>,
    pub(super) read_at: Timestamp,
    pub(super) readiness: Vec<Readiness>,
    pub(super) servers: BTreeMap<Asked, Heard>,
    pub(super) sides: BTreeMap<(StepId, CheckId), CheckReading>,
    /// What is known besides the journal, such as how long going back took before.
    pub(super) known: RunFacts,
}

impl Night {
    /// Opens the run and begins to drive it; with a custom endpoint where one is given.
    pub(super) async fn begin(plan: impl Into<Frozen>, endpoint: Option<&str>) -> Self {
        let plan: Frozen = plan.into();
        let clock = ManualClock::new();
        clock.jump_wall(begins().duration_since(clock.now()));
        let store = Arc::new(RecordStore::new(clock.clone()).with_sync_delay(Duration::from_secs(3)));
        for (label, address) in [
            ("apps", "192.0.2.10"),
            ("reval", "192.0.2.30"),
            ("um", "192.0.2.40"),
        ] {
            let sets = vec![plans::address(label, 3600, address)];
            store.put(ZONE, &plans::name(label), sets);
        }
        let world = ScriptedWorld::new(store, clock.clone());
        let opened = Event {
            seq: 1,
            at: clock.now(),
            kind: EventKind::RunOpened {
                run: RunId::new(RUN).expect("a run's id"),
                plan_digest: plan.digest(),
                plan,
                endpoint: endpoint.map(str::to_owned),
                by: operator(OPERATOR),
            },
        };
        let journal = MemoryJournal::from_events(vec![opened], true);
        clock.advance(Duration::from_secs(2));
        let lease = Lease {
            holder: Holder {
                by: operator(OPERATOR),
                host: DESK.to_owned(),
                pid: 4242,
            },
            fence: journal.lease().fence,
        };
        let driver = Driver::start(journal.clone(), clock.clone(), world.clone(), lease, false).await;
        let mut night = Self {
            read_at: clock.now(),
            clock,
            journal,
            world,
            driver: driver.expect("a driver"),
            monitors: BTreeMap::new(),
            readiness: Vec::new(),
            servers: BTreeMap::new(),
            sides: BTreeMap::new(),
            known: known(),
        };
        night.look().await;
        night
    }

    pub(super) fn run(&self) -> &Run {
        self.driver.run()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.journal.events()
    }

    /// Lets time go by, in which the monitors are read as those of an open run are.
    pub(super) async fn wait(&mut self, seconds: u64) {
        let mut left = Duration::from_secs(seconds);
        while !left.is_zero() {
            let span = left.min(READ_EVERY);
            self.clock.advance(span);
            left -= span;
            self.read_where_due().await;
        }
    }

    async fn read_where_due(&mut self) {
        self.ask_servers().await;
        let since = self.clock.now().duration_since(self.read_at);
        if Duration::try_from(since).is_ok_and(|since| since >= READ_EVERY) {
            self.read_monitors().await;
        }
    }

    /// Somebody asks for something that must be accepted.
    pub(super) async fn ask(&mut self, by: &str, command: Command, basis: Option<Digest>, reason: &str) {
        let word = command.word();
        let submission = Submission {
            command,
            basis,
            by: operator(by),
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        };
        match self.driver.submit(&submission).await {
            Ok(_) => {}
            Err(SubmitError::Rejected(why)) => panic!("{word} is refused: {why}"),
            Err(SubmitError::Drive(why)) => panic!("full stop at {word}: {why}"),
        }
    }

    /// Takes this many turns of the driver, and waits where it waits.
    pub(super) async fn turns(&mut self, most: usize) {
        for _ in 0..most {
            match self.driver.turn().await.expect("a turn") {
                Turn::Worked => {}
                Turn::Waiting(at) => {
                    let span = Duration::try_from(at.duration_since(self.clock.now()));
                    self.clock.sleep(span.unwrap_or_default()).await;
                    self.read_where_due().await;
                }
                Turn::Idle => return,
            }
        }
    }

    /// Turns until only a person brings the run further.
    pub(super) async fn settle(&mut self) {
        self.turns(2_000).await;
    }

    /// Reads the before-checks of a step.
    pub(super) async fn check(&mut self, step: &str) {
        self.ask(OPERATOR, Command::Check { step: id(step) }, None, "")
            .await;
        self.settle().await;
    }

    /// Approves what is shown of a step, and does nothing of it yet.
    pub(super) async fn approve(&mut self, step: &str) {
        let checks = self.run().steps[&id(step)].checks.as_ref();
        let preview = checks.and_then(|checks| checks.preview.as_ref());
        let basis = preview.map(|preview| self.run().basis_of_preview(&id(step), preview));
        let command = Command::Apply { step: id(step) };
        self.ask(OPERATOR, command, basis, "").await;
    }

    /// Checks a step, applies it and waits for its end.
    pub(super) async fn apply(&mut self, step: &str) {
        self.check(step).await;
        self.wait(4).await;
        self.approve(step).await;
        self.settle().await;
    }

    /// A person says that a step is done.
    pub(super) async fn attest(&mut self, step: &str, by: &str, words: &str) {
        self.ask(by, Command::Attest { step: id(step) }, None, words)
            .await;
    }

    /// Reads the checks of a phase's gate.
    pub(super) async fn check_gate(&mut self, phase: &str) {
        let phase = phase.parse().expect("a phase's id");
        self.ask(OPERATOR, Command::CheckGate { phase }, None, "").await;
        self.settle().await;
    }

    /// People say go or no-go.
    pub(super) async fn decide_gate(&mut self, phase: &str, go: bool, reason: &str) {
        let id = phase.parse().expect("a phase's id");
        let phase = self.run().plan.phase(&id).expect("a phase");
        let basis = switchback_engine::gate::basis(self.run(), phase);
        let names = ["m.example", "s.example", "d.example"];
        let roles = phase.gate.iter().flat_map(|gate| gate.people.clone());
        let people = roles.zip(names.map(operator)).filter(|_| go).collect();
        let command = Command::Gate {
            phase: id,
            go,
            people,
        };
        self.ask(OPERATOR, command, Some(basis), reason).await;
    }

    /// Confirms a rollback, and does nothing of it yet.
    pub(super) async fn confirm(&mut self, scope: RollbackScope) {
        let planned = plan_rollback(self.run(), &*self.world, self.clock.now(), &scope).await;
        let (plan, _) = planned.unwrap_or_else(|why| panic!("{scope:?}: {why}"));
        let basis = self.run().basis_of_rollback(&plan);
        let command = Command::Rollback {
            scope,
            overrides: Vec::new(),
            accept_breaches: Vec::new(),
        };
        self.ask(OPERATOR, command, Some(basis), "").await;
    }

    /// Puts back what a step changed, and keeps somebody else's TTL; does nothing of it yet.
    pub(super) async fn choose_fields(&mut self, step: &str) {
        let choices = "A=restore ttl=keep";
        let fields = self.fields(step, choices).await;
        let preview = fields.preview.expect("every field is chosen");
        let basis = self.run().basis_of_preview(&id(step), &preview);
        let command = Command::ResolveFields {
            step: id(step),
            fields: plans::choices(choices),
            overrides: Vec::new(),
        };
        self.ask(OPERATOR, command, Some(basis), "the long TTL was agreed")
            .await;
    }
}
