//! The end signal and Ctrl-C, as a real process takes them: it ends at once where nothing is being sent, says what it
//! leaves, and the next command goes on with that.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shared::{self, Did, until};
use crate::station::Station;

/// World seconds a second: what spreads for 400 of them is waited for by nobody who was told to end, and is over before it is
/// a person's matter.
const SPEED: &str = "20";
const SLOW: &str = "insync-slow:400";
const STEP: &str = "lower-ttl";

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// What it said at its end, which was refused as not known.
#[track_caller]
fn left(child: Child) -> Value {
    let did = Did::of(child.wait_with_output().unwrap());
    assert_eq!(did.code, 4, "{} {}", did.out, did.err);
    did.error()
}

impl Station {
    /// A run of `dns-switch` in a world that takes its time to have a change everywhere.
    fn spreading() -> Self {
        let mut desk = Self::served(SPEED);
        desk.open_run("dns-switch", "rehearsal");
        desk.world.inject(SLOW);
        desk
    }

    fn has(&self, kind: &str) -> bool {
        self.events().iter().any(|event| event["kind"] == kind)
    }

    /// Until this was journalled so many times.
    fn until_journalled(&self, kind: &str, times: usize) {
        until(kind, || {
            let events = self.events();
            let of = events.iter().filter(|event| event["kind"] == kind).count();
            (of >= times).then_some(())
        });
    }
}

#[test]
fn while_a_change_spreads_it_ends_at_once_and_says_so() {
    for (name, why) in [
        ("-TERM", "Stopping: this program was told to end (SIGTERM)"),
        ("-INT", "Stopping: interrupted at the keyboard"),
    ] {
        let desk = Station::spreading();
        let seen = desk.preview(STEP);
        let applying = desk.applying(STEP, &seen);
        desk.until_journalled("answered", 1);
        signal(&applying, name);
        let error = left(applying);
        assert_eq!(
            error["message"],
            format!("Stopped. 1 change is accepted and not verified: {STEP}.")
        );
        assert_eq!(
            error["hint"],
            format!(
                "switchback run resume {} --reason TEXT goes on with it; nothing is repeated blindly.",
                desk.run
            )
        );
        let told = |kind: &str| {
            let events = desk.events();
            let told = events.iter().find(|event| event["kind"] == kind);
            told.unwrap_or_else(|| panic!("{name}: no {kind}"))["sentence"].clone()
        };
        assert_eq!(told("stop_requested"), why);
        assert_eq!(told("stopped"), "Stopped: nothing more is sent");
        let step = desk.step(STEP, &["--offline"]);
        assert_eq!(step["state"], "verifying", "{step}");
        assert_eq!(desk.shown(&["--offline"])["state"], "stopped");
        // By the command that it named.
        desk.say(0, &["run", "resume", &desk.run, "--reason", "go on"]);
        assert_eq!(desk.step(STEP, &["--offline"])["state"], "done");
        assert_eq!(desk.done("ChangeResourceRecordSets"), 1, "not repeated");
        desk.say(0, &["journal", "verify", &desk.run]);
    }
}

#[test]
fn a_call_in_flight_is_waited_for_and_not_what_comes_after_it() {
    let desk = Station::spreading();
    let seen = desk.preview(STEP);
    desk.world.inject("delay:ChangeResourceRecordSets:3000");
    let applying = desk.applying(STEP, &seen);
    desk.until_journalled("intended", 1);
    assert!(!desk.has("answered"), "it is on its way");
    signal(&applying, "-TERM");
    let error = left(applying);
    assert_eq!(
        error["message"],
        format!("Stopped. 1 change is accepted and not verified: {STEP}.")
    );
    assert!(desk.has("answered"));
    assert_eq!(desk.done("ChangeResourceRecordSets"), 1);
    assert_eq!(desk.step(STEP, &["--offline"])["state"], "verifying");
}

/// Half of what it would take a question that has no answer to be given up: 3 tries of 15 s each.
const SOON: Duration = Duration::from_secs(22);

