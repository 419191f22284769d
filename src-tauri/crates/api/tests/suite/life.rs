//! A run that does not go by the book: somebody else changes the record while a step is verified, and
//! the plan is amended while it is carried out.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use switchback_api::host::{Host, HostOptions};
use switchback_api::wire::{ApiError, FieldPlanView};
use switchback_engine::driver::{Driver, SubmitError};
use switchback_engine::run::RollbackState;
use switchback_engine::{RejectionCode, Turn};
use switchback_model::{
    Command, Digest, DoneHow, EventKind, FieldChoice, FieldChoices, Operator, RollbackScope, RunId, StepId,
    StepState, Submission, Verdict,
};
use switchback_rehearsal::RecordSet;

const RUNBOOK: &str = include_str!("../../../../runbooks/dns-switch/runbook.toml");
const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");

fn host(home: &Path) -> Arc<Host> {
    let mut options = HostOptions::new(Operator::new("m.example").unwrap());
    options.home = Some(home.to_owned());
    options.rehearsal_scale = 60;
    options.rehearsal_insync_s = 10;
    Host::start(options).unwrap()
}

async fn records(host: &Host) -> Vec<RecordSet> {
    host.world_client().await.unwrap().state().await.unwrap().records
}

async fn changes(host: &Host) -> usize {
    let log = host.world_client().await.unwrap().log(0).await.unwrap();
    log.iter()
        .filter(|entry| entry.operation == "ChangeResourceRecordSets")
        .count()
}

