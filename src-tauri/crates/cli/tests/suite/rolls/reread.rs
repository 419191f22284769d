//! Whether the tasks of a service have read what stands there, by the check alone: nothing of the run changes anything.

use crate::shared::{self, until};
use crate::station::Station;

const LOOKING: &str = include_str!("reread.toml");

/// A write makes every task old, a task that is replaced is new by itself, and a roll ends it.
#[test]
fn a_write_makes_tasks_old_until_each_of_them_is_made_anew() {
    let desk = Station::opened("60", |_| (), |home| shared::runbook(home, "reread", LOOKING));
    let check = |code: i32| desk.say(code, &["step", "check", &desk.run, "reread"]);
    let older = |words: &str| {
        let message = check(3).error()["message"].to_string();
        assert!(message.contains(words), "{words}: {message}");
    };
    check(0);
    desk.world
        .inject("parameter-changed:/tis/usermanagement/profiles:prod,debug");
    older("2 of 2 tasks are older than /tis/usermanagement/profiles");
    desk.world.inject("task-replaced");
    older("1 of 2 tasks is older than /tis/usermanagement/profiles");
    desk.world.inject("rolled-by-somebody");
    until("the roll is over", || {
        (desk.did(&["step", "check", &desk.run, "reread"]).code == 0).then_some(())
    });
    assert_eq!(desk.read_by_tasks(), super::tasks(&[("prod,debug", 2)]));
    assert_eq!(desk.rolls(), 0);
}
