//! ECS takes our deployment back, however fast: where its own is complete before anybody looks, ours is told no more, and only
//! the id that AWS answered with shows that what stands is not what was asked for.

use super::{desk_at, tasks};
use crate::station::Station;

/// World seconds in a real one: at the first the breaker's work is seen under way, at the other a look may come after it.
const SPEEDS: [&str; 2] = ["60", "200"];

#[test]
fn a_roll_that_ecs_took_back_is_not_done_on_either_way_however_late_it_is_looked_at() {
    for speed in SPEEDS {
        let desk = desk_at(speed);
        let start = desk.world();
        desk.applied(0, "profiles");
        desk.world.inject("roll-fails");
        desk.applied(4, "roll");
        assert_stands_in_its_place(&desk, "foreign", speed);

        desk.world.inject("roll-fails");
        let halted = desk.rollback(&["--all"]).code(4);
        let said = halted.error()["message"].to_string();
        for words in ["what came of it is not what was confirmed", "stands in its place"] {
            assert!(said.contains(words), "{speed}: {words}: {said}");
        }
        assert_stands_in_its_place(&desk, "undo_foreign", speed);

        desk.say(7, &["rollback", &desk.run, "--retry"]);
        assert_eq!(desk.read_by_tasks(), tasks(&[("prod", 2)]), "{speed}");
        assert_eq!(desk.world(), start, "{speed}");
    }
}

#[track_caller]
fn assert_stands_in_its_place(desk: &Station, state: &str, speed: &str) {
    let said = desk.said("roll");
    assert!(said.starts_with(&format!("{state}: ")), "{speed}: {said}");
    assert!(said.contains("stands in its place"), "{speed}: {said}");
}
