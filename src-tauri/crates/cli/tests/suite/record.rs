//! `step record`: the checks of the pool in one command, as a script sees it.

use serde_json::Value;

use crate::shared::Did;
use crate::station::Station;

/// The looks that the bundled plan begins with; `pool-canary` behind them changes something.
const ROW: [&str; 4] = ["pool-settings", "pool-triggers", "pool-client", "pool-email"];

impl Station {
    /// A run of the bundled plan, before its first gate.
    fn at_first_gate() -> Self {
        let mut desk = Self::served("1");
        desk.open_run("tis-cognito", "rehearsal");
        desk
    }

    fn say_go(&self) {
        let gate = self.say(0, &["gate", &self.run, "pre"]).json();
        let roles = gate["gate"]["people"].as_array().unwrap().iter();
        let people = roles.map(|person| format!("{}=A. Example", person["role"].as_str().unwrap()));
        let people: Vec<String> = people.collect();
        let mut words = vec!["gate", &self.run, "pre", "--go"];
        for person in &people {
            words.extend(["--person", person]);
        }
        self.say(0, &words);
    }

    fn record(&self, more: &[&str]) -> Did {
        self.did(&[&["step", "record", &self.run], more].concat())
    }

    /// The steps that are done, by the journal.
    fn recorded(&self) -> Vec<String> {
        let shown = self.shown(&["--offline"]);
        let steps = shown["steps"].as_array().unwrap().iter();
        let done = steps.filter(|step| step["state"] == "done");
        done.map(|step| step["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect()
}

#[test]
fn checks_in_a_row_are_recorded_up_to_the_one_that_is_named_and_as_far_as_they_go() {
    let desk = Station::at_first_gate();
    // Behind a gate that nobody opened nothing is recorded, whoever asks.
    let closed = desk.record(&[]).code(5).error();
    assert_eq!(closed["code"], "guard", "{closed}");
    desk.say_go();

    let two = desk.record(&["--upto", "pool-triggers"]).code(0).json();
    assert_eq!(names(&two["recorded"]), ROW[..2]);
    assert!(two["stopped_at"].is_null());
    assert_eq!(desk.recorded(), ROW[..2]);

    // What does not pass stops it, is named with what was found, and nothing behind it is read.
    desk.world.inject("wrong-client-flow");
    let stopped = desk.record(&[]).code(3);
    let told = stopped.json();
    assert_eq!(told["stopped_at"], "pool-client");
    assert_eq!(names(&told["recorded"]), [""; 0]);
    assert_eq!(told["steps"][0]["state"], "blocked");
    assert_eq!(told["steps"][1]["state"], "to_do");
    let error = stopped.error();
    assert!(
        error["message"].as_str().unwrap().starts_with("Blocked: "),
        "{error}"
    );
    assert!(
        error["where"].as_str().unwrap().contains("pool-client"),
        "{error}"
    );
    desk.lift("wrong-client-flow");

    let rest = desk.record(&[]).code(0).json();
    assert_eq!(names(&rest["recorded"]), ROW[2..]);
    assert_eq!(desk.recorded(), ROW);
}

#[test]
fn what_is_no_row_of_checks_is_refused_by_its_name() {
    let desk = Station::at_first_gate();
    desk.say_go();
    let canary = desk.record(&["--upto", "pool-canary"]).code(5).error();
    let message = canary["message"].as_str().unwrap();
    assert!(
        message.contains("pool-canary") && message.contains("it changes something"),
        "{message}"
    );
    assert_eq!(desk.record(&["--upto", "no-such"]).error()["code"], "not_found");
    assert_eq!(desk.recorded(), [""; 0]);

    desk.record(&[]).code(0);
    let again = desk.record(&["--upto", "pool-email"]).error();
    assert!(
        again["message"]
            .as_str()
            .unwrap()
            .contains("pool-email is recorded already"),
        "{again}"
    );
    // The run stands at a step that is no check.
    let next = desk.record(&[]).code(5).error();
    assert!(
        next["message"].as_str().unwrap().contains("pool-canary"),
        "{next}"
    );
}

#[test]
fn the_status_for_the_chat_is_three_lines_and_says_what_it_can_t_tell() {
    let desk = Station::at_first_gate();
    let told = desk.did(&["run", "status", &desk.run]).code(0).json();
    let status = told["status"].as_str().unwrap();
    assert_eq!(told["run"], desk.run.as_str());
    assert_eq!(status.lines().count(), 3, "{status}");
    assert!(
        status.starts_with("REHEARSAL rehearsal, ") && status.contains("before Pre migration, "),
        "{status}"
    );
    assert!(status.contains("Nothing to undo yet."), "{status}");
    assert!(status.ends_with(", the rehearsal's time."), "{status}");
    // Whoever looks at nothing can't tell.
    let blind = desk
        .did(&["run", "status", &desk.run, "--offline"])
        .code(0)
        .json();
    let blind = blind["status"].as_str().unwrap();
    assert!(
        blind.contains("Can't tell whether users are all right."),
        "{blind}"
    );
    // In words it is the text alone, ready to be pasted.
    let words = desk.words(&["run", "status", &desk.run, "--offline"]);
    assert_eq!(words.lines().count(), 3, "{words}");
    assert_eq!(
        desk.did(&["run", "status", "no-such-run"]).code(1).error()["code"],
        "not_found"
    );
}