#[test]
fn an_endpoint_that_does_not_answer_holds_nobody_up() {
    let desk = Station::spreading();
    let seen = desk.preview(STEP);
    desk.world.inject("delay:GetChange:100000");
    let applying = desk.applying(STEP, &seen);
    desk.until_journalled("answered", 1);
    let began = Instant::now();
    signal(&applying, "-TERM");
    let error = left(applying);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert_eq!(
        error["message"],
        format!("Stopped. 1 change is accepted and not verified: {STEP}.")
    );
}

#[test]
fn a_rollback_ends_at_once_too_and_begins_nothing_more() {
    // Longer than a signal takes, and shorter than the 3 minutes after which the way back would be a person's matter.
    let mut desk = Station::served("10");
    desk.open_run("dns-switch", "rehearsal");
    let before = desk.world();
    desk.apply(STEP);
    desk.until_ready("switch");
    desk.apply("switch");
    desk.world.inject("insync-slow:120");
    let words = ["rollback", &desk.run, "--all", "--confirm", "rehearsal"];
    let sent = desk.done("ChangeResourceRecordSets");
    let rolling = desk.begin(&words);
    until("the first undo is answered", || {
        (desk.step("switch", &["--offline"])["state"] == "undo_verifying").then_some(())
    });
    signal(&rolling, "-TERM");
    let error = left(rolling);
    assert_eq!(
        error["message"],
        "Stopped. 1 change is accepted and not verified: switch. The rollback stands at switch."
    );
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.starts_with(&format!(
            "switchback rollback {} --retry goes on with it",
            desk.run
        )),
        "{hint}"
    );
    assert_eq!(
        desk.done("ChangeResourceRecordSets"),
        sent + 1,
        "nothing more was sent"
    );
    assert_eq!(desk.step("switch", &["--offline"])["state"], "undo_verifying");
    desk.lift("insync-slow");
    desk.say(7, &["rollback", &desk.run, "--retry"]);
    assert_eq!(desk.world(), before);
    assert_eq!(desk.done("ChangeResourceRecordSets"), sent + 2, "not repeated");
}

#[test]
fn the_scripted_operator_ends_at_once_and_goes_back_by_nothing() {
    let home = tempfile::tempdir().unwrap();
    let program = |words: &[&str]| {
        let mut command = shared::program(home.path());
        command
            .env("SWITCHBACK_REHEARSAL_SPEED", SPEED)
            .args(words)
            .arg("--json")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let words = ["rehearse", "--auto", "--fault", SLOW];
    let operator = program(&words).spawn().unwrap();
    let read = |words: &[&str]| Did::of(program(words).output().unwrap());
    let run = until("the run is opened", || {
        let runs = read(&["run", "list"]).json();
        Some(runs["runs"][0]["run"].as_str()?.to_owned())
    });
    let events = || read(&["journal", "show", &run]).json()["events"].clone();
    let told = |kind: &str| {
        let events = events();
        let events = events.as_array().unwrap();
        events.iter().filter(|event| event["kind"] == kind).count()
    };
    // The first one is quick; before the second, the switch, the world becomes slow.
    until("the switch is answered", || (told("answered") > 1).then_some(()));
    signal(&operator, "-TERM");
    let error = left(operator);
    assert_eq!(
        error["message"],
        "Stopped. 1 change is accepted and not verified: switch."
    );
    assert!(error["hint"].as_str().unwrap().contains(&run), "{error}");
    assert_eq!((told("answered"), told("rollback_confirmed")), (2, 0));
    assert_eq!(told("stopped"), 1);
}

/// Whoever waits no longer is told what is left in the same words.
#[test]
fn a_wait_that_is_over_says_the_same() {
    let desk = Station::spreading();
    let seen = desk.preview(STEP);
    let words = desk.words_to_apply(STEP, &seen);
    let error = desk
        .did(&[&words[..], &["--timeout", "3"]].concat())
        .code(4)
        .error();
    assert_eq!(
        error["message"],
        format!("The time to wait is over. 1 change is accepted and not verified: {STEP}.")
    );
}
