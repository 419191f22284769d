//! Weighted record sets by the real command line against a served world: there and back, to the letter, as
//! the world's own control client sees it.

use serde_json::Value;
use switchback_rehearsal::RecordSet;

use crate::station::Station;

const TARGET: &str = include_str!("../../../../runbooks/dns-switch/targets/rehearsal.toml");
const OLD: &str = "old = [{ type = \"A\", ttl = 300, values = [\"192.0.2.10\"] }]";
const NEW: &str = "new = [{ type = \"A\", ttl = 60, values = [\"198.51.100.20\"] }]";

/// World seconds per real second.
const SPEED: &str = "60";

/// Sides of a pair, or the one simple side, as a target writes them.
fn pair(ttl: u32, blue: u8, green: u8) -> String {
    format!(
        "[{{ type = \"A\", ttl = {ttl}, values = [\"192.0.2.10\"], set_identifier = \"blue\", weight = {blue} }}, \
         {{ type = \"A\", ttl = {ttl}, values = [\"198.51.100.20\"], set_identifier = \"green\", weight = {green} }}]"
    )
}

fn simple(ttl: u32, address: &str) -> String {
    format!("[{{ type = \"A\", ttl = {ttl}, values = [\"{address}\"] }}]")
}

impl Station {
    /// Opens a run whose name answers `old` today and shall answer `new`.
    fn open_switch(&mut self, old: &str, new: &str) {
        let file = self.home.path().join("target.toml");
        let text = TARGET.replace(OLD, &format!("old = {old}"));
        let text = text.replace(NEW, &format!("new = {new}"));
        std::fs::write(&file, text).unwrap();
        self.open_run("dns-switch", &file.display().to_string());
    }

    /// Applies a step as soon as it is ready, and says what was seen.
    #[track_caller]
    fn apply_once_ready(&self, step: &str) -> Value {
        self.until_ready(step);
        let seen = self.preview(step);
        let did = self.apply_as_seen(step, &seen).code(0).json();
        assert_eq!(did["state"], "done", "{step}");
        seen
    }

    fn records(&self) -> Vec<RecordSet> {
        let state = self.world.control(async |client| client.state().await.unwrap());
        state.records
    }

    /// The name's sets in short: identifier and weight, address, TTL.
    fn shares(&self) -> Vec<String> {
        let sets = self
            .records()
            .into_iter()
            .filter(|set| set.name == "apps.example.nhs.test.");
        sets.map(|set| {
            let share = match (&set.set_identifier, &set.routing) {
                (Some(id), Some(switchback_rehearsal::Routing::Weight(weight))) => format!("{id} {weight}: "),
                (None, None) => String::new(),
                other => format!("{other:?}"),
            };
            format!("{share}{} {}", set.values.join(","), set.ttl.unwrap_or(0))
        })
        .collect()
    }

    /// The batches that were sent, each as its verbs.
    fn batches(&self) -> Vec<String> {
        let sent = self.log().into_iter();
        let sent = sent.filter(|entry| entry.operation == "ChangeResourceRecordSets");
        sent.filter_map(|entry| entry.batch)
            .map(|batch| {
                let verbs: Vec<String> = batch
                    .iter()
                    .map(|item| {
                        serde_json::to_value(item.action)
                            .unwrap()
                            .as_str()
                            .unwrap()
                            .to_owned()
                    })
                    .collect();
                verbs.join(" ")
            })
            .collect()
    }
}

const WHOLE: &str = "DELETE DELETE CREATE CREATE";

#[test]
fn a_pair_is_shifted_and_comes_back_to_the_letter() {
    let mut desk = Station::served(SPEED);
    desk.world.inject("routed:weighted");
    let start = desk.records();
    assert_eq!(
        desk.shares(),
        ["blue 100: 192.0.2.10 300", "green 0: 198.51.100.20 300"]
    );
    desk.open_switch(&pair(300, 100, 0), &pair(60, 0, 100));

    let lowered = desk.apply_once_ready("lower-ttl");
    let shown = lowered.to_string();
    for words in [
        "192.0.2.10 TTL 300 s set \\\"blue\\\" (weight 100)",
        "198.51.100.20 TTL 60 s set \\\"green\\\" (weight 0)",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(
        desk.shares(),
        ["blue 100: 192.0.2.10 60", "green 0: 198.51.100.20 60"]
    );

    desk.apply_once_ready("switch");
    assert_eq!(
        desk.shares(),
        ["blue 0: 192.0.2.10 60", "green 100: 198.51.100.20 60"]
    );
    desk.apply_once_ready("restore-ttl");
    assert_eq!(
        desk.shares(),
        ["blue 0: 192.0.2.10 300", "green 100: 198.51.100.20 300"]
    );

    // The plan as commands of the AWS CLI names each set in full.
    let sheet = desk.words(&["run", "sheet", &desk.run]);
    for words in ["\"SetIdentifier\"", "\"Weight\"", "blue", "green"] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }

    let back = desk.roll_back();
    assert_eq!(back["state"], "completed");
    assert_eq!(desk.records(), start, "the world does not end as it began");
    let sent = desk.batches();
    assert!(
        sent.len() >= 5 && sent.iter().all(|batch| batch == WHOLE),
        "{sent:?}"
    );
}

#[test]
fn a_simple_record_becomes_a_pair_and_a_pair_a_simple_record() {
    for (fault, old, new, there) in [
        (
            None,
            simple(300, "192.0.2.10"),
            pair(60, 0, 100),
            vec!["blue 0: 192.0.2.10 60", "green 100: 198.51.100.20 60"],
        ),
        (
            Some("routed:weighted"),
            pair(300, 100, 0),
            simple(60, "198.51.100.20"),
            vec!["198.51.100.20 60"],
        ),
    ] {
        let mut desk = Station::served(SPEED);
        if let Some(fault) = fault {
            desk.world.inject(fault);
        }
        let start = desk.records();
        desk.open_switch(&old, &new);
        desk.apply_once_ready("lower-ttl");
        desk.apply_once_ready("switch");
        assert_eq!(desk.shares(), there);
        let back = desk.roll_back();
        assert_eq!(back["state"], "completed");
        assert_eq!(
            desk.records(),
            start,
            "{fault:?}: the world does not end as it began"
        );
    }
}

/// Other shares, another identifier, or a simple record where a pair is expected: somebody has changed it.
#[test]
fn another_share_is_another_record() {
    let mut desk = Station::served(SPEED);
    desk.world.inject("routed:weighted");
    for (old, code) in [
        (pair(300, 100, 0), 0),
        (pair(300, 99, 0), 3),
        (pair(300, 100, 0).replace("blue", "Blue"), 3),
        (simple(300, "192.0.2.10"), 3),
    ] {
        desk.open_switch(&old, &pair(60, 0, 100));
        let did = desk.say(code, &["step", "check", &desk.run, "lower-ttl"]);
        if code == 3 {
            let said = did.out + &did.err;
            assert!(said.contains("A 192.0.2.10 weight 100 set blue"), "{said}");
        }
    }
    assert!(desk.batches().is_empty());
}
