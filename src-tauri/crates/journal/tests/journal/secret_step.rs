//! A step with secret images on the real journal: sealed before the call, opened for the undo after
//! a restart and on another workstation, and in no file in plain.

use std::path::Path;
use std::sync::Arc;

use switchback_engine::driver::SubmitError;
use switchback_engine::ports::{Clock, Journal, World};
use switchback_engine::{Driver, Run};
use switchback_journal::{KeyRingProblem, MemoryKeyRing, RecoveryCode, Store, Takeover};
use switchback_model::{CheckId, Command, Digest, EventKind, Plan, RollbackScope, StepState, Submission};
use switchback_testkit::plans::{LONG_TTL, ZONE, address, id, name, plan, seed, set_ttl};
use switchback_testkit::store::RecordStore;
use switchback_testkit::{FakeWorld, Fault, FaultyWorld, ManualClock, Op, Settled};
use tempfile::tempdir;

use crate::support::*;

/// Stands for a person's data: in the world before the step, nowhere in the plan.
const SECRET: &str = "192.0.2.77";

struct Scene {
    clock: Arc<ManualClock>,
    records: Arc<RecordStore>,
    world: Arc<FaultyWorld>,
    plan: Plan,
}

impl Scene {
    fn new() -> Self {
        let clock = ManualClock::new();
        let records = Arc::new(RecordStore::new(clock.clone()));
        seed(&records, &["apps"]);
        records.put(ZONE, &name("person"), vec![address("person", LONG_TTL, SECRET)]);
        let fake = FakeWorld::new(records.clone(), clock.clone());
        fake.keep_secret(&name("person"));
        Self {
            world: FaultyWorld::new(fake, None),
            clock,
            records,
            plan: plan(vec![set_ttl("secret", "person", 60), set_ttl("open", "apps", 60)]),
        }
    }

    fn create(&self, store: &Store, code: Option<&RecoveryCode>) {
        let opened = EventKind::RunOpened {
            run: run(),
            plan: self.plan.clone().into(),
            plan_digest: Digest::of(&self.plan),
            endpoint: None,
            by: operator(),
        };
        store.create_run(&run(), self.clock.now(), opened, code).unwrap();
    }

    async fn driver(&self, store: &Store, pid: u32) -> Driver {
        let (lease, taken) = store.take_lease(&run(), holder(pid), true).unwrap();
        let journal: Arc<dyn Journal> = Arc::new(store.journal(&run()).unwrap());
        let world: Arc<dyn World> = self.world.clone();
        Driver::start(journal, self.clock.clone(), world, lease, taken)
            .await
            .unwrap()
    }

    async fn settle(&self, driver: &mut Driver) -> Settled {
        let killed = self.world.killed();
        tokio::select! {
            biased;
            () = killed.notified() => Settled::Killed,
            settled = driver.settle() => match settled {
                Ok(()) => Settled::Idle,
                Err(error) => Settled::Stopped(error),
            },
        }
    }

    async fn apply(&self, driver: &mut Driver, step: &str) -> Settled {
        ask(driver, Command::Check { step: id(step) }, None)
            .await
            .unwrap();
        self.settle(driver).await;
        let checks = driver.run().steps[&id(step)].checks.clone().unwrap();
        let basis = checks
            .preview
            .map(|preview| driver.run().basis_of_preview(&id(step), &preview));
        ask(driver, Command::Apply { step: id(step) }, basis)
            .await
            .unwrap();
        self.settle(driver).await
    }

    async fn roll_back(&self, driver: &mut Driver, scope: RollbackScope, overrides: &[&str]) {
        let (plan, _) = driver.plan_rollback(&scope).await.unwrap();
        let command = Command::Rollback {
            scope,
            overrides: overrides.iter().map(|id| CheckId::new(id).unwrap()).collect(),
            accept_breaches: Vec::new(),
        };
        let basis = driver.run().basis_of_rollback(&plan);
        ask(driver, command, Some(basis)).await.unwrap();
        self.settle(driver).await;
    }
}

async fn ask(driver: &mut Driver, command: Command, basis: Option<Digest>) -> Result<u64, SubmitError> {
    let submission = Submission {
        command,
        basis,
        by: operator(),
        reason: Some("test".to_owned()),
    };
    driver.submit(&submission).await
}

/// Looks for the plain bytes in every file below a folder; gives how many files there were.
fn scan(folder: &Path, plain: &str) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += scan(&path, plain);
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes
            .windows(plain.len())
            .any(|window| window == plain.as_bytes());
        assert!(!found, "{} holds it in plain", path.display());
    }
    files
}

