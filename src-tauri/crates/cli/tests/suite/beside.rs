//! A rollback beside what is not proven, by the real command line: what an earlier one made is looked at again, a word does
//! not take back what stands there otherwise, and a call that fails beside it stops the whole and is said.

use serde_json::Value;

use crate::shared::{self, Did, until};
use crate::station::Station;

/// World seconds per real second.
const SPEED: &str = "60";
const HEAD: &str = r#"
id = "graph"
title = "Graph"
version = "1.0.0"
[values]
zone_id = { type = "string", description = "The zone's id." }
zone = { type = "dns-name", description = "The zone." }
[[phase]]
id = "p"
title = "P"
"#;
const STEP: &str = r#"
[[phase.step]]
id = "ID"
title = "TTL of NAME"
plan_ref = "mid.3"
kind = "action"
automated = true
why = "A test."
owner = "T"
affects = "Nobody"
expected = "1 min"
reversibility = { kind = "undo" }
needs = [NEEDS]
after = [AFTER]
[phase.step.action]
kind = "route53.set_ttl"
zone_id = "${zone_id}"
zone = "${zone}"
name = "NAME.example.nhs.test."
ttl = 120
[[phase.step.before]]
id = "us-ID"
title = "It is us"
kind = "aws.identity"
believable = "5 min"
"#;
/// `top` alone is proven by the old site.
const PROVEN: &str = r#"
[[phase.step.undo_verify]]
id = "old-site"
title = "The old site answers"
kind = "http.build"
url = "https://apps.example.nhs.test/version.json"
address = "192.0.2.10"
build = "7d19"
within = "240 s"
[[rollback]]
id = "R1"
title = "All back"
plan_ref = "rollback.3"
undo = ["early", "base", "other", "aside", "top"]
"#;

fn step(id: &str, name: &str, needs: &str, after: &str) -> String {
    let quoted = |id: &str| match id {
        "" => String::new(),
        id => format!("\"{id}\""),
    };
    STEP.replace("ID", id)
        .replace("NAME", name)
        .replace("NEEDS", &quoted(needs))
        .replace("AFTER", &quoted(after))
}

/// Everything applied: `top` needs `base` and came after `early`; nothing binds `other` and `aside`. The old site is down.
fn applied() -> Station {
    let steps = [
        step("early", "mail-2", "", ""),
        step("base", "status", "", ""),
        step("other", "reval", "", ""),
        step("aside", "www", "", ""),
        step("top", "apps", "base", "early"),
    ];
    let text = format!("{HEAD}{}{PROVEN}", steps.concat());
    let desk = Station::opened(
        SPEED,
        |_| {},
        |home| {
            let folder = shared::runbook(home, "graph", &text);
            let target = folder.join("targets/rehearsal.toml");
            let head = std::fs::read_to_string(&target).unwrap();
            let values = "[values]\nzone_id = \"Z0REHEARSALEXAMPLE1\"\nzone = \"example.nhs.test.\"\n";
            std::fs::write(&target, head + "\n" + values).unwrap();
            folder
        },
    );
    for id in ["early", "base", "other", "aside", "top"] {
        desk.until_ready(id);
        desk.apply(id);
    }
    desk.world.inject("site-down:old");
    desk
}

