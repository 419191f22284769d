//! What users see there and back, whatever became of the roll.

use switchback_engine::RejectionCode as Code;
use switchback_engine::publish::{due, is_due, unseen};
use switchback_engine::rollback::undone_with;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, RollbackScope, StepState};
use switchback_testkit::plans::{id, name, plan, roll, switch, two_rolls};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

use super::{DONE, UNDONE, ids, is_new, planned, scope, seen};

#[tokio::test]
async fn a_value_is_seen_once_it_is_published_there_and_back() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    let start = fake.store.records();
    fake.desk.apply("profiles").await.unwrap();
    assert!(!is_new(&seen(&fake, "profiles")));
    assert_eq!(due(fake.desk.run()), [(id("roll-profiles"), ids(&["profiles"]))]);
    fake.desk.apply("roll-profiles").await.unwrap();
    assert!(is_new(&seen(&fake, "profiles")));
    assert!(due(fake.desk.run()).is_empty());
    fake.desk.apply("flag").await.unwrap();
    fake.desk.apply("roll-flag").await.unwrap();
    fake.desk.apply("waf").await.unwrap();
    let expected = [
        "undo waf",
        "undo flag",
        "publish roll-flag",
        "undo profiles",
        "publish roll-profiles",
    ];
    assert_eq!(planned(&fake, &RollbackScope::All).await, expected);
    let r5 = RollbackScope::Rule("R5".parse().unwrap());
    assert_eq!(planned(&fake, &r5).await, expected);
    fake.desk.roll_back(r5).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.store.records(), start);
    for step in ["profiles", "roll-profiles", "flag", "roll-flag", "waf"] {
        assert_eq!(fake.desk.state(step), UNDONE, "{step}");
    }
    // There again, and back again.
    complete(&mut fake.desk).await.unwrap();
    assert!(is_new(&seen(&fake, "profiles")));
    assert_eq!(fake.desk.run().steps[&id("roll-flag")].generation, 2);
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.store.records(), start);
    invariants(&fake).unwrap();
}

/// The roll was never made, failed, was skipped or settled otherwise: a task replaced meanwhile has read the new value.
#[tokio::test]
async fn a_value_that_is_taken_back_is_published_whatever_became_of_its_roll() {
    for case in ["never", "checked", "failed", "broken", "skipped", "lost", "done"] {
        let mut fake = FakeRig::open(&two_rolls()).await;
        let start = fake.store.records();
        fake.desk.apply("profiles").await.unwrap();
        match case {
            "never" => {}
            "checked" => fake.desk.check("roll-profiles").await.unwrap(),
            "failed" => {
                fake.faulty.inject(
                    Op::Call,
                    1,
                    Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied),
                );
                fake.desk.apply("roll-profiles").await.unwrap();
                assert_eq!(fake.desk.state("roll-profiles"), StepState::Failed);
            }
            "broken" => {
                fake.store.let_rolls_fail(true);
                fake.desk.apply("roll-profiles").await.unwrap();
                assert_eq!(fake.desk.state("roll-profiles"), StepState::Foreign);
                assert!(is_due(fake.desk.run(), &id("roll-profiles")));
                fake.store.let_rolls_fail(false);
            }
            "skipped" => {
                let command = Command::SkipUnseen {
                    step: id("roll-profiles"),
                    unseen: ids(&["profiles"]),
                };
                fake.desk.ask(command).await.unwrap();
            }
            "lost" => {
                fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
                fake.desk.apply("roll-profiles").await.unwrap();
                assert_eq!(fake.desk.state("roll-profiles"), DONE);
            }
            _ => fake.desk.apply("roll-profiles").await.unwrap(),
        }
        // A task died, and the one in its place read what is there now.
        fake.store.start_tasks(&[name("profiles").host().to_owned()]);
        assert!(is_new(&seen(&fake, "profiles")), "{case}");
        let expected = ["undo profiles", "publish roll-profiles"];
        assert_eq!(planned(&fake, &scope("profiles")).await, expected, "{case}");
        fake.desk.roll_back(scope("profiles")).await.unwrap();
        assert_eq!(fake.desk.rollback_state(), "completed", "{case}");
        assert_eq!(fake.store.records(), start, "{case}");
        assert_eq!(fake.desk.state("roll-profiles"), UNDONE, "{case}");
        assert!(due(fake.desk.run()).is_empty(), "{case}");
        invariants(&fake).unwrap();
    }
}