#[tokio::test]
async fn there_and_back_over_restarts_with_no_plain_byte_in_any_file() {
    let (home, mirror) = (tempdir().unwrap(), tempdir().unwrap());
    let scene = Scene::new();
    let start = scene.records.records();
    let ring = ring();
    let code = RecoveryCode::generate();
    let open_store = || open(home.path(), &ring).with_mirror(mirror.path()).unwrap();
    let store = open_store();
    scene.create(&store, Some(&code));

    // Killed right before the request: the sealed image is on the disk and in the mirror already.
    scene.world.inject(Op::Call, 1, Fault::KilledBefore);
    let mut driver = scene.driver(&store, 1).await;
    assert!(matches!(
        scene.apply(&mut driver, "secret").await,
        Settled::Killed
    ));
    drop((driver, store));
    assert!(scene.records.log().is_empty());
    let mirrored = std::fs::read_to_string(mirror.path().join(format!("{RUN}.jsonl"))).unwrap();
    let last = mirrored.lines().last().unwrap();
    assert!(last.contains("intended") && last.contains("sealed"), "{last}");
    assert!(scan(home.path(), SECRET) >= 2);

    let store = open_store();
    let mut driver = scene.driver(&store, 2).await;
    scene.settle(&mut driver).await;
    assert_eq!(driver.run().steps[&id("secret")].state, StepState::Failed);
    scene.apply(&mut driver, "secret").await;
    scene.apply(&mut driver, "open").await;
    assert_ne!(scene.records.records(), start);
    drop((driver, store));

    let store = open_store();
    let mut driver = scene.driver(&store, 3).await;
    scene.roll_back(&mut driver, RollbackScope::All, &[]).await;
    assert_eq!(scene.records.records(), start);
    let out = tempdir().unwrap();
    store.export(&run(), &out.path().join("run.jsonl")).unwrap();
    for folder in [home.path(), mirror.path(), out.path()] {
        assert!(scan(folder, SECRET) > 0);
        // The code is shown once and kept nowhere.
        scan(folder, &code.reveal());
    }
    assert!(store.verify(&run()).unwrap().complete);
    // What is told of the run without its key has no value of it either.
    let events = store.journal(&run()).unwrap().read(0).await.unwrap();
    let run = Run::replay(&events).unwrap();
    assert!(
        run.steps[&id("secret")]
            .attempts
            .iter()
            .all(|a| a.before.readable().is_none())
    );
    let shown = format!("{events:?} {run:?}");
    assert!(!shown.contains(SECRET));
}

#[tokio::test]
async fn another_workstation_opens_it_by_the_recovery_code_only() {
    let (home, second, mirror) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let scene = Scene::new();
    let start = scene.records.records();
    let code = RecoveryCode::generate();
    let store = open(home.path(), &ring()).with_mirror(mirror.path()).unwrap();
    scene.create(&store, Some(&code));
    let mut driver = scene.driver(&store, 1).await;
    scene.apply(&mut driver, "secret").await;
    scene.apply(&mut driver, "open").await;
    drop((driver, store));

    // Its own, empty key ring; the mirror's copy.
    let store = open(second.path(), &ring()).with_mirror(mirror.path()).unwrap();
    let takeover = Takeover {
        by: operator(),
        reason: "the laptop was lost".to_owned(),
        holder: holder(2),
    };
    let copy = mirror.path().join(format!("{RUN}.jsonl"));
    store.import(&copy, scene.clock.now(), &takeover).unwrap();
    let mut driver = scene.driver(&store, 2).await;
    scene.settle(&mut driver).await;
    assert!(driver.run().steps.values().all(|step| !step.reinspect));
    // Without the code: the clear step goes back, the sealed one is refused by name, nothing is sent.
    scene
        .roll_back(&mut driver, RollbackScope::Step(id("open")), &[])
        .await;
    assert!(matches!(
        driver.run().steps[&id("open")].state,
        StepState::Undone { .. }
    ));
    let sent = scene.records.log().len();
    let (_, open) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
    assert_eq!(open[0].reading.check.as_str(), "key-secret");
    scene
        .roll_back(&mut driver, RollbackScope::All, &["key-secret"])
        .await;
    assert_eq!(scene.records.log().len(), sent);

    // With it, the same click goes on.
    store.unlock(&run(), &code).unwrap();
    ask(&mut driver, Command::RollbackRetry, None).await.unwrap();
    scene.settle(&mut driver).await;
    assert_eq!(scene.records.records(), start);
}

#[tokio::test]
async fn with_neither_keychain_nor_code_the_secret_step_may_not_start() {
    let home = tempdir().unwrap();
    let scene = Scene::new();
    let ring = Arc::new(MemoryKeyRing::failing(KeyRingProblem::Locked));
    let store = open(home.path(), &ring);
    scene.create(&store, None);
    let mut driver = scene.driver(&store, 1).await;
    let step = id("secret");
    ask(&mut driver, Command::Check { step: step.clone() }, None)
        .await
        .unwrap();
    scene.settle(&mut driver).await;
    let checks = driver.run().steps[&step].checks.clone().unwrap();
    let problem = checks.problem.unwrap().message;
    assert!(
        problem.contains("must be sealed") && problem.contains("the keychain is locked. Unlock it"),
        "{problem}"
    );
    assert_eq!(scene.world.count(Op::Read) + scene.world.count(Op::Call), 0);
    // The clear step does not care, and comes back.
    scene.apply(&mut driver, "open").await;
    scene.roll_back(&mut driver, RollbackScope::All, &[]).await;
    let open = &driver.run().steps[&id("open")];
    assert_eq!(open.state, StepState::Undone { accepted: false });

    // Unlocked: it may start.
    ring.set_problem(None);
    scene.apply(&mut driver, "secret").await;
    assert!(matches!(driver.run().steps[&step].state, StepState::Done { .. }));
    scan(home.path(), SECRET);
}
