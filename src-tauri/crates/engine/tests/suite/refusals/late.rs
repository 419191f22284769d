//! What lands after it was refused: the late look finds it before anything is planned on it.

use std::time::Duration;

use switchback_engine::RejectionCode as Code;
use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::{Command, EventKind, RollbackScope, StepState, Way};
use switchback_testkit::plans::{LONG_TTL, ZONE, address, id, name};
use switchback_testkit::walk::back;
use switchback_testkit::{Fault, Op};

use super::{DONE, idle_for_now, ready};

#[tokio::test]
async fn what_landed_after_it_failed_is_in_the_set_of_a_rollback() {
    // Refused, seen as before, and carried out all the same: a rollback looks before it plans.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
    let plan = fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(plan.items.len(), 1);
    assert_eq!(plan.in_flight, vec![id("lower-ttl")]);
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(
        fake.store.records()[&(ZONE.to_owned(), name("apps"))],
        vec![address("apps", LONG_TTL, "192.0.2.10")]
    );
    // A check of the step sees the same, rather than that there is nothing to change.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    fake.desk
        .ask(Command::Check {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    back(&mut fake.desk).await.unwrap();
    // And so does a program that comes later.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    fake.clock.advance(Duration::from_secs(3600));
    fake.desk.restart().await.unwrap();
    idle_for_now(&mut fake).await;
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
}

#[tokio::test]
async fn that_there_is_nothing_to_undo_is_said_of_a_reading() {
    for fault in [Fault::FailsBefore(Kind::Denied), Fault::RequestLost] {
        let mut fake = ready().await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.state("lower-ttl"), StepState::Failed);
        fake.faulty.inject(Op::Read, 1, Fault::FailsBefore(Kind::Connect));
        let refused = fake
            .desk
            .driver
            .plan_rollback(&RollbackScope::All)
            .await
            .unwrap_err();
        assert_eq!(refused.code, Code::Unknown, "{refused}");
        assert!(refused.message.contains("can't be told"), "{refused}");
        let refused = fake
            .desk
            .driver
            .plan_rollback(&RollbackScope::All)
            .await
            .unwrap_err();
        assert_eq!(refused.message, "There is nothing to undo.");
    }
}

#[tokio::test]
async fn the_refusals_of_an_old_journal_are_looked_at_too() {
    // Before this was kept apart, a refusal was believed as it came.
    let mut fake = ready().await;
    fake.faulty
        .inject(Op::Call, 1, Fault::RefusedThenLands(Kind::Denied));
    fake.desk.approve("lower-ttl").await.unwrap();
    idle_for_now(&mut fake).await;
    let kept: Vec<_> = fake
        .desk
        .journal
        .events()
        .into_iter()
        .filter(|event| !matches!(event.kind, EventKind::RefusalHeard { .. }))
        .enumerate()
        .map(|(at, event)| switchback_model::Event {
            seq: u64::try_from(at).unwrap() + 1,
            ..event
        })
        .collect();
    let run = switchback_engine::Run::replay(&kept).unwrap();
    let step = &run.steps[&id("lower-ttl")];
    assert_eq!(step.state, StepState::Failed);
    assert!(
        step.late_look()
            .is_some_and(|attempt| attempt.id.way == Way::Apply)
    );
}