impl Station {
    /// What stands in the record that `top` changes.
    fn record_of_apps(&self) -> String {
        let apps = |line: &String| line.contains("apps.example.nhs.test");
        self.world()
            .into_iter()
            .filter(apps)
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn rollback_words(&self, more: &[&str]) -> Did {
        self.did(&[&["rollback", &self.run], more].concat())
    }

    fn chat_status(&self) -> String {
        let words = ["run", "status", &self.run];
        Did::of(self.for_people(&words).output().unwrap()).code(0).out
    }
}

fn item(did: &Did, id: &str) -> String {
    let document: Value = serde_json::from_str(&did.out).unwrap();
    let mut items = document["items"].as_array().unwrap().iter();
    let item = items.find(|item| item["id"] == id).unwrap();
    item["state"].as_str().unwrap().to_owned()
}

#[test]
fn what_an_earlier_rollback_made_is_looked_at_again_and_restored() {
    let desk = applied();
    let before = desk.record_of_apps();
    let halted = desk.rollback(&["--rule", "R1"]).code(4);
    assert_eq!(item(&halted, "top"), "unproven");
    assert_eq!(item(&halted, "aside"), "done");
    let made = desk.record_of_apps();
    assert_ne!(made, before, "it was taken back");

    // Somebody else writes the record. A word does not take that back.
    desk.world.inject("second-writer:203.0.113.99");
    let refused = desk
        .rollback_words(&["--done", "top", "--reason", "looked"])
        .code(5)
        .error();
    let said = refused["message"].as_str().unwrap();
    assert!(
        said.contains("203.0.113.99") && said.contains("192.0.2.10"),
        "{said}"
    );
    assert!(
        refused["hint"].as_str().unwrap().contains("--as keep"),
        "{refused}"
    );
    assert!(desk.said("top").starts_with("undo_unverified"));

    // Nor does a rollback that is confirmed anew believe the old one.
    desk.rollback_words(&["--abandon", "--reason", "anew"]).code(0);
    desk.lift("site-down:old");
    let early = desk.rollback_words(&["--step", "early"]).code(0).json();
    assert_eq!(early["unproven"], serde_json::json!(["unproven-top"]));
    assert!(!early["stays"].to_string().contains("TTL of apps\""), "{early}");
    let calls = desk.done("ChangeResourceRecordSets");
    let plan = desk.rollback_words(&["--step", "top"]).code(0).json();
    assert!(
        plan["items"][0]["loses"].to_string().contains("203.0.113.99"),
        "{plan}"
    );
    desk.rollback(&["--step", "top"]).code(7);
    assert_eq!(desk.record_of_apps(), made, "what was before stands there again");
    assert_eq!(desk.done("ChangeResourceRecordSets"), calls + 1);
    desk.rollback(&["--all"]).code(7);
    let shown = desk.shown(&["--offline"]).to_string();
    assert!(shown.contains("Every change was taken back"), "{shown}");
}

#[test]
fn a_rollback_that_is_confirmed_anew_reads_anew() {
    let desk = applied();
    desk.rollback(&["--rule", "R1"]).code(4);
    desk.rollback_words(&["--abandon", "--reason", "anew"]).code(0);
    desk.lift("site-down:old");
    let calls = desk.done("ChangeResourceRecordSets");
    desk.rollback(&["--rule", "R1"]).code(7);
    // The two that waited for it; it itself is not sent again.
    assert_eq!(desk.done("ChangeResourceRecordSets"), calls + 2);
}

#[test]
fn what_is_kept_is_not_called_taken_back() {
    let desk = applied();
    desk.rollback(&["--rule", "R1"]).code(4);
    desk.world.inject("second-writer:203.0.113.99");
    desk.rollback_words(&["--done", "top", "--reason", "looked"])
        .code(5);
    let keep = [
        "step", "resolve", &desk.run, "top", "--as", "keep", "--reason", "theirs",
    ];
    desk.say(0, &keep);
    let ended = desk.rollback_words(&["--retry"]).code(7);
    assert_eq!(item(&ended, "top"), "kept");
    assert_eq!(item(&ended, "base"), "done");
    assert!(desk.record_of_apps().contains("203.0.113.99"));
    let shown = desk.shown(&["--offline"]).to_string();
    assert!(!shown.contains("Every change was taken back"), "{shown}");
}

#[test]
fn a_call_that_fails_beside_it_stops_the_whole_and_is_said() {
    let desk = applied();
    let calls = desk.done("ChangeResourceRecordSets");
    let words = ["rollback", &desk.run, "--rule", "R1", "--confirm", "rehearsal"];
    let going = desk.begin(&words);
    until("the undo of top was sent", || {
        (desk.done("ChangeResourceRecordSets") > calls).then_some(())
    });
    desk.world
        .inject("error-before:ChangeResourceRecordSets:AccessDenied:0");
    let halted = Did::of(going.wait_with_output().unwrap()).code(4);
    assert_eq!(item(&halted, "top"), "unproven");
    assert_eq!(item(&halted, "aside"), "failed");
    assert_eq!(item(&halted, "other"), "to_do", "nothing else was sent");
    let said = halted.error();
    let message = said["message"].as_str().unwrap();
    assert!(
        message.starts_with("The rollback stopped at aside: The undo was not applied."),
        "{said}"
    );
    assert!(
        said["hint"]
            .as_str()
            .unwrap()
            .contains("--retry tries aside again"),
        "{said}"
    );
    let status = desk.chat_status();
    assert!(
        status.contains("item 2 of 5, \"Undo: TTL of www\": has stopped"),
        "{status}"
    );
    assert_eq!(desk.done("ChangeResourceRecordSets"), calls + 1);

    // The permission is back, and a person has looked at top: one word, and the rest is tried anew.
    desk.world
        .lift("error-before:ChangeResourceRecordSets:AccessDenied:0");
    desk.rollback_words(&["--done", "top", "--reason", "looked"])
        .code(7);
    assert_eq!(desk.done("ChangeResourceRecordSets"), calls + 5);
    let shown = desk.shown(&["--offline"]).to_string();
    assert!(
        !shown.contains("Every change was taken back"),
        "a person said so of one: {shown}"
    );
}
