//! The run that a window opens on by itself: one that was left in the middle, with what was found of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use switchback_api::host::{Host, HostOptions};
use switchback_api::wire::{RehearsalCommand, RehearsedRunbook, RunPage, RunSnapshot, RunStanding};
use switchback_model::{Command, Digest, Operator, RunId, StepId, Submission};
use tokio::runtime::Runtime;

use crate::seats::{self, state};

const STEP: &str = "lower-ttl";

fn by() -> Operator {
    Operator::new("m.example").unwrap()
}

fn host(home: &Path) -> Arc<Host> {
    let mut options = HostOptions::new(by());
    options.home = Some(home.to_owned());
    options.rehearsal_scale = 20;
    options.rehearsal_insync_s = 10;
    Host::start(options).unwrap()
}

/// A second program on the same home.
fn other(home: &Path) -> Arc<Host> {
    host(home)
}

async fn until(
    host: &Arc<Host>,
    run: &RunId,
    what: &str,
    fits: impl Fn(&RunSnapshot) -> bool,
) -> RunSnapshot {
    let mut stream = host.subscribe(run).await.unwrap();
    seats::until(&mut stream, what, fits).await
}

/// A rehearsal of the switch, driven by this host.
async fn rehearsal(host: &Arc<Host>) -> RunId {
    let runbook = RehearsedRunbook::DnsSwitch;
    let started = host.submit_rehearsal(RehearsalCommand::Start { runbook }).await;
    let run = started.unwrap().unwrap();
    until(host, &run, "ours", |s| s.watching.is_none()).await;
    run
}

/// Has a change sent whose answer is lost, and comes back while nobody knows what became of it.
async fn in_doubt(host: &Arc<Host>, run: &RunId) {
    let fault = "lost-response".to_owned();
    host.submit_rehearsal(RehearsalCommand::Inject { fault })
        .await
        .unwrap();
    let ready = until(host, run, "ready", |s| state(s, STEP) == "ready").await;
    let step = ready.phases.iter().flat_map(|p| &p.steps).find(|s| s.id == STEP);
    let basis: Digest = step.unwrap().preview.as_ref().unwrap().digest.parse().unwrap();
    let submission = Submission {
        command: Command::Apply {
            step: StepId::new(STEP).unwrap(),
        },
        basis: Some(basis),
        by: by(),
        reason: None,
    };
    host.submit_run(run, submission).await.unwrap();
    until(host, run, "in doubt", |s| {
        matches!(state(s, STEP), "applying" | "in_doubt")
    })
    .await;
}

/// Does something in a program of its own, which is killed in the middle: nothing of it is closed or given back.
fn killed<T>(work: impl AsyncFnOnce() -> (Arc<Host>, T)) -> T {
    let program = Runtime::new().unwrap();
    let (host, told) = program.block_on(work());
    // Its locks go with the process; here they go with the last of its tasks.
    program.shutdown_timeout(Duration::from_secs(10));
    drop(host);
    told
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    Runtime::new().unwrap().block_on(work)
}

#[test]
fn a_console_that_was_killed_during_a_call_opens_on_its_step_and_says_what_really_happened() {
    let home = tempfile::tempdir().unwrap();
    let run = killed(async || {
        let host = host(home.path());
        let run = rehearsal(&host).await;
        in_doubt(&host, &run).await;
        // While it is at work, nobody else is led into its run.
        assert!(other(home.path()).opening().unwrap().is_none());
        (host, run)
    });
    block_on(async {
        let host = host(home.path());
        let info = host.app_info(None, None).unwrap();
        assert_eq!(info.run.as_deref(), Some(run.as_str()));
        assert_eq!(info.runs[0].standing, RunStanding::Interrupted);
        let lead = info.lead.unwrap();
        let step = STEP.to_owned();
        assert_eq!(
            (lead.run.as_str(), lead.to),
            (run.as_str(), RunPage::Step { step })
        );
        let found = info.interrupted.unwrap();
        assert!(
            found.title.starts_with("Interrupted during step 1 of "),
            "{found:?}"
        );
        assert_eq!((found.step.as_deref(), found.settled), (Some(STEP), false));
        assert_eq!(found.sentence, "Checking what really happened.");
        // Who named a run is led nowhere else.
        let named = RunId::new("another").unwrap();
        let asked = host.app_info(Some(&named), None).unwrap();
        assert_eq!(
            (asked.run.as_deref(), asked.lead, asked.interrupted),
            (Some("another"), None, None)
        );

        host.closed_world().await.unwrap();
        let settled = until(&host, &run, "the finding", |s| {
            s.interrupted.as_ref().is_some_and(|found| found.settled)
        })
        .await;
        let found = settled.interrupted.unwrap();
        assert_eq!(found.sentence, "The change took effect. Nothing was sent again.");
        assert!(
            found.title.starts_with("Interrupted during step 1 of "),
            "{found:?}"
        );
        // Closed in order and with nothing in flight, it leads nobody any more.
        until(&host, &run, "done", |s| state(s, STEP) == "done").await;
        host.release_all().await;
        assert!(host.opening().unwrap().is_none());
        assert_eq!(host.run_list().unwrap()[0].standing, RunStanding::Open);
    });
}

#[test]
fn a_console_that_was_killed_between_two_steps_opens_on_its_run_and_says_that_nothing_was_in_flight() {
    let home = tempfile::tempdir().unwrap();
    let run = killed(async || {
        let host = host(home.path());
        let run = rehearsal(&host).await;
        (host, run)
    });
    block_on(async {
        let host = host(home.path());
        let info = host.app_info(None, None).unwrap();
        assert_eq!(info.run.as_deref(), Some(run.as_str()));
        assert_eq!(info.lead.unwrap().to, RunPage::Run);
        let found = info.interrupted.unwrap();
        assert_eq!(found.title, "The last console ended without closing");
        assert!(found.settled && found.step.is_none());
        host.closed_world().await.unwrap();
        let taken_up = until(&host, &run, "ours", |s| s.watching.is_none()).await;
        assert_eq!(taken_up.interrupted, None);
        host.release_all().await;
        assert!(host.opening().unwrap().is_none());
    });
}

#[test]
fn a_rehearsal_before_the_last_one_leads_nobody() {
    let home = tempfile::tempdir().unwrap();
    killed(async || {
        let host = host(home.path());
        let run = rehearsal(&host).await;
        in_doubt(&host, &run).await;
        (host, ())
    });
    block_on(async {
        let host = host(home.path());
        assert!(host.opening().unwrap().is_some());
        let newer = rehearsal(&host).await;
        host.release_all().await;
        assert!(host.opening().unwrap().is_none());
        let runs = host.run_list().unwrap();
        assert_eq!(runs[0].run, newer.as_str());
        assert_eq!(
            runs.iter().map(|row| row.standing).collect::<Vec<_>>(),
            [RunStanding::Open, RunStanding::Interrupted]
        );
    });
}
