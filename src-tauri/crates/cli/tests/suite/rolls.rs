//! A parameter and the roll that makes it seen, by the real command line against a served world, with each thing that
//! goes wrong on such a night: what the console says, when, and that the world ends as it began.

mod half_way;
mod reread;
mod taken_back;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::shared::{self, Did, until};
use crate::station::Station;

const APPENDING: &str = include_str!("../emulators/profiles_append.toml");
const ROLLING: &str = include_str!("rolls.toml");

/// At the start of a run of a value and the roll that makes it seen, in a world of this speed.
fn desk_at(speed: &'static str) -> Station {
    let runbook = format!("{APPENDING}{ROLLING}");
    Station::opened(speed, |_| (), |home| shared::runbook(home, "rolls", &runbook))
}

fn desk() -> Station {
    desk_at("60")
}

impl Station {
    #[track_caller]
    fn applied(&self, code: i32, step: &str) -> Did {
        self.apply_as_seen(step, &self.preview(step)).code(code)
    }

    /// What each running task has read, with how many have.
    fn read_by_tasks(&self) -> BTreeMap<String, usize> {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        let mut found = BTreeMap::new();
        for service in snapshot.services {
            for task in service.tasks.iter().filter(|task| task.status == "RUNNING") {
                *found
                    .entry(task.profiles.clone().unwrap_or_default())
                    .or_default() += 1;
            }
        }
        found
    }

    /// How many of our requests started the service anew.
    fn rolls(&self) -> usize {
        let log = self.log();
        let ours = log.iter().filter(|entry| entry.operation == "UpdateService");
        ours.filter(|entry| entry.rolled.is_some()).count()
    }
}

