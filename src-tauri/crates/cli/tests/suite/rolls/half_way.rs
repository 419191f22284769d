//! Somebody's roll is half-way when ours is confirmed: the image of the service is as it was approved already, and only its
//! deployments show that ours would end theirs.

use super::{desk_at, tasks};
use crate::shared::until;

#[test]
fn a_roll_of_somebody_that_is_half_way_is_not_rolled_over_and_the_way_back_is_not_held_up() {
    let desk = desk_at("2");
    let start = desk.world();
    desk.applied(0, "profiles");
    let seen = desk.preview("roll");
    desk.world.inject("rolled-by-somebody");
    let theirs = until("one task of theirs runs", || {
        let snapshot = desk.world.control(async |client| client.state().await.unwrap());
        let service = snapshot.services.first()?;
        let newest = service.deployments.first()?.id.clone();
        let runs =
            |task: &&switchback_rehearsal::TaskView| task.deployment == newest && task.status == "RUNNING";
        (service.tasks.iter().filter(runs).count() == 1).then_some(newest)
    });
    desk.apply_as_seen("roll", &seen).code(1);
    let said = desk.said("roll");
    for words in [
        "Another deployment of the service tis-usermanagement is under way",
        theirs.as_str(),
        "in progress",
        "nothing was sent",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(desk.rolls(), 0);
    // Theirs goes on, and the way back does not wait for it.
    assert_eq!(desk.rollback(&["--all"]).code(7).json()["state"], "completed");
    assert_eq!(desk.read_by_tasks(), tasks(&[("prod", 2)]));
    assert_eq!(desk.world(), start);
}
