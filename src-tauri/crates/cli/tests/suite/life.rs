//! `run amend` and `step resolve --as FIELD=…` as a script sees them: the real binary, exit codes, JSON.

use serde_json::Value;

use crate::shared::until;
use crate::station::Station;

const RUNBOOK: &str = include_str!("../../../../runbooks/dns-switch/runbook.toml");
const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");
const TITLE: &str = "title = \"Lower the TTL of ${name} to ${lowered_ttl} s\"";

impl Station {
    /// A run of `dns-switch` in a fast world.
    fn of_switch() -> Self {
        let mut desk = Self::served("60");
        desk.open_run("dns-switch", "rehearsal");
        desk
    }

    /// The digest of its plan, by the journal alone.
    fn plan_digest(&self) -> Value {
        self.shown(&["--offline"])["plan_digest"].clone()
    }

    /// The message of a refusal.
    #[track_caller]
    fn refused(&self, words: &[&str], code: i32) -> String {
        let error = self.say(code, words).error();
        error["message"].as_str().unwrap().to_owned()
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
    let desk = Station::of_switch();
    let before = desk.plan_digest();
    let words = desk.book("words", TITLE, "title = \"Lower it\"");
    let why = ["--reason", "clearer words"];
    let amend = |book: &str, more: &[&str]| {
        desk.did(&[&["run", "amend", &desk.run, "--runbook", book], more].concat())
    };
    // Shown first; changes nothing.
    let shown = amend(&words, &["--dry-run"]).code(0).json();
    assert_eq!(shown["from"], before);
    assert_eq!(shown["changes"].as_array().unwrap().len(), 1);
    let change = &shown["changes"][0];
    assert_eq!(
        (&change["subject"], &change["field"]),
        (&"step lower-ttl".into(), &"title".into())
    );
    assert_eq!(change["after"], "Lower it");
    assert_eq!(desk.plan_digest(), before);
    // A reason, and the amendment that was seen.
    assert_eq!(amend(&words, &[]).code(2).error()["code"], "usage");
    let stale = [
        "--preview",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ];
    let error = amend(&words, &[&why[..], &stale].concat()).code(5).error();
    assert_eq!(error["code"], "stale_screen");
    let seen = ["--preview", shown["digest"].as_str().unwrap()];
    let done = amend(&words, &[&why[..], &seen].concat()).code(0).json();
    assert_eq!(done["plan_digest"], shown["to"]);
    assert_eq!(desk.plan_digest(), shown["to"]);
    // A runbook with an error is told with its place, and nothing is amended.
    let broken = desk.book("broken", TITLE, "title = 1");
    let error = amend(&broken, &why).code(3).error();
    assert!(
        error["where"].as_str().unwrap().contains("runbook.toml:"),
        "{error}"
    );
    // Once the TTL is lowered, its step keeps what it did.
    desk.apply("lower-ttl");
    let action = desk.book("action", "ttl = \"${lowered_ttl}\"", "ttl = 61");
    let why_not = "Step lower-ttl has an effect: its action can't be amended.";
    let refused = amend(&action, &["--dry-run"]).code(5).error();
    assert!(
        refused["message"].as_str().unwrap().contains(why_not),
        "{refused}"
    );
    let refused = amend(&action, &why).code(5).error();
    assert!(
        refused["message"].as_str().unwrap().contains(why_not),
        "{refused}"
    );
    assert_eq!(desk.plan_digest(), shown["to"]);
    // The journal tells it, and verifies.
    let events = desk.events();
    let told = events.iter().find(|event| event["kind"] == "amended");
    assert_eq!(told.unwrap()["sentence"], "Plan amended, 1 change: clearer words");
    assert_eq!(told.unwrap()["actor"], "tester");
    desk.say(0, &["journal", "verify", &desk.run]);
}

#[test]
fn somebody_elses_change_is_resolved_field_by_field() {
    let desk = Station::of_switch();
    let seen = desk.preview("lower-ttl");
    // While the change is not yet everywhere, somebody points the name elsewhere.
    desk.world.inject("insync-slow:300");
    let mut applying = desk.applying("lower-ttl", &seen);
    until("the call was answered", || {
        let events = desk.events();
        events
            .iter()
            .any(|event| event["kind"] == "answered")
            .then_some(())
    });
    desk.world.inject("second-writer:203.0.113.99");
    assert_eq!(
        applying.wait().unwrap().code(),
        Some(4),
        "not done, and nothing undone"
    );
    desk.lift("insync-slow");
    let state = |wanted: &str| {
        let step = desk.step("lower-ttl", &["--offline"]);
        assert_eq!(step["state"], wanted, "{step}");
    };
    state("foreign");
    let resolve = ["step", "resolve", &desk.run, "lower-ttl"];
    let fields = ["--as", "ttl=keep", "--as", "A=restore"];
    // Shown: the three images, and what is still to be said.
    let shown = desk
        .say(0, &[&resolve[..], &["--as", "ttl=keep"]].concat())
        .json();
    assert_eq!(shown["undecided"], serde_json::json!(["A"]));
    let row = &shown["rows"][1];
    assert_eq!(
        [&row["field"], &row["before"], &row["ours"], &row["found"]],
        ["A", "192.0.2.10", "192.0.2.10", "203.0.113.99"]
    );
    let shown = desk.say(0, &[&resolve[..], &fields].concat()).json();
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
    let confirmed = [&go[..], &["--confirm", "rehearsal", "--preview", &seen]].concat();
    let done = desk.say(0, &confirmed).json();
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
    desk.say(0, &["journal", "verify", &desk.run]);
}