/// There and back: what tasks have read changes with the roll and not with the value, both ways.
#[test]
fn a_value_is_read_once_the_service_is_rolled_and_comes_back_so() {
    let desk = desk();
    let start = desk.world();
    assert_eq!(desk.read_by_tasks(), tasks(&[("prod", 2)]));
    desk.applied(0, "profiles");
    assert_eq!(desk.read_by_tasks(), tasks(&[("prod", 2)]), "nobody reads it yet");
    let preview = desk.preview("roll");
    let change = &preview["changes"][0];
    let after = change["after"].to_string();
    assert!(
        after.contains("which read /tis/usermanagement/profiles as it is now"),
        "{after}"
    );
    let caution = change["caution"].as_str().unwrap();
    assert!(
        caution.contains("a tag may mean another image by now"),
        "{caution}"
    );
    assert_eq!(preview["calls"][0]["parameters"]["forceNewDeployment"], true);
    let done = desk.apply_as_seen("roll", &preview).code(0).json();
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(desk.read_by_tasks(), tasks(&[("prod,cognito", 2)]));

    let plan = desk.say(0, &["rollback", &desk.run, "--all"]).json();
    let items: Vec<String> = plan["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            format!(
                "{} {}",
                item["kind"].as_str().unwrap(),
                item["id"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(items, ["undo profiles", "publish roll"]);
    assert_eq!(desk.rollback(&["--all"]).code(7).json()["state"], "completed");
    assert_eq!(desk.read_by_tasks(), tasks(&[("prod", 2)]));
    assert_eq!(desk.world(), start);
    assert_eq!(desk.rolls(), 2, "once each way");
    desk.say(0, &["journal", "verify", &desk.run]);

    // Written again, and left out: that is asked for by name, and said.
    desk.say(0, &["step", "reopen", &desk.run, "profiles", "--reason", "again"]);
    desk.applied(0, "profiles");
    let left_out = desk.say(5, &["step", "skip", &desk.run, "roll", "--reason", "not tonight"]);
    let message = left_out.error()["message"].to_string();
    assert!(
        message.contains("\"Skip\"") || message.contains("skip"),
        "{message}"
    );
    desk.say(0, &["step", "reopen", &desk.run, "roll", "--reason", "again"]);
    let refused = desk
        .say(5, &["step", "skip", &desk.run, "roll", "--reason", "not tonight"])
        .error();
    assert_eq!(
        refused["message"],
        "roll has still to publish what was changed: profiles."
    );
    desk.say(
        0,
        &[
            "step",
            "skip",
            &desk.run,
            "roll",
            "--reason",
            "not tonight",
            "--unseen",
            "profiles",
        ],
    );
    let shown = desk.say(0, &["run", "show", &desk.run, "--offline"]).json();
    let told = shown["breaches"].to_string();
    assert!(
        told.contains("What profiles changed is not seen: roll has not published it since."),
        "{told}"
    );
    assert_eq!(desk.rollback(&["--all"]).code(7).json()["state"], "completed");
    assert_eq!(desk.world(), start);
}

fn tasks(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter()
        .map(|(read, count)| ((*read).to_owned(), *count))
        .collect()
}

/// When something goes wrong, before which of our requests it does, and what the console says of it.
struct Drill {
    trap: &'static str,
    fault: &'static str,
    /// World seconds in a real one: what somebody has under way must not be over before a busy machine has looked.
    speed: &'static str,
    /// Before the roll is looked at, or after its preview was seen.
    seen: bool,
    code: i32,
    said: &'static str,
    /// Our requests that started the service anew by then.
    rolls: usize,
    /// How the rollback ends at once: 7 completed, 4 stopped; what stopped goes on once what is wrong is mended.
    back: i32,
    /// What every running task has read at the end.
    end: &'static str,
}

const DRILLS: &[Drill] = &[
    Drill {
        trap: "the roll never settles",
        fault: "roll-stuck",
        speed: "60",
        seen: true,
        code: 4,
        said: "unverified: Applied, but an after-check did not pass in time",
        rolls: 1,
        back: 4,
        end: "prod",
    },
    Drill {
        trap: "new tasks do not start; the circuit breaker goes back",
        fault: "roll-fails",
        speed: "60",
        seen: true,
        code: 4,
        said: "foreign: ECS took the new deployment back by itself, as its circuit breaker does",
        rolls: 1,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "the tag means another image by now",
        fault: "roll-other-image",
        speed: "60",
        seen: true,
        code: 4,
        said: "foreign: Found something else: image of usermanagement: another image was started",
        rolls: 1,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "the answer to the roll is lost",
        fault: "lost-response:UpdateService",
        speed: "60",
        seen: true,
        code: 0,
        said: "done: ",
        rolls: 1,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "the roll is refused",
        fault: "throttle:UpdateService:1",
        speed: "60",
        seen: true,
        code: 0,
        said: "done: ",
        rolls: 1,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "somebody rolls after the preview",
        fault: "rolled-by-somebody",
        speed: "4",
        seen: true,
        code: 5,
        said: "blocked: Nothing was changed. The service changed since you saw the preview.",
        rolls: 0,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "somebody's roll is under way",
        fault: "rolled-by-somebody",
        speed: "4",
        seen: false,
        code: 3,
        said: "2 deployments are in flight",
        rolls: 0,
        back: 7,
        end: "prod",
    },
    Drill {
        trap: "somebody replaces the parameter before the roll",
        fault: "parameter-changed:/tis/usermanagement/profiles:prod,debug",
        speed: "60",
        seen: false,
        code: 3,
        said: "Blocked: profiles-ready (prod,debug, version",
        rolls: 0,
        back: 7,
        end: "prod,debug",
    },
    Drill {
        trap: "a task is replaced before the roll",
        fault: "task-replaced",
        speed: "60",
        seen: false,
        code: 0,
        said: "done: ",
        rolls: 1,
        back: 7,
        end: "prod",
    },
];

/// Each trap is noticed before the change, or by the look that follows it; and after the way back every running task has
/// read what was there before.
#[test]
fn each_trap_is_said_and_the_way_back_is_read() {
    for drill in DRILLS {
        let desk = desk_at(drill.speed);
        let start = desk.world();
        desk.applied(0, "profiles");
        let seen = drill.seen.then(|| desk.preview("roll"));
        desk.world.inject(drill.fault);
        // Checked in the midst of it, and again when it is over, where that mends it.
        if seen.is_none() && drill.code == 0 {
            until("it is over", || {
                (desk.did(&["step", "check", &desk.run, "roll"]).code == 0).then_some(())
            });
        }
        let checked = seen.map_or_else(
            || desk.did(&["step", "preview", &desk.run, "roll"]),
            |seen| Did {
                code: 0,
                out: seen.to_string(),
                err: String::new(),
            },
        );
        let did = match checked.code {
            0 => {
                let seen: Value = serde_json::from_str(&checked.out).unwrap();
                let digest = seen["digest"].as_str().unwrap();
                let words = [
                    "step",
                    "apply",
                    &desk.run,
                    "roll",
                    "--confirm",
                    "rehearsal",
                    "--preview",
                    digest,
                ];
                desk.did(&words)
            }
            _ => checked,
        };
        let said = match did.code {
            3 => did.error()["message"].as_str().unwrap().to_owned(),
            _ => desk.said("roll"),
        };
        println!(
            "{:55} code {} rolls {} {said}",
            drill.trap,
            did.code,
            desk.rolls()
        );
        assert_eq!(did.code, drill.code, "{}: {} {}", drill.trap, did.out, did.err);
        assert!(said.contains(drill.said), "{}: {said}", drill.trap);
        assert_eq!(desk.rolls(), drill.rolls, "{}", drill.trap);
        // As it is on the night: what is wrong is still so.
        let back = desk.rollback(&["--all"]);
        assert_eq!(back.code, drill.back, "{}: {} {}", drill.trap, back.out, back.err);
        if back.code != 7 {
            desk.lift(drill.fault);
            desk.say(7, &["rollback", &desk.run, "--retry"]);
        }
        assert_eq!(desk.read_by_tasks(), tasks(&[(drill.end, 2)]), "{}", drill.trap);
        // What somebody else left there is theirs: their value, and the image that their tag means now.
        if drill.end == "prod" && drill.fault != "roll-other-image" {
            assert_eq!(desk.world(), start, "{}", drill.trap);
        }
    }
}
