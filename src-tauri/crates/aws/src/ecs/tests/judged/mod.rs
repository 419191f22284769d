//! What a roll came to.

use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Action as _, Deployment, Observed, Rollout, RolloutState, RunningTask, Sent};
use switchback_model::event::Receipt;
use switchback_model::{Finding, Image, Way, Witness};

use super::{PROFILES, TEN, definition, image, roll};

mod others;
mod table;

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
