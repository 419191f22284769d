//! What a roll came to.

use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Action as _, Deployment, Observed, Rollout, RolloutState, RunningTask, Sent};
use switchback_model::event::Receipt;
use switchback_model::{Finding, Image, Service as Content, Way, Witness};

use super::{PROFILES, TEN, content, definition, image, image_of, roll};

/// Milliseconds after ten.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_second(TEN)
        .unwrap()
        .checked_add(SignedDuration::from_millis(ms))
        .unwrap()
}

fn deployment(id: &str, made: i64, state: RolloutState) -> Deployment {
    Deployment {
        id: id.to_owned(),
        created_at: at(made),
        definition: definition(7),
        state,
        running: 2,
    }
}

fn task(by: &str, made: i64) -> RunningTask {
    RunningTask {
        started_by: Some(by.to_owned()),
        created_at: Some(at(made)),
        started_at: Some(at(made + 10_000)),
    }
}

/// The parameter was written a minute before ten; deployment 1 stood there then, and the request was sent at ten.
fn rollout(primary: Deployment, others: Vec<Deployment>, tasks: Vec<RunningTask>) -> Rollout {
    Rollout {
        desired: 2,
        running: u32::try_from(tasks.len()).unwrap(),
        primary,
        others,
        tasks,
        written: [(PROFILES.to_owned(), at(-60_000))].into(),
        at: at(600_000),
    }
}

/// All of it as a roll leaves it.
fn rolled() -> Rollout {
    rollout(
        deployment("ecs-svc/2", 250, RolloutState::Completed),
        Vec::new(),
        vec![task("ecs-svc/2", 1_000), task("ecs-svc/2", 2_000)],
    )
}

/// All of it as it was.
fn before() -> Rollout {
    rollout(
        deployment("ecs-svc/1", -3_600_000, RolloutState::Completed),
        Vec::new(),
        vec![task("ecs-svc/1", -3_590_000), task("ecs-svc/1", -3_580_000)],
    )
}

fn but(mut rollout: Rollout, change: impl FnOnce(&mut Rollout)) -> Rollout {
    change(&mut rollout);
    rollout
}

fn judged_as(image_now: Image, rollout: Rollout, way: Way, ours: Option<&str>) -> Finding {
    let now = Observed {
        made: None,
        image: image_now,
        witness: Some(Witness::Deployment {
            id: rollout.primary.id.clone(),
        }),
        between: Vec::new(),
        rollout: Some(rollout),
    };
    let witness = Witness::Deployment {
        id: "ecs-svc/1".to_owned(),
    };
    let receipt = ours.map(|id| Receipt {
        request_id: None,
        change_id: Some(id.to_owned()),
        version: None,
        proven: Vec::new(),
        server_date: at(0),
    });
    let sent = Sent {
        way,
        token: "t",
        at: at(0),
        witness: Some(&witness),
        mark: None,
        receipt: receipt.as_ref(),
    };
    roll().judge(&now, &image(), &image(), Some(&sent))
}

/// The same, whichever way it was made: a roll leads nowhere else in a rollback.
#[track_caller]
fn judged(image: Image, rollout: Rollout, ours: Option<&str>) -> Finding {
    let apply = judged_as(image.clone(), rollout.clone(), Way::Apply, ours);
    let publish = judged_as(image, rollout, Way::Publish, ours);
    assert_eq!(apply, publish);
    apply
}

fn words(finding: &Finding) -> String {
    match finding {
        Finding::Before | Finding::After => String::new(),
        Finding::Unclear { why } => why.clone(),
        Finding::Partial { differences } | Finding::Other { differences, .. } => {
            let words = |d: &switchback_model::FieldDifference| format!("{}: {}", d.field, d.found);
            differences.iter().map(words).collect::<Vec<_>>().join("; ")
        }
    }
}

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

