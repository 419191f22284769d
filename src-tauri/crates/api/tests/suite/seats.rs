//! The seat of a window at a run: it drives, or it watches while somebody else does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use switchback_api::host::{Claim, Host, HostOptions};
use switchback_api::wire::{DriverLife, RunSnapshot, ScopeView};
use switchback_model::{Command, Digest, Holder, Operator, RunId, StepId, Submission};
use tokio::sync::watch::Receiver;

type Stream = Receiver<Arc<RunSnapshot>>;

fn by(name: &str) -> Operator {
    Operator::new(name).unwrap()
}

fn host(home: &Path, operator: &str) -> Arc<Host> {
    host_at(home, operator, 60)
}

fn host_at(home: &Path, operator: &str, speed: u32) -> Arc<Host> {
    let mut options = HostOptions::new(by(operator));
    options.home = Some(home.to_owned());
    options.rehearsal_scale = speed;
    options.rehearsal_insync_s = 10;
    Host::start(options).unwrap()
}

/// Waits for a snapshot that fits, and gives it.
pub(crate) async fn until(
    stream: &mut Stream,
    what: &str,
    fits: impl Fn(&RunSnapshot) -> bool,
) -> RunSnapshot {
    let found = tokio::time::timeout(Duration::from_secs(30), stream.wait_for(|s| fits(s))).await;
    match found {
        Ok(Ok(snapshot)) => (**snapshot).clone(),
        Ok(Err(_)) => panic!("the stream ended before: {what}"),
        Err(_) => panic!("it never came to this: {what}"),
    }
}

/// A step's state.
pub(crate) fn state<'a>(snapshot: &'a RunSnapshot, step: &str) -> &'a str {
    let mut steps = snapshot.phases.iter().flat_map(|p| &p.steps);
    &steps.find(|s| s.id == step).unwrap().state
}

fn ask(command: Command, basis: Option<Digest>) -> Submission {
    Submission {
        command,
        basis,
        by: by("m.example"),
        reason: Some("scripted".to_owned()),
    }
}

