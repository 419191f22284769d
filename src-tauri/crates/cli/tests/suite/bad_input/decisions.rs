//! What people decide: gates, decisions, deadlines, attestations, amendments; and what is wrong with them.

use std::fs;

use serde_json::Value;

use super::support::{BUNDLED, Closed, TestHome};
use crate::shared::until;

/// In front of the switch: an attested step, and a gate over the old side.
const GATE: &str = r#"title = "The switch"
t0 = true

[phase.gate]
title = "Go or no-go for the switch"
fresh = "15 min"
people = ["Incident lead", "Service desk"]

[[phase.gate.check]]
id = "old-side"
title = "The old side answers"
kind = "http.build"
url = "https://${name}/version.json"
address = "${old_address}"
"#;

const TELL: &str = r#"[[phase.step]]
id = "tell"
title = "Tell people"
plan_ref = "pre.7"
kind = "attest"
why = "They should know"
why_not_automated = "People talk to people."
reversibility = { kind = "correct", notice = "It was called off." }
expected = "10 min"
look_at = ["The service desk's queue"]
risks = ["Nobody reads it"]
decisions = ["window"]

[[phase]]
id = "mid"
"#;

const WINDOW: &str = r#"[[decision]]
id = "window"
question = "When?"
type = "one_of"
choices = ["tonight", "tomorrow"]

[[decision]]
id = "rollback-after""#;

fn gated(place: &TestHome) -> String {
    let book = place.runbook(
        "gated",
        &[
            ("[[phase]]\nid = \"mid\"\n", TELL),
            ("title = \"The switch\"\n", GATE),
            ("[[decision]]\nid = \"rollback-after\"", WINDOW),
            ("id = \"dns-switch\"", "id = \"gated\""),
        ],
        &[("rollback-after = 12", "")],
    );
    let args = ["run", "new", &book, "--target", "rehearsal"];
    place.ok(&args).out.trim().to_owned()
}

const GO: [&str; 7] = [
    "--go",
    "--person",
    "Incident lead=A. Example",
    "--person",
    "Service desk=B. Example",
    "--reason",
    "all is well",
];

fn gate(place: &TestHome, run: &str) -> Value {
    place.json(&["gate", run, "mid"])["gate"].clone()
}

