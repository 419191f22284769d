//! `run amend` and `step resolve --as FIELD=…` as a script sees them: the real binary, exit codes, JSON.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::shared::{Served, program};

const RUNBOOK: &str = include_str!("../../../../runbooks/dns-switch/runbook.toml");
const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");
const TITLE: &str = "title = \"Lower the TTL of ${name} to ${lowered_ttl} s\"";

/// A home of its own with a served world, which ends with the test.
struct Station {
    home: TempDir,
    world: Served,
}

fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = program(home);
    command.args(args).env("SWITCHBACK_REHEARSAL_SPEED", "60");
    command
}

impl Station {
    fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let world = Served::by(command(home.path(), &[]));
        Self { home, world }
    }

    /// Runs with `--json`; the document of stdout, or the error of stderr.
    #[track_caller]
    fn json(&self, args: &[&str], code: i32) -> Value {
        let all = [args, &["--json"]].concat();
        let output = command(self.home.path(), &all).output().unwrap();
        let (out, err) = (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        );
        assert_eq!(output.status.code(), Some(code), "{args:?}\n{out}\n{err}");
        let text = if code == 0 { out } else { err };
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{args:?}: {text}"))
    }

    #[track_caller]
    fn refused(&self, args: &[&str], code: i32) -> String {
        self.json(args, code)["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn new_run(&self) -> String {
        let opened = self.json(&["run", "new", "dns-switch", "--target", "rehearsal"], 0);
        opened["run"].as_str().unwrap().to_owned()
    }

    fn preview(&self, run: &str, step: &str) -> String {
        let preview = self.json(&["step", "preview", run, step], 0);
        preview["digest"].as_str().unwrap().to_owned()
    }

    /// The bundled runbook with this replaced, in a folder of its own.
    fn book(&self, name: &str, from: &str, to: &str) -> String {
        assert!(RUNBOOK.contains(from), "{from}");
        let folder = self.home.path().join(name);
        std::fs::create_dir_all(folder.join("targets")).unwrap();
        std::fs::write(folder.join("runbook.toml"), RUNBOOK.replacen(from, to, 1)).unwrap();
        std::fs::write(folder.join("targets/rehearsal.toml"), TARGET).unwrap();
        folder.display().to_string()
    }
}

#[test]
fn a_plan_is_amended_and_what_has_an_effect_keeps_what_it_did() {
    let desk = Station::open();
    let run = desk.new_run();
    let before = desk.json(&["run", "show", &run, "--offline"], 0)["plan_digest"].clone();
    let words = desk.book("words", TITLE, "title = \"Lower it\"");
    let why = ["--reason", "clearer words"];
    let amend = |book: &str, more: &[&str], code: i32| {
        desk.json(&[&["run", "amend", &run, "--runbook", book], more].concat(), code)
    };
    // Shown first; changes nothing.
    let shown = amend(&words, &["--dry-run"], 0);
    assert_eq!(shown["from"], before);
    assert_eq!(shown["changes"].as_array().unwrap().len(), 1);
    let change = &shown["changes"][0];
    assert_eq!(
        (&change["subject"], &change["field"]),
        (&"step lower-ttl".into(), &"title".into())
    );
    assert_eq!(change["after"], "Lower it");
    assert_eq!(
        desk.json(&["run", "show", &run, "--offline"], 0)["plan_digest"],
        before
    );
    // A reason, and the amendment that was seen.
    assert_eq!(amend(&words, &[], 2)["error"]["code"], "usage");
    let stale = [
        "--preview",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ];
    let error = amend(&words, &[&why[..], &stale].concat(), 5);
    assert_eq!(error["error"]["code"], "stale_screen");
    let seen = ["--preview", shown["digest"].as_str().unwrap()];
    let done = amend(&words, &[&why[..], &seen].concat(), 0);
    assert_eq!(done["plan_digest"], shown["to"]);
    assert_eq!(
        desk.json(&["run", "show", &run, "--offline"], 0)["plan_digest"],
        shown["to"]
    );
    // A runbook with an error is told with its place, and nothing is amended.
    let broken = desk.book("broken", TITLE, "title = 1");
    let error = amend(&broken, &why, 3);
    assert!(
        error["error"]["where"]
            .as_str()
            .unwrap()
            .contains("runbook.toml:"),
        "{error}"
    );
    // Once the TTL is lowered, its step keeps what it did.
    let digest = desk.preview(&run, "lower-ttl");
    let apply = [
        "step",
        "apply",
        &run,
        "lower-ttl",
        "--confirm",
        "rehearsal",
        "--preview",
        &digest,
    ];
    desk.json(&apply, 0);
    let action = desk.book("action", "ttl = \"${lowered_ttl}\"", "ttl = 61");
    let why_not = "Step lower-ttl has an effect: its action can't be amended.";
    let refused = amend(&action, &["--dry-run"], 5);
    assert!(
        refused["error"]["message"].as_str().unwrap().contains(why_not),
        "{refused}"
    );
    let refused = amend(&action, &why, 5);
    assert!(
        refused["error"]["message"].as_str().unwrap().contains(why_not),
        "{refused}"
    );
    let kept = desk.json(&["run", "show", &run, "--offline"], 0);
    assert_eq!(kept["plan_digest"], shown["to"]);
    // The journal tells it, and verifies.
    let events = desk.json(&["journal", "show", &run], 0);
    let told = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["kind"] == "amended");
    assert_eq!(told.unwrap()["sentence"], "Plan amended, 1 change: clearer words");
    assert_eq!(told.unwrap()["actor"], "tester");
    desk.json(&["journal", "verify", &run], 0);
}

