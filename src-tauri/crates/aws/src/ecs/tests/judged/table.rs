//! Each way in which a deployment and its tasks can stand, and what that is called.

use switchback_engine::ports::{Deployment, Rollout, RolloutState, RunningTask};

use super::{at, before, but, deployment, judged, rolled, rollout, task, words};
use crate::ecs::tests::{PROFILES, definition, image};

#[test]
fn a_roll_is_there_when_every_task_started_after_what_it_reads() {
    use RolloutState as State;
    let new = |state| deployment("ecs-svc/2", 250, state);
    let old = || deployment("ecs-svc/1", -3_600_000, State::Completed);
    let ours = Some("ecs-svc/2");
    type Row = (
        &'static str,
        Rollout,
        Option<&'static str>,
        &'static str,
        &'static str,
    );
    let table: Vec<Row> = vec![
        ("rolled", rolled(), ours, "after", ""),
        ("rolled, and its answer was lost", rolled(), None, "after", ""),
        (
            "somebody else's roll, a moment after ours",
            but(rolled(), |r| {
                r.primary = deployment("ecs-svc/3", 5_000, State::Completed)
            }),
            ours,
            "unclear",
            "0 of 2 tasks that run are new",
        ),
        (
            "somebody else's roll, and its tasks",
            rollout(
                deployment("ecs-svc/3", 90_000, State::Completed),
                Vec::new(),
                vec![task("ecs-svc/3", 91_000)],
            ),
            ours,
            "partial",
            "ours is gone; ecs-svc/3 of usermanagement:7 stands in its place",
        ),
        (
            "the same, and its answer was lost: nobody can tell",
            rollout(
                deployment("ecs-svc/3", 90_000, State::Completed),
                Vec::new(),
                vec![task("ecs-svc/3", 91_000)],
            ),
            None,
            "after",
            "",
        ),
        (
            "the breaker gave it up, what stands in its place is complete, and ours is told no more",
            rollout(
                deployment("ecs-svc/3", 30_000, State::Completed),
                Vec::new(),
                vec![task("ecs-svc/3", 31_000), task("ecs-svc/3", 51_000)],
            ),
            ours,
            "partial",
            "ours is gone; ecs-svc/3 of usermanagement:7 stands in its place",
        ),
        (
            "an emulator writes the service's name, and the task was made after the deployment",
            but(rolled(), |r| {
                r.tasks = vec![task("tis-usermanagement", 250), task("tis-usermanagement", 900)];
            }),
            ours,
            "after",
            "",
        ),
        (
            "only when it ran is told",
            but(rolled(), |r| {
                r.tasks[0].started_by = None;
                r.tasks[0].created_at = None;
            }),
            ours,
            "after",
            "",
        ),
        (
            "made before the deployment, and ran after it: it may have read the old value",
            but(rolled(), |r| r.tasks[0] = task("ecs-svc/1", -500)),
            ours,
            "unclear",
            "1 of 2 tasks that run are new",
        ),
        (
            "nothing is told of a task",
            but(rolled(), |r| {
                r.tasks[0] = RunningTask {
                    started_by: None,
                    created_at: None,
                    started_at: None,
                };
            }),
            ours,
            "unclear",
            "1 of 2",
        ),
        (
            "in progress",
            rollout(
                new(State::InProgress),
                vec![old()],
                vec![task("ecs-svc/1", -3_590_000), task("ecs-svc/2", 900)],
            ),
            ours,
            "unclear",
            "The deployment ecs-svc/2 is in progress: 1 of 2 tasks that run are new.",
        ),
        (
            "in progress without a task",
            rollout(new(State::InProgress), vec![], vec![]),
            ours,
            "unclear",
            "no task of it runs, and 2 shall",
        ),
        (
            "completed, and the old one is not gone",
            but(rolled(), |r| r.others = vec![old()]),
            ours,
            "unclear",
            "is not alone yet",
        ),
        (
            "completed without a task",
            but(rolled(), |r| r.tasks.clear()),
            ours,
            "unclear",
            "no task of it runs",
        ),
        (
            "more tasks run than were told",
            but(rolled(), |r| r.running = 3),
            ours,
            "unclear",
            "3 tasks run and only 2 of them were told",
        ),
        (
            "a failed one of before is still told",
            but(rolled(), |r| {
                r.others = vec![Deployment {
                    running: 0,
                    ..deployment("ecs-svc/0", -90_000, State::Failed)
                }];
            }),
            ours,
            "after",
            "",
        ),
        (
            "its state is not told, and it stands",
            but(rolled(), |r| r.primary.state = State::Unsaid),
            ours,
            "after",
            "",
        ),
        (
            "its state is not told, and a task is missing",
            but(rolled(), |r| {
                r.primary.state = State::Unsaid;
                r.tasks.pop();
                r.running = 1;
            }),
            ours,
            "unclear",
            "is not complete",
        ),
        (
            "failed",
            but(rolled(), |r| r.primary.state = State::Failed),
            ours,
            "partial",
            "ecs-svc/2, failed",
        ),
        (
            "failed, lost",
            but(rolled(), |r| r.primary.state = State::Failed),
            None,
            "partial",
            "failed",
        ),
        (
            "the breaker gave it up, and the former stands again",
            but(before(), |r| r.others = vec![new(State::Failed)]),
            ours,
            "partial",
            "the new one was given up; ecs-svc/1 of usermanagement:7 stands again",
        ),
        (
            "the same, and its answer was lost",
            but(before(), |r| r.others = vec![new(State::Failed)]),
            None,
            "partial",
            "given up",
        ),
        (
            "the same, and the former counts from its return",
            but(before(), |r| {
                r.primary.created_at = at(300_000);
                r.others = vec![new(State::Failed)];
            }),
            None,
            "partial",
            "given up",
        ),
        (
            "the breaker gave it up, and starts the former definition anew",
            but(before(), |r| {
                r.primary = deployment("ecs-svc/3", 60_000, State::InProgress);
                r.others = vec![new(State::Failed), old()];
            }),
            ours,
            "partial",
            "the new one was given up; ecs-svc/3 of usermanagement:7 stands in its place",
        ),
        (
            "taken back by hand: it is drained, and did not fail",
            but(before(), |r| r.others = vec![new(State::InProgress)]),
            ours,
            "partial",
            "given up",
        ),
        (
            "given up, and no longer told",
            before(),
            ours,
            "partial",
            "stands again",
        ),
        (
            "an answer of the time before",
            but(before(), |r| r.at = at(5_000)),
            ours,
            "unclear",
            "does not show the deployment ecs-svc/2 yet",
        ),
        (
            "given up for one of an older definition",
            but(before(), |r| {
                r.primary.id = "ecs-svc/0".to_owned();
                r.primary.definition = definition(6);
            }),
            ours,
            "partial",
            "ecs-svc/0 of usermanagement:6 stands again",
        ),
        (
            "the same, lost, and the one that was given up is told",
            but(before(), |r| {
                r.primary.id = "ecs-svc/0".to_owned();
                r.primary.definition = definition(6);
                r.others = vec![new(State::Failed)];
            }),
            None,
            "partial",
            "given up",
        ),
        ("nothing was made", before(), None, "before", ""),
        (
            "nothing was made, and one that failed long before is still told",
            but(before(), |r| {
                r.others = vec![deployment("ecs-svc/0", -400_000, State::Failed)]
            }),
            None,
            "before",
            "",
        ),
        (
            "nothing was made, and a deployment of before is still in progress",
            but(before(), |r| {
                r.primary.created_at = at(-30_000);
                r.others = vec![deployment("ecs-svc/0", -60_000, State::InProgress)];
            }),
            None,
            "before",
            "",
        ),
        (
            "somebody deployed another definition after ours",
            rollout(
                Deployment {
                    definition: definition(8),
                    ..deployment("ecs-svc/3", 90_000, State::Completed)
                },
                vec![],
                vec![task("ecs-svc/3", 91_000)],
            ),
            ours,
            "other",
            "task definition: arn:aws:ecs:eu-west-2:123456789012:task-definition/usermanagement:8",
        ),
        (
            "written again after the deployment was made",
            but(rolled(), |r| r.written = [(PROFILES.to_owned(), at(251))].into()),
            ours,
            "partial",
            "tasks' /tis/usermanagement/profiles: written at 2026-01-01T10:00:00.251Z",
        ),
        (
            "written in the same moment: nobody knows which came first",
            but(rolled(), |r| r.written = [(PROFILES.to_owned(), at(250))].into()),
            ours,
            "partial",
            "written at",
        ),
        (
            "written a millisecond before",
            but(rolled(), |r| r.written = [(PROFILES.to_owned(), at(249))].into()),
            ours,
            "after",
            "",
        ),
        (
            "one of two parameters was written since",
            but(rolled(), |r| {
                r.written.extend([("/tis/second".to_owned(), at(900))])
            }),
            None,
            "partial",
            "tasks' /tis/second",
        ),
        (
            "it reads nothing",
            but(rolled(), |r| r.written.clear()),
            ours,
            "after",
            "",
        ),
    ];
    for (row, rollout, ours, word, said) in table {
        let finding = judged(image(), rollout, ours);
        assert_eq!(finding.word(), word, "{row}: {finding:?}");
        assert!(words(&finding).contains(said), "{row}: {}", words(&finding));
    }
}