#[test]
fn another_image_or_definition_is_somebody_elses() {
    let ours = Some("ecs-svc/2");
    let with_image = |digest: &str| {
        image_of(Content {
            images: [("web".to_owned(), digest.to_owned())].into(),
            ..content()
        })
    };
    let finding = judged(with_image("sha256:cc"), rolled(), ours);
    assert_eq!(finding.word(), "other", "{finding:?}");
    assert_eq!(
        words(&finding),
        "image of web: another image was started: sha256:cc"
    );
    let Finding::Other { found, .. } = &finding else {
        unreachable!()
    };
    assert_eq!(*found, with_image("sha256:cc"));
    // Seen as soon as the first task of it runs.
    let mut early = rolled();
    early.primary.state = RolloutState::InProgress;
    assert_eq!(judged(with_image("sha256:cc"), early, ours).word(), "other");
    assert_eq!(
        judged(with_image("sha256:aa or sha256:cc"), rolled(), ours).word(),
        "other"
    );
    // One that was told before and is not told any more is not known to be the same.
    let unknown = image_of(Content {
        images: std::collections::BTreeMap::new(),
        ..content()
    });
    assert_eq!(judged(unknown, rolled(), ours).word(), "unclear");
    // A task of the former was replaced meanwhile; our request was not carried out.
    assert_eq!(judged(with_image("sha256:cc"), before(), None).word(), "before");

    let other = image_of(Content {
        definition: definition(8),
        ..content()
    });
    assert_eq!(judged(other.clone(), rolled(), ours).word(), "other");
    // An emulator (moto 5.2) keeps the PRIMARY when another definition is deployed.
    assert_eq!(judged(other, before(), None).word(), "other");
    let controller = image_of(Content {
        controller: "EXTERNAL".to_owned(),
        ..content()
    });
    assert_eq!(
        words(&judged(controller, rolled(), ours)),
        "deployment controller: EXTERNAL"
    );
}

#[test]
fn of_several_approved_images_each_is_right() {
    let of = |digests: &str| {
        image_of(Content {
            images: [("web".to_owned(), digests.to_owned())].into(),
            ..content()
        })
    };
    let before = of("sha256:aa or sha256:cc");
    let witness = Witness::Deployment {
        id: "ecs-svc/1".to_owned(),
    };
    let sent = Sent {
        way: Way::Apply,
        token: "t",
        at: at(0),
        witness: Some(&witness),
        mark: None,
        receipt: None,
    };
    for (digests, word) in [
        ("sha256:cc", "after"),
        ("sha256:aa or sha256:cc", "after"),
        ("sha256:dd", "other"),
    ] {
        let now = Observed {
            made: None,
            rollout: Some(rolled()),
            ..of(digests).into()
        };
        assert_eq!(
            roll().judge(&now, &before, &before, Some(&sent)).word(),
            word,
            "{digests}"
        );
    }
}

#[test]
fn without_a_request_or_a_note_little_is_said() {
    let now = |image: Image| Observed {
        made: None,
        rollout: Some(before()),
        ..image.into()
    };
    let judge = |now: &Observed| roll().judge(now, &image(), &image(), None);
    assert_eq!(judge(&now(image())), Finding::After);
    let mut other = content();
    other.images.clear();
    assert_eq!(judge(&now(image_of(other.clone()))), Finding::After);
    other.definition = definition(8);
    assert_eq!(judge(&now(image_of(other))).word(), "other");
    let elsewhere = match image() {
        Image::Service { cluster, content, .. } => Image::Service {
            cluster,
            service: "tis-reval".to_owned(),
            content,
        },
        other => other,
    };
    assert_eq!(judge(&now(elsewhere)).word(), "unclear");

    let version = Witness::Version { version: 3 };
    let sent = |witness| Sent {
        way: Way::Apply,
        token: "t",
        at: at(0),
        witness,
        mark: None,
        receipt: None,
    };
    let rolled = Observed {
        made: None,
        rollout: Some(rolled()),
        ..image().into()
    };
    for witness in [None, Some(&version)] {
        let finding = roll().judge(&rolled, &image(), &image(), Some(&sent(witness)));
        assert!(words(&finding).contains("was not noted"), "{finding:?}");
    }
    let bare: Observed = image().into();
    let finding = roll().judge(&bare, &image(), &image(), Some(&sent(None)));
    assert!(words(&finding).contains("says nothing of the service's deployments"));
}