#[test]
fn somebody_elses_change_is_resolved_field_by_field() {
    let desk = Station::open();
    let run = desk.new_run();
    let digest = desk.preview(&run, "lower-ttl");
    // While the change is not yet everywhere, somebody points the name elsewhere.
    desk.world.inject("insync-slow:300");
    let apply = [
        "step",
        "apply",
        &run,
        "lower-ttl",
        "--confirm",
        "rehearsal",
        "--preview",
        &digest,
        "--json",
    ];
    let mut applying = command(desk.home.path(), &apply).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !desk.json(&["journal", "show", &run], 0)["events"]
        .as_array()
        .unwrap()
        .iter()
        .any(|event| event["kind"] == "answered")
    {
        assert!(Instant::now() < deadline, "the call was never answered");
        std::thread::sleep(Duration::from_millis(20));
    }
    desk.world.inject("second-writer:203.0.113.99");
    assert_eq!(
        applying.wait().unwrap().code(),
        Some(4),
        "not done, and nothing undone"
    );
    desk.world
        .control(async |client| client.lift("insync-slow").await.unwrap());
    let state = |wanted: &str| {
        let shown = desk.json(&["run", "show", &run, "--offline"], 0);
        let steps = shown["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["id"] == "lower-ttl").unwrap();
        assert_eq!(step["state"], wanted, "{step}");
    };
    state("foreign");
    let resolve = ["step", "resolve", &run, "lower-ttl"];
    let fields = ["--as", "ttl=keep", "--as", "A=restore"];
    // Shown: the three images, and what is still to be said.
    let shown = desk.json(&[&resolve[..], &["--as", "ttl=keep"]].concat(), 0);
    assert_eq!(shown["undecided"], serde_json::json!(["A"]));
    let row = &shown["rows"][1];
    assert_eq!(
        [&row["field"], &row["before"], &row["ours"], &row["found"]],
        ["A", "192.0.2.10", "192.0.2.10", "203.0.113.99"]
    );
    let shown = desk.json(&[&resolve[..], &fields].concat(), 0);
    assert_eq!(
        shown["then"],
        serde_json::json!(["A apps.example.nhs.test 192.0.2.10 TTL 60 s"])
    );
    let seen = shown["preview"]["digest"].as_str().unwrap().to_owned();
    // Refused: wrong words, no name, the wrong name, no reason, another preview.
    let go = [&resolve[..], &fields, &["--reason", "a test of theirs"]].concat();
    desk.refused(&[&resolve[..], &["--as", "ttl=gone"]].concat(), 2);
    desk.refused(&[&resolve[..], &["--as", "keep", "--as", "ttl=keep"]].concat(), 2);
    let error = desk.refused(&[&resolve[..], &["--as", "values=keep"]].concat(), 2);
    assert!(error.contains("there are ttl, A, AAAA, CNAME"), "{error}");
    desk.refused(&[&go[..], &["--confirm", "prod"]].concat(), 5);
    desk.refused(&[&resolve[..], &fields, &["--confirm", "rehearsal"]].concat(), 2);
    let other = "0000000000000000000000000000000000000000000000000000000000000000";
    desk.refused(
        &[&go[..], &["--confirm", "rehearsal", "--preview", other]].concat(),
        5,
    );
    state("foreign");
    let done = desk.json(
        &[&go[..], &["--confirm", "rehearsal", "--preview", &seen]].concat(),
        0,
    );
    assert_eq!(done["state"], "done");
    assert_eq!(done["note"], "Kept by a person's choice: ttl.");
    let records = desk
        .world
        .control(async |client| client.state().await.unwrap().records);
    let apps = records.iter().find(|r| r.name.starts_with("apps.")).unwrap();
    assert_eq!(
        (apps.ttl, apps.values.clone()),
        (Some(60), vec!["192.0.2.10".to_owned()])
    );
    // Nothing is left to choose.
    desk.refused(&[&go[..], &["--confirm", "rehearsal"]].concat(), 5);
    desk.json(&["journal", "verify", &run], 0);
}