#[test]
fn a_phase_with_a_gate_by_the_command_line() {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let run = gated(&place);
    let mut all = String::new();
    let mut bad = |title: &str, code: i32, args: &[&str]| {
        all.push_str(&format!("## {title}\n{}\n", place.bad(code, args)));
    };

    let shown = gate(&place, &run);
    assert_eq!(
        (shown["state"].as_str(), shown["decision"].is_null()),
        (Some("closed"), true)
    );
    bad("no such phase", 1, &["gate", &run, "middle"]);
    bad("a phase without a gate", 1, &["gate", &run, "pre"]);
    bad(
        "go with steps and decisions open",
        5,
        &[&["gate", &run, "mid"], &GO[..]].concat(),
    );
    bad("no-go without a reason", 2, &["gate", &run, "mid", "--no-go"]);
    bad(
        "both",
        2,
        &["gate", &run, "mid", "--go", "--no-go", "--reason", "x"],
    );
    bad(
        "a person without a role",
        2,
        &[
            "gate",
            &run,
            "mid",
            "--go",
            "--reason",
            "x",
            "--person",
            "A. Example",
        ],
    );
    bad(
        "a role that there is not",
        2,
        &[
            "gate", &run, "mid", "--no-go", "--reason", "x", "--person", "Lead=A",
        ],
    );

    // Attested: by name, with words, once its decision is taken.
    let attest = ["step", "attest", &run, "tell"];
    bad("attest without words", 2, &attest);
    bad(
        "attest without a name",
        2,
        &[&attest[..], &["--reason", "told", "--by", " "]].concat(),
    );
    bad(
        "attest before its decision",
        5,
        &[&attest[..], &["--reason", "told"]].concat(),
    );
    bad(
        "a decision of the wrong type",
        2,
        &["decide", &run, "window", "soon", "--reason", "x"],
    );
    bad(
        "minutes that are none",
        2,
        &["decide", &run, "rollback-after", "an hour", "--reason", "x"],
    );
    bad(
        "minutes that are too many",
        2,
        &["decide", &run, "rollback-after", "10081", "--reason", "x"],
    );
    bad(
        "no such decision",
        1,
        &["decide", &run, "windows", "tonight", "--reason", "x"],
    );
    place.ok(&["decide", &run, "window", "tonight", "--reason", "agreed"]);
    place.ok(&["decide", &run, "rollback-after", "60", "--reason", "agreed"]);
    place.ok(&[&attest[..], &["--reason", "told by mail"]].concat());

    let seen = place.seen(&run);
    place.ok(&super::support::applying(&run, "rehearsal", &seen));
    bad(
        "a role that nobody takes",
        5,
        &[&["gate", &run, "mid"], &GO[..3], &GO[5..]].concat(),
    );
    world.inject("site-down:old");
    bad("a gate that is red", 3, &["gate", &run, "mid", "--check"]);
    bad(
        "go at a gate that is red",
        3,
        &[&["gate", &run, "mid"], &GO[..]].concat(),
    );
    world.lift("site-down");
    place.ok(&["gate", &run, "mid", "--check"]);
    let basis = gate(&place, &run)["basis"].as_str().unwrap().to_owned();
    let other = basis.replace(|c: char| c.is_ascii_digit(), "0");
    bad(
        "go by what was another gate",
        5,
        &[&["gate", &run, "mid"], &GO[..], &["--basis", &other]].concat(),
    );
    let go = place.json(&[&["gate", &run, "mid"], &GO[..], &["--basis", &basis]].concat());
    assert_eq!(go["gate"]["state"], "go");
    assert_eq!(go["gate"]["people"][1]["name"], "B. Example");
    bad("go once more", 5, &[&["gate", &run, "mid"], &GO[..]].concat());
    let took = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    let words: Vec<&str> = all
        .split(' ')
        .map(|word| if took(word) && !word.is_empty() { "#" } else { word })
        .collect();
    insta::assert_snapshot!("decisions", words.join(" "));

    // No-go closes it again, and is never barred.
    place.ok(&[
        "gate",
        &run,
        "mid",
        "--no-go",
        "--reason",
        "somebody is on the phone",
    ]);
    assert_eq!(gate(&place, &run)["state"], "no_go");
    place.ok(&[&["gate", &run, "mid"], &GO[..]].concat());
    let offline = place.json(&["run", "show", &run, "--offline"]);
    assert_eq!(offline["phases"][1]["gate"]["state"], "go");
    assert_eq!(
        (&offline["phases"][1]["t0"], &offline["t0"]),
        (&Value::Bool(true), &Value::Null)
    );
    let tell = offline["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "tell")
        .unwrap();
    assert_eq!(tell["times"]["planned_s"], 600);
    assert!(tell["times"]["ended_at"].is_string());
    place.verify(&run);
}

#[test]
fn a_deadline_is_moved_by_a_person_and_nothing_acts() {
    let place = TestHome::new();
    let world = Closed::of(&place);
    let run = gated(&place);
    place.ok(&["decide", &run, "window", "tonight", "--reason", "agreed"]);
    place.ok(&["step", "attest", &run, "tell", "--reason", "told by mail"]);
    let seen = place.seen(&run);
    place.ok(&super::support::applying(&run, "rehearsal", &seen));
    let said = place.bad_text(5, &[&["gate", &run, "mid"], &GO[..]].concat());
    let undecided =
        "rollback-after (\"After how many minutes of a failing site do we go back?\") is not taken";
    assert!(said.contains(&format!("Decision {undecided}.")), "{said}");
    let extend = [
        "deadline",
        "extend",
        &run,
        "R3",
        "30",
        "--reason",
        "the provider is on it",
    ];
    let rule = |run: &str| {
        let shown = place.json(&["run", "show", run]);
        let deadlines = shown["deadlines"].as_array().unwrap();
        let found = deadlines.iter().find(|d| d["rule"] == "R3").unwrap().clone();
        (found, shown)
    };
    let (open, _) = rule(&run);
    assert_eq!(open["open_decision"], "rollback-after");
    assert_eq!(open["note"], "No deadline: the decision rollback-after is open.");
    let said = place.bad(5, &extend);
    assert!(said.contains(&format!("decision {undecided}")), "{said}");
    place.ok(&["decide", &run, "rollback-after", "60", "--reason", "agreed"]);
    let said = place.bad(5, &extend);
    assert!(said.contains("There is nothing to undo by it yet"), "{said}");

    // The old TTL runs out; the switch is ready, and waits for go.
    let ready = until("the switch is ready", || {
        let preview = place.json(&["step", "preview", &run, "switch"]);
        (preview["ready"] == true).then(|| preview["digest"].as_str().unwrap().to_owned())
    });
    let args = [
        "step",
        "apply",
        &run,
        "switch",
        "--confirm",
        "rehearsal",
        "--preview",
        &ready,
    ];
    let said = place.bad_text(5, &args);
    assert!(
        said.contains("Nobody has said go at the gate of “The switch” (phase mid)."),
        "{said}"
    );
    assert_eq!(world.changes(), 1, "only the TTL was lowered");
    place.ok(&[&["gate", &run, "mid"], &GO[..]].concat());
    place.ok(&args);
    let (_, shown) = rule(&run);
    assert_eq!(shown["t0"]["step"], "switch");
    assert!(shown["phases"][1]["times"]["started_at"].is_string());
    let changes = world.changes();
    let said = place.bad(5, &extend);
    assert!(said.contains("It runs while monitor site fails"), "{said}");

    world.inject("site-down:new");
    let moved = place.json(&extend);
    assert_eq!(moved["deadline"]["extended"][0]["minutes"], 30);
    assert_eq!(moved["deadline"]["extended"][0]["by"], "tester");
    let since = moved["deadline"]["since"].as_str().unwrap().to_owned();
    place.ok(&["deadline", "extend", &run, "R3", "15", "--reason", "still on it"]);
    let said = place.bad(2, &["deadline", "extend", &run, "R3", "0", "--reason", "x"]);
    assert!(said.contains("1 to 10,080"), "{said}");
    place.bad(2, &["deadline", "extend", &run, "R3", "soon", "--reason", "x"]);
    place.bad(2, &["deadline", "extend", &run, "R3", "15"]);
    place.bad(1, &["deadline", "extend", &run, "R9", "15", "--reason", "x"]);
    let (running, _) = rule(&run);
    assert_eq!(
        running["since"].as_str().unwrap(),
        since,
        "by every process and every look"
    );
    let at: jiff::Timestamp = running["at"].as_str().unwrap().parse().unwrap();
    let from: jiff::Timestamp = since.parse().unwrap();
    assert_eq!(at.duration_since(from).as_mins(), 105);
    let text = place.ok(&["run", "show", &run]).out;
    assert!(
        text.contains("60 min from when \"apps.example.nhs.test as users see it\" failed, moved by 45 min"),
        "{text}"
    );
    let watched = place.json(&["watch", &run, "--count", "1"]);
    assert!(
        watched["deadlines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|d| d["rule"] == "R3")
    );
    assert_eq!(world.changes(), changes, "nothing acted");

    // The rollback by that rule is offered and made as ever.
    let plan = place.json(&["rollback", &run, "--rule", "R3"]);
    assert!(plan["open_decision"].is_null());
    place.verify(&run);
}

#[test]
fn an_amendment_that_touches_what_has_an_effect_is_refused_by_words() {
    let place = TestHome::new();
    let _world = Closed::of(&place);
    let run = place.new_run("rehearsal", &[]);
    let seen = place.seen(&run);
    place.ok(&super::support::applying(&run, "rehearsal", &seen));
    let text = fs::read_to_string(std::path::Path::new(BUNDLED).join("runbook.toml")).unwrap();
    assert!(text.contains("ttl = \"${lowered_ttl}\""));
    let book = place.runbook("other", &[("ttl = \"${lowered_ttl}\"", "ttl = 120")], &[]);
    let said = place.bad(
        5,
        &["run", "amend", &run, "--runbook", &book, "--reason", "slower"],
    );
    assert!(
        said.contains("Step lower-ttl has an effect: its action can't be amended."),
        "{said}"
    );
}