/// Every try is proven not to have changed anything: nothing can have been read.
#[tokio::test]
async fn a_value_that_was_never_written_pulls_nothing_in() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    fake.faulty.inject(
        Op::Call,
        1,
        Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied),
    );
    fake.desk.apply("profiles").await.unwrap();
    assert_eq!(fake.desk.state("profiles"), StepState::Failed);
    let refused = fake
        .desk
        .driver
        .plan_rollback(&RollbackScope::All)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::NothingToUndo);
    assert!(due(fake.desk.run()).is_empty());
}

#[tokio::test]
async fn a_publisher_takes_back_what_its_last_publication_showed_first() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    for step in ["profiles", "roll-profiles", "flag", "roll-flag"] {
        fake.desk.apply(step).await.unwrap();
    }
    assert_eq!(
        planned(&fake, &scope("roll-flag")).await,
        ["undo flag", "publish roll-flag"]
    );
    assert_eq!(
        planned(&fake, &scope("roll-profiles")).await,
        ["undo profiles", "publish roll-profiles"]
    );
    fake.desk.roll_back(scope("roll-flag")).await.unwrap();
    assert_eq!(fake.desk.state("roll-flag"), UNDONE);
    assert_eq!(fake.desk.state("profiles"), DONE);
    // Nothing of it is left.
    let refused = fake
        .desk
        .driver
        .plan_rollback(&scope("roll-flag"))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::NothingToUndo);
}

#[tokio::test]
async fn a_roll_shared_by_two_values_stays_done_and_names_what_it_shows_besides() {
    let shared = plan(vec![
        switch("one", "a"),
        switch("two", "b"),
        roll("roll", "api", &["one", "two"], &["a", "b"]),
    ]);
    let mut fake = FakeRig::open(&shared).await;
    fake.desk.apply("one").await.unwrap();
    fake.desk.apply("two").await.unwrap();
    fake.desk.apply("roll").await.unwrap();
    fake.desk.roll_back(scope("one")).await.unwrap();
    assert_eq!(fake.desk.state("roll"), DONE);
    assert!(!is_new(&seen(&fake, "a")) && is_new(&seen(&fake, "b")));
    // Written anew and not published: the publication of the other's way back would show it.
    fake.desk.ask(Command::Reopen { step: id("one") }).await.unwrap();
    fake.desk.apply("one").await.unwrap();
    assert_eq!(unseen(fake.desk.run(), &id("roll")), ids(&["one"]));
    let plan = fake.desk.driver.plan_rollback(&scope("two")).await.unwrap().0;
    let also = plan.items.iter().find_map(|item| match &item.kind {
        ItemKind::Publish { also, .. } => Some(also.clone()),
        _ => None,
    });
    assert_eq!(also, Some(ids(&["one"])));
    // And it starts anew without an undo.
    fake.desk.ask(Command::Reopen { step: id("roll") }).await.unwrap();
    fake.desk.apply("roll").await.unwrap();
    assert_eq!(fake.desk.run().steps[&id("roll")].generation, 2);
    assert!(is_new(&seen(&fake, "a")));
    back(&mut fake.desk).await.unwrap();
    assert!(!is_new(&seen(&fake, "a")) && !is_new(&seen(&fake, "b")));
}

/// Nothing was seen first by a roll that did not come off: what is taken back instead is said, in the plan's words.
#[tokio::test]
async fn a_roll_that_did_not_come_off_names_what_is_taken_back_instead() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    fake.desk.apply("profiles").await.unwrap();
    let roll = id("roll-profiles");
    assert_eq!(
        undone_with(fake.desk.run(), &id("profiles")),
        None,
        "it carries state itself"
    );
    assert_eq!(undone_with(fake.desk.run(), &roll), Some(vec![id("profiles")]));
    let refused = fake
        .desk
        .driver
        .plan_rollback(&scope("roll-profiles"))
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::NothingToUndo);
    assert_eq!(
        refused.hint,
        "“Step roll-profiles” changes nothing by itself that could be taken back. Take back what it makes seen: “Step \
         profiles”."
    );
    fake.desk.apply("roll-profiles").await.unwrap();
    assert_eq!(undone_with(fake.desk.run(), &roll), None, "it showed them first");
}
