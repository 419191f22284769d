//! "The way back is there when needed": five nights on which something is wrong, and the rollback
//! completes all the same.

use std::path::Path;
use std::sync::Arc;

use switchback_api::host::{Host, HostOptions};
use switchback_engine::driver::{Driver, SubmitError};
use switchback_engine::run::RollbackState;
use switchback_engine::{Rejection, RejectionCode};
use switchback_model::{
    CheckId, Command, Digest, Holder, Operator, RollbackScope, RunId, StepState, Submission,
};
use switchback_rehearsal::RecordSet;

fn host(home: &Path, mirror: Option<&Path>) -> Arc<Host> {
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(home.to_owned());
    options.rehearsal_scale = 60;
    options.rehearsal_insync_s = 10;
    options.mirror = mirror.map(Path::to_owned);
    Host::start(options).unwrap()
}

async fn records(host: &Host) -> Vec<RecordSet> {
    host.world_client().await.unwrap().state().await.unwrap().records
}

async fn inject(host: &Host, fault: &str) {
    let fault = fault.parse().unwrap();
    host.world_client().await.unwrap().inject(&fault).await.unwrap();
}

fn ask(command: Command, basis: Option<Digest>) -> Submission {
    Submission {
        command,
        basis,
        by: Operator::new("m.example").unwrap(),
        reason: Some("scripted".to_owned()),
    }
}

fn rollback(overrides: &[&str]) -> Command {
    Command::Rollback {
        scope: RollbackScope::All,
        overrides: overrides.iter().map(|id| CheckId::new(id).unwrap()).collect(),
        accept_breaches: Vec::new(),
    }
}

/// A run whose TTL is lowered: something to take back, in a world that has begun.
async fn with_an_effect(host: &Host) -> (RunId, Driver, Vec<RecordSet>) {
    host.closed_world().await.unwrap();
    let start = records(host).await;
    let run = host.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let (mut driver, _) = host.driver(&run, false).await.unwrap();
    let step = driver.run().plan.steps().next().unwrap().id.clone();
    driver
        .submit(&ask(Command::Check { step: step.clone() }, None))
        .await
        .unwrap();
    driver.settle().await.unwrap();
    let basis = driver.run().steps[&step]
        .checks
        .as_ref()
        .and_then(|c| c.preview.as_ref())
        .map(|p| driver.run().basis_of_preview(&step, p));
    driver
        .submit(&ask(Command::Apply { step: step.clone() }, basis))
        .await
        .unwrap();
    driver.settle().await.unwrap();
    assert!(matches!(driver.run().steps[&step].state, StepState::Done { .. }));
    (run, driver, start)
}

async fn roll_back(driver: &mut Driver, overrides: &[&str]) {
    let (plan, _) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let basis = driver.run().basis_of_rollback(&plan);
    driver
        .submit(&ask(rollback(overrides), Some(basis)))
        .await
        .unwrap();
    driver.settle().await.unwrap();
}

fn completed(driver: &Driver) -> bool {
    driver
        .run()
        .rollback
        .as_ref()
        .is_some_and(|r| r.state == RollbackState::Completed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_screen_and_a_drifted_record() {
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path(), None);
    let (_, mut driver, start) = with_an_effect(&host).await;
    let (seen, _) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
    inject(&host, "second-writer").await;
    // What the person saw is not what is there: refused by name, nothing is sent.
    let basis = driver.run().basis_of_rollback(&seen);
    let refused = driver.submit(&ask(rollback(&[]), Some(basis))).await;
    assert!(matches!(
        refused,
        Err(SubmitError::Rejected(Rejection {
            code: RejectionCode::StaleScreen,
            ..
        }))
    ));
    // The new plan shows the drift; its confirm restores over it, exactly.
    roll_back(&mut driver, &[]).await;
    assert!(completed(&driver), "{:?}", driver.run().rollback);
    assert_eq!(records(&host).await, start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_window_holds_the_lease() {
    let home = tempfile::tempdir().unwrap();
    let window = host(home.path(), None);
    let (run, frozen, start) = with_an_effect(&window).await;
    let rescue = host(home.path(), None);
    // By force its fence is overtaken. (That another process is refused without force, by the name
    // of the holder and with exit code 8, is in the tests of the command line.)
    let (mut driver, _) = rescue.driver(&run, true).await.unwrap();
    roll_back(&mut driver, &[]).await;
    assert!(completed(&driver), "{:?}", driver.run().rollback);
    assert_eq!(records(&window).await, start);
    // The frozen one thaws and can't write any more.
    let mut frozen = frozen;
    let late = frozen.submit(&ask(Command::Hold, None)).await;
    assert!(matches!(late, Err(SubmitError::Drive(_))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_laptop() {
    let (world, laptop, second, mirror) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    // AWS is elsewhere: both workstations see the same world.
    let aws = host(world.path(), None);
    aws.closed_world().await.unwrap();
    for home in [&laptop, &second] {
        std::os::unix::fs::symlink(world.path().join("rehearsal"), home.path().join("rehearsal")).unwrap();
    }
    let (run, start) = {
        let dead = host(laptop.path(), Some(mirror.path()));
        let (run, driver, start) = with_an_effect(&dead).await;
        drop(driver);
        (run, start)
    };
    let rescue = host(second.path(), Some(mirror.path()));
    let takeover = switchback_journal::Takeover {
        by: Operator::new("s.example").unwrap(),
        reason: "the laptop is dead".to_owned(),
        holder: Holder {
            by: Operator::new("s.example").unwrap(),
            host: "second".to_owned(),
            pid: std::process::id(),
        },
    };
    let copy = mirror.path().join(format!("{run}.jsonl"));
    let around = rescue.closed_world().await.unwrap();
    rescue
        .store()
        .import(&copy, around.clock.now(), &takeover)
        .unwrap();
    let (mut driver, _) = rescue.driver(&run, true).await.unwrap();
    // Every step with an action is looked at again before anything else.
    driver.settle().await.unwrap();
    assert!(driver.run().steps.values().all(|s| !s.reinspect));
    roll_back(&mut driver, &[]).await;
    assert!(completed(&driver), "{:?}", driver.run().rollback);
    assert_eq!(records(&aws).await, start);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_expire_and_are_renewed() {
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path(), None);
    let (_, mut driver, start) = with_an_effect(&host).await;
    inject(&host, "expired-credentials").await;
    // Blind: the way back is still there, with what could not be proven by name.
    let (_, open) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let names: Vec<String> = open
        .iter()
        .filter(|p| !p.reading.verdict.lets_through())
        .map(|p| p.reading.check.to_string())
        .collect();
    assert!(names.iter().any(|n| n.starts_with("read-")), "{names:?}");
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    roll_back(&mut driver, &names).await;
    let halted = driver.run().rollback.clone().unwrap().state;
    assert!(matches!(halted, RollbackState::Halted { .. }), "{halted:?}");
    // Signed in again: the same click continues.
    host.world_client()
        .await
        .unwrap()
        .lift("expired-credentials")
        .await
        .unwrap();
    driver.submit(&ask(Command::RollbackRetry, None)).await.unwrap();
    driver.settle().await.unwrap();
    assert!(completed(&driver), "{:?}", driver.run().rollback);
    assert_eq!(records(&host).await, start);
}
