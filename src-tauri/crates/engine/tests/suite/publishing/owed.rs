//! What a rollback that was given up still owes to those who read the value.

use switchback_engine::publish::{due, is_due};
use switchback_model::{Command, RollbackScope, Step, StepState};
use switchback_testkit::plans::{id, plan, roll, switch, two_rolls};
use switchback_testkit::rig::FakeRig;

use super::{UNDONE, ids, is_new, planned, scope, seen};

#[tokio::test]
async fn a_publication_that_failed_halfway_is_still_owed() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    let start = fake.store.records();
    fake.desk.apply("profiles").await.unwrap();
    fake.desk.apply("roll-profiles").await.unwrap();
    fake.store.let_rolls_fail(true);
    fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert!(
        fake.desk.rollback_state().starts_with("halted"),
        "{}",
        fake.desk.rollback_state()
    );
    let why = fake.desk.rollback_state();
    assert!(why.contains("deployment: failed."), "what was found: {why}");
    assert_eq!(fake.desk.state("profiles"), UNDONE);
    assert_eq!(fake.desk.state("roll-profiles"), StepState::UndoForeign);
    assert!(is_new(&seen(&fake, "profiles")));
    // Given up: what was taken back is not seen, and that stays to be done.
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    for asked in [RollbackScope::All, scope("profiles"), scope("roll-profiles")] {
        assert_eq!(
            planned(&fake, &asked).await,
            ["publish roll-profiles"],
            "{asked:?}"
        );
    }
    fake.store.let_rolls_fail(false);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.store.records(), start);
    assert_eq!(fake.desk.state("roll-profiles"), UNDONE);
}

/// Two values are taken back and not seen, and one of them is named.
#[tokio::test]
async fn what_is_owed_of_any_value_is_published_by_its_name() {
    let shared = plan(vec![
        switch("one", "a"),
        switch("two", "b"),
        roll("roll", "api", &["one", "two"], &["a", "b"]),
    ]);
    let mut fake = FakeRig::open(&shared).await;
    let start = fake.store.records();
    for step in ["one", "two", "roll"] {
        fake.desk.apply(step).await.unwrap();
    }
    fake.store.let_rolls_fail(true);
    fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    fake.store.let_rolls_fail(false);
    for named in ["one", "two"] {
        assert_eq!(planned(&fake, &scope(named)).await, ["publish roll"], "{named}");
    }
    fake.desk.roll_back(scope("two")).await.unwrap();
    assert_eq!(fake.store.records(), start);
}

/// What was taken back because it rests on what was named is owed by that name, too, once its rollback was given up.
#[tokio::test]
async fn a_publication_that_came_with_what_was_named_is_still_owed_by_that_name() {
    let resting = Step {
        needs: ids(&["base"]),
        ..switch("value", "a")
    };
    let steps = vec![
        switch("base", "b"),
        resting,
        roll("roll", "api", &["value"], &["a"]),
    ];
    let mut fake = FakeRig::open(&plan(steps)).await;
    let start = fake.store.records();
    for step in ["base", "value", "roll"] {
        fake.desk.apply(step).await.unwrap();
    }
    fake.store.let_rolls_fail(true);
    fake.desk.confirm(scope("base"), &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert!(fake.desk.rollback_state().starts_with("halted"));
    assert_eq!(fake.desk.state("value"), UNDONE);
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    fake.store.let_rolls_fail(false);
    let both = planned(&fake, &scope("base")).await;
    assert!(both.contains(&"publish roll".to_owned()), "{both:?}");
    fake.desk.roll_back(scope("base")).await.unwrap();
    assert!(due(fake.desk.run()).is_empty());
    assert_eq!(fake.store.records(), start);
    assert!(!is_new(&seen(&fake, "a")));
}

/// A publication that a person accepts has shown what was there when it was asked for, and nothing that came after it.
#[tokio::test]
async fn what_is_accepted_late_has_not_shown_what_was_changed_meanwhile() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    fake.desk.apply("profiles").await.unwrap();
    fake.desk.apply("roll-profiles").await.unwrap();
    fake.store.let_rolls_fail(true);
    fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("roll-profiles"), StepState::UndoForeign);
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    // Written anew, and only then is the publication before it accepted.
    fake.desk
        .ask(Command::Reopen { step: id("profiles") })
        .await
        .unwrap();
    fake.desk.apply("profiles").await.unwrap();
    fake.desk
        .ask(Command::Accept {
            step: id("roll-profiles"),
        })
        .await
        .unwrap();
    assert!(
        is_due(fake.desk.run(), &id("roll-profiles")),
        "nobody published what was written last"
    );
}