/// Somebody else points the name to this address, with the TTL that it has.
async fn second_writer(host: &Host, address: &str) {
    let fault = format!("second-writer:{address}").parse().unwrap();
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

fn choices(text: &str) -> FieldChoices {
    text.split_whitespace()
        .map(|choice| match choice.split_once('=').unwrap() {
            (field, "keep") => (field.to_owned(), FieldChoice::Keep),
            (field, _) => (field.to_owned(), FieldChoice::Restore),
        })
        .collect()
}

fn state(driver: &Driver, step: &StepId) -> StepState {
    driver.run().steps[step].state
}

async fn check(driver: &mut Driver, step: &StepId) {
    let command = Command::Check { step: step.clone() };
    driver.submit(&ask(command, None)).await.unwrap();
    driver.settle().await.unwrap();
}

/// Checks and approves a step, and turns up to the answer of its call.
async fn apply(driver: &mut Driver, step: &StepId) {
    check(driver, step).await;
    let checks = driver.run().steps[step].checks.clone().unwrap();
    let basis = checks
        .preview
        .map(|preview| driver.run().basis_of_preview(step, &preview));
    let command = Command::Apply { step: step.clone() };
    driver.submit(&ask(command, basis)).await.unwrap();
    while !matches!(state(driver, step), StepState::Verifying { .. }) {
        assert_eq!(driver.turn().await.unwrap(), Turn::Worked);
    }
}

/// A run whose TTL is being lowered when somebody else changes the address.
async fn foreign(host: &Host) -> (RunId, Driver, StepId, Vec<RecordSet>) {
    host.closed_world().await.unwrap();
    let start = records(host).await;
    let run = host.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let (mut driver, _) = host.driver(&run, false).await.unwrap();
    let step = StepId::new("lower-ttl").unwrap();
    apply(&mut driver, &step).await;
    second_writer(host, "203.0.113.99").await;
    driver.settle().await.unwrap();
    assert_eq!(state(&driver, &step), StepState::Foreign);
    (run, driver, step, start)
}

async fn choose(host: &Host, run: &RunId, driver: &mut Driver, step: &StepId, how: &str) -> FieldPlanView {
    let view = host.field_plan(run, step, &choices(how)).await.unwrap();
    let basis = view.preview.as_ref().unwrap().digest.parse().unwrap();
    driver.submit(&by_fields(step, how, basis)).await.unwrap();
    driver.settle().await.unwrap();
    view
}

fn by_fields(step: &StepId, how: &str, basis: Digest) -> Submission {
    let command = Command::ResolveFields {
        step: step.clone(),
        fields: choices(how),
        overrides: Vec::new(),
    };
    ask(command, Some(basis))
}

async fn all_the_way_back(host: &Host, driver: &mut Driver, start: &[RecordSet]) {
    let (plan, _) = driver.plan_rollback(&RollbackScope::All).await.unwrap();
    let command = Command::Rollback {
        scope: RollbackScope::All,
        overrides: Vec::new(),
        accept_breaches: Vec::new(),
    };
    let basis = driver.run().basis_of_rollback(&plan);
    driver.submit(&ask(command, Some(basis))).await.unwrap();
    driver.settle().await.unwrap();
    let rollback = driver.run().rollback.clone().unwrap();
    assert_eq!(rollback.state, RollbackState::Completed);
    assert_eq!(records(host).await, start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_writers_address_is_taken_back_and_the_lowered_ttl_stays() {
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path());
    let (run, mut driver, step, start) = foreign(&host).await;
    // The three images, and nothing to approve before both differences were spoken of.
    let view = host.field_plan(&run, &step, &FieldChoices::new()).await.unwrap();
    assert_eq!(
        (view.undecided, view.preview),
        (vec!["ttl".to_owned(), "A".to_owned()], None)
    );
    let rows: Vec<_> = view
        .rows
        .iter()
        .filter(|row| row.differs)
        .map(|row| [&row.field, &row.before, &row.ours, &row.found].map(String::as_str))
        .collect();
    assert_eq!(
        rows,
        [
            ["ttl", "300 s", "60 s", "60 s"],
            ["A", "192.0.2.10", "192.0.2.10", "203.0.113.99"],
        ]
    );
    // What was seen is stale once the second writer writes again: nothing is sent.
    let how = "ttl=keep A=restore";
    let seen = host.field_plan(&run, &step, &choices(how)).await.unwrap();
    second_writer(&host, "203.0.113.98").await;
    let sent = changes(&host).await;
    let basis = seen.preview.unwrap().digest.parse().unwrap();
    match driver.submit(&by_fields(&step, how, basis)).await {
        Err(SubmitError::Rejected(rejection)) => assert_eq!(rejection.code, RejectionCode::StaleScreen),
        other => panic!("{other:?}"),
    }
    assert_eq!(changes(&host).await, sent);
    // Seen again, it is one change: the address goes back and the TTL stays lowered.
    let view = choose(&host, &run, &mut driver, &step, how).await;
    assert_eq!(view.then, ["A apps.example.nhs.test 192.0.2.10 TTL 60 s"]);
    assert_eq!(changes(&host).await, sent + 1);
    assert_eq!(state(&driver, &step), StepState::Done { how: DoneHow::Kept });
    // So the run goes on from there: nothing but the old TTL stands before the switch.
    let switch = StepId::new("switch").unwrap();
    check(&mut driver, &switch).await;
    let checks = driver.run().steps[&switch].checks.clone().unwrap();
    assert!(checks.problem.is_none(), "{:?}", checks.problem);
    for reading in checks.readings.iter().chain(&checks.undo_readings) {
        let waits =
            matches!(reading.verdict, Verdict::Waiting { .. }) && reading.check.as_str() == "ttl-wait";
        assert!(waits || reading.verdict.lets_through(), "{reading:?}");
    }
    // And it comes back from there to how it began.
    all_the_way_back(&host, &mut driver, &start).await;
    host.stop_closed_world().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restored_whole_it_is_undone_by_proof_and_kept_whole_it_is_done_by_word() {
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path());
    let (run, mut driver, step, start) = foreign(&host).await;
    choose(&host, &run, &mut driver, &step, "ttl=restore A=restore").await;
    assert_eq!(state(&driver, &step), StepState::Undone { accepted: false });
    assert_eq!(records(&host).await, start);
    // Again, and this time everything stays: nothing is sent.
    driver
        .submit(&ask(Command::Reopen { step: step.clone() }, None))
        .await
        .unwrap();
    apply(&mut driver, &step).await;
    second_writer(&host, "203.0.113.99").await;
    driver.settle().await.unwrap();
    let sent = changes(&host).await;
    let view = choose(&host, &run, &mut driver, &step, "ttl=keep A=keep").await;
    assert!(view.preview.unwrap().calls.is_empty());
    assert_eq!(changes(&host).await, sent);
    assert_eq!(
        state(&driver, &step),
        StepState::Done {
            how: DoneHow::Accepted
        }
    );
    all_the_way_back(&host, &mut driver, &start).await;
    host.stop_closed_world().await;
}

/// The bundled runbook with these replaced, in a folder of its own.
fn amended(folder: &Path, replaced: &[(&str, &str)]) -> String {
    let mut runbook = RUNBOOK.to_owned();
    for (from, to) in replaced {
        assert!(runbook.contains(from), "{from}");
        runbook = runbook.replacen(from, to, 1);
    }
    let targets = folder.join("targets");
    std::fs::create_dir_all(&targets).unwrap();
    std::fs::write(folder.join("runbook.toml"), runbook).unwrap();
    std::fs::write(targets.join("rehearsal.toml"), TARGET).unwrap();
    folder.display().to_string()
}

const MONITOR: (&str, &str) = ("[[monitor]]\nid = \"dns\"", "[[monitor]]\nid = \"names\"");
const TITLE: &str = "title = \"Lower the TTL of ${name} to ${lowered_ttl} s\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_window_drives_is_amended_from_a_runbook() {
    let (home, book) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let host = host(home.path());
    host.closed_world().await.unwrap();
    let run = host.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let mut snapshots = host.subscribe(&run).await.unwrap();
    let before = host.run_snapshot(&run).await.unwrap().plan_digest;
    let none = Digest::of_bytes(b"");
    // A runbook with an error changes nothing, and is told with its place.
    let broken = amended(book.path(), &[(TITLE, "title = 1")]);
    let error = host
        .amend(&run, (&broken, None), none, (host.operator().clone(), "why"))
        .await
        .unwrap_err();
    assert_eq!((error.code.as_str(), error.exit_code()), ("bad_input", 3));
    assert!(error.place.contains("runbook.toml:"), "{error:?}");
    // What nobody has looked at is stale.
    let file = amended(book.path(), &[(TITLE, "title = \"Lower it\""), MONITOR]);
    let error = host
        .amend(&run, (&file, None), none, (host.operator().clone(), "why"))
        .await
        .unwrap_err();
    assert_eq!((error.code.as_str(), error.exit_code()), ("stale_screen", 5));
    let plan = switchback_api::plan::resolve(&file, "rehearsal").unwrap();
    let view = host.amendment(&run, &plan).await.unwrap();
    let changes: Vec<_> = view
        .changes
        .iter()
        .map(|c| {
            (
                c.kind.as_str(),
                c.subject.as_str(),
                c.field.as_deref(),
                c.after.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("changed", "step lower-ttl", Some("title"), Some("Lower it")),
            ("removed", "monitor dns", None, None),
            ("added", "monitor names", None, None),
        ]
    );
    let basis: Digest = view.digest.parse().unwrap();
    // A plan that no runbook was read for is refused at the door.
    let smuggled = ask(Command::Amend { plan: Box::new(plan) }, Some(basis));
    let error: ApiError = host.submit_run(&run, smuggled).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.exit_code()), ("guard", 5));
    assert_eq!(host.run_snapshot(&run).await.unwrap().plan_digest, before);
    host.amend(
        &run,
        (&file, None),
        basis,
        (host.operator().clone(), "clearer words"),
    )
    .await
    .unwrap();
    let shown = tokio::time::timeout(
        Duration::from_secs(30),
        snapshots.wait_for(|snapshot| snapshot.plan_digest == view.to),
    );
    let shown = shown.await.unwrap().unwrap().clone();
    assert_eq!(shown.phases[0].steps[0].title, "Lower it");
    // The new monitor is read.
    let read = snapshots.wait_for(|snapshot| {
        let names = snapshot.monitors.iter().find(|monitor| monitor.id == "names");
        names.is_some_and(|monitor| monitor.observed_at.is_some())
    });
    tokio::time::timeout(Duration::from_secs(30), read)
        .await
        .unwrap()
        .unwrap();
    host.release_all().await;
    let events = switchback_engine::ports::Journal::read(&host.store().journal(&run).unwrap(), 0)
        .await
        .unwrap();
    let told = events.iter().find_map(|event| match &event.kind {
        EventKind::Amended { by, reason, .. } => Some((by.to_string(), reason.clone())),
        _ => None,
    });
    assert_eq!(told, Some(("m.example".to_owned(), "clearer words".to_owned())));
    host.stop_closed_world().await;
}