/// The digest of a step's preview, once it may be applied.
async fn ready(stream: &mut Stream, step: &str) -> Digest {
    let seen = until(stream, "ready", |s| state(s, step) == "ready").await;
    let step = seen.phases.iter().flat_map(|p| &p.steps).find(|s| s.id == step);
    step.unwrap().preview.as_ref().unwrap().digest.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_fenced_out_says_so_watches_and_can_take_it_back() {
    let home = tempfile::tempdir().unwrap();
    let window = host(home.path(), "m.example");
    window.closed_world().await.unwrap();
    let run = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let mut seen = window.subscribe(&run).await.unwrap();
    let first = until(&mut seen, "ours", |s| s.driver.as_ref().is_some_and(|d| d.ours)).await;
    assert_eq!((first.watching, first.lost), (None, None));

    // The command line takes the run over, and applies a step.
    let night = host(home.path(), "n.night");
    let claim = Claim::Person {
        by: by("n.night"),
        reason: Some("the window is frozen".to_owned()),
    };
    let (mut driver, _) = night.driver(&run, claim).await.unwrap();
    let lost = until(&mut seen, "lost", |s| s.lost.is_some()).await;
    let other = until(&mut seen, "by whom", |s| {
        s.driver.as_ref().is_some_and(|d| d.since.is_some())
    })
    .await;
    let holder = other.driver.unwrap();
    assert_eq!((holder.by.as_str(), holder.ours), ("n.night", false));
    assert_eq!(holder.reason.as_deref(), Some("the window is frozen"));
    assert_eq!(holder.life, DriverLife::AtWork);
    assert!(lost.watching.unwrap().contains("n.night on"));
    let offers = other.phases.iter().flat_map(|p| &p.steps).flat_map(|s| &s.offers);
    assert!(offers.clone().count() > 0 && offers.clone().all(|o| o.refused.is_some()));
    let refused = window
        .submit_run(&run, ask(Command::Hold, None))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "locked");

    let step = StepId::new("lower-ttl").unwrap();
    driver
        .submit(&ask(Command::Check { step: step.clone() }, None))
        .await
        .unwrap();
    driver.settle().await.unwrap();
    let basis = ready(&mut seen, "lower-ttl").await;
    driver
        .submit(&ask(Command::Apply { step }, Some(basis)))
        .await
        .unwrap();
    driver.settle().await.unwrap();
    // What the other one did is seen live, with the world as this window reads it for itself.
    let done = until(&mut seen, "done", |s| {
        state(s, "lower-ttl") == "done" && s.way_back.answer.headline == "Can go back"
    })
    .await;
    assert!(done.monitors.iter().all(|m| m.observed_at.is_some()));
    let plan = window.rollback_plan(&run, &ScopeView::All).await.unwrap();
    assert_eq!(plan.items.len(), 1);

    // It is given back: nobody drives. A person drives from here again.
    night.release(&run, driver.lease()).unwrap();
    let free = until(&mut seen, "nobody", |s| s.driver.is_none()).await;
    assert!(free.watching.unwrap().starts_with("Nobody drives this run"));
    window.take(&run, by("m.example"), None).await.unwrap();
    let ours = until(&mut seen, "ours again", |s| s.watching.is_none()).await;
    assert!(ours.driver.unwrap().ours && ours.lost.is_none());
    window.submit_run(&run, ask(Command::Hold, None)).await.unwrap();
    until(&mut seen, "held", |s| s.state == "held").await;
    window.release_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_with_nothing_to_write_finds_out_at_once_too() {
    let home = tempfile::tempdir().unwrap();
    // At the speed of real life nothing is written for half a minute after the first checks.
    let window = host_at(home.path(), "m.example", 1);
    window.closed_world().await.unwrap();
    let run = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let mut seen = window.subscribe(&run).await.unwrap();
    ready(&mut seen, "lower-ttl").await;
    let mut last = 0;
    while seen.borrow().seq != last {
        last = seen.borrow().seq;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let other = host_at(home.path(), "n.night", 1);
    let holder = Holder {
        by: by("n.night"),
        host: "desk-2".to_owned(),
        pid: 7,
    };
    let (_lease, taken) = other.store().take_lease(&run, holder, true).unwrap();
    assert!(taken);
    let told = tokio::time::timeout(Duration::from_secs(5), seen.wait_for(|s| s.lost.is_some()));
    assert!(
        told.await.is_ok_and(|s| s.is_ok()),
        "it did not find out within 5 s"
    );
    window.release_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_somebody_drives_is_watched_from_the_start() {
    let home = tempfile::tempdir().unwrap();
    let window = host(home.path(), "m.example");
    window.closed_world().await.unwrap();
    let run = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let elsewhere = Holder {
        by: by("s.example"),
        host: "desk-2".to_owned(),
        pid: 7,
    };
    let other = host(home.path(), "s.example");
    let (lease, _) = other.store().take_lease(&run, elsewhere, false).unwrap();
    let mut seen = window.subscribe(&run).await.unwrap();
    let first = seen.borrow_and_update().clone();
    let holder = first.driver.as_ref().unwrap();
    assert_eq!(
        (holder.by.as_str(), holder.host.as_str()),
        ("s.example", "desk-2")
    );
    assert!(first.lost.is_none() && first.watching.as_deref().unwrap().contains("desk-2"));
    // Taken by a person, from a holder who may be at work: the fence keeps them out from now on.
    window
        .take(&run, by("m.example"), Some("desk-2 does not answer".to_owned()))
        .await
        .unwrap();
    until(&mut seen, "ours", |s| s.watching.is_none()).await;
    assert!(other.release(&run, &lease).is_err());
    let told = window.journal_page(&run, 0, 100).await.unwrap();
    assert!(
        told.events
            .iter()
            .any(|e| e.sentence.contains("desk-2 does not answer"))
    );
    window.release_all().await;
}

async fn apply(window: &Host, run: &RunId, seen: &mut Stream, step: &str) {
    let basis = ready(seen, step).await;
    let command = Command::Apply {
        step: StepId::new(step).unwrap(),
    };
    window.submit_run(run, ask(command, Some(basis))).await.unwrap();
    until(seen, "done", |s| state(s, step) == "done").await;
}

/// Route 53 deletes only what stands there to the letter: each command begins where the one before ended.
#[tokio::test(flavor = "multi_thread")]
async fn the_sheets_commands_can_be_run_one_after_the_other() {
    let home = tempfile::tempdir().unwrap();
    let window = host(home.path(), "m.example");
    window.closed_world().await.unwrap();
    let run = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let sheet = window.sheet(&run).await.unwrap();
    let batches: Vec<Vec<(String, String)>> = sheet
        .commands
        .iter()
        .filter_map(|command| command.split_once("--cli-input-json '"))
        .map(|(_, json)| {
            let input: serde_json::Value = serde_json::from_str(json.trim_end_matches('\'')).unwrap();
            let changes = input["ChangeBatch"]["Changes"].as_array().unwrap().iter();
            let word = |change: &serde_json::Value| change["Action"].as_str().unwrap().to_owned();
            changes
                .map(|change| (word(change), change["ResourceRecordSet"].to_string()))
                .collect()
        })
        .collect();
    assert_eq!(batches.len(), 3, "lowered, switched, restored: {}", sheet.text);
    let sets = |batch: &[(String, String)], action: &str| -> Vec<String> {
        let of = batch.iter().filter(|(word, _)| word == action);
        of.map(|(_, set)| set.clone()).collect()
    };
    for pair in batches.windows(2) {
        assert_eq!(sets(&pair[1], "DELETE"), sets(&pair[0], "CREATE"));
    }
    assert!(sets(&batches[2], "CREATE")[0].contains("198.51.100.20"));
    window.release_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_is_as_old_as_its_last_export_and_an_undo_is_measured() {
    let home = tempfile::tempdir().unwrap();
    let window = host(home.path(), "m.example");
    window.closed_world().await.unwrap();
    let run = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let mut seen = window.subscribe(&run).await.unwrap();
    let stale = |s: &RunSnapshot| s.way_back.sheet.stale.clone();
    assert_eq!(stale(&seen.borrow_and_update()), None);
    apply(&window, &run, &mut seen, "lower-ttl").await;
    assert_eq!(
        stale(&seen.borrow_and_update()).as_deref(),
        Some("it was never exported")
    );
    let sheet = window.export_sheet(&run, None).await.unwrap();
    assert!(!sheet.in_mirror && sheet.text.contains("aws route53 change-resource-record-sets"));
    assert_eq!(std::fs::read_to_string(&sheet.file).unwrap(), sheet.text);
    let fresh = until(&mut seen, "exported", |s| s.way_back.sheet.seq == Some(sheet.seq)).await;
    assert_eq!(stale(&fresh), None);
    assert_eq!(fresh.way_back.takes.slowest_s, None);
    assert_eq!(fresh.way_back.takes.caches_s, Some(60));

    // A rollback is a change too, and it is measured.
    let plan = window.rollback_plan(&run, &ScopeView::All).await.unwrap();
    let back = Command::Rollback {
        scope: switchback_model::RollbackScope::All,
        overrides: Vec::new(),
        accept_breaches: Vec::new(),
    };
    let digest = plan.digest.parse().unwrap();
    window.submit_run(&run, ask(back, Some(digest))).await.unwrap();
    let undone = until(&mut seen, "undone", |s| state(s, "lower-ttl") == "undone").await;
    assert_eq!(
        stale(&undone).as_deref(),
        Some("it is older than the last change")
    );
    let takes = |s: &RunSnapshot| s.phases[0].steps[0].undo_takes;
    let measured = takes(&undone);
    assert_eq!((measured.tries, measured.rehearsals), (1, 1));
    assert!(measured.slowest_s.unwrap() >= 10, "{measured:?}");
    window.release_all().await;

    // The next run of the runbook knows it.
    let next = window.new_from_runbook("dns-switch", "rehearsal").unwrap();
    let mut seen = window.subscribe(&next).await.unwrap();
    let told = until(&mut seen, "measured", |s| takes(s).tries == 1).await;
    assert_eq!(takes(&told).slowest_s, measured.slowest_s);
    window.release_all().await;
}
