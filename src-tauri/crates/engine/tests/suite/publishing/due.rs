//! What is due: what it bars, who publishes it, and what may not be taken from it.

use switchback_engine::RejectionCode as Code;
use switchback_engine::publish::{due, is_due};
use switchback_model::plan::StepKind;
use switchback_model::{Command, PhaseId, Plan, Reversibility, RollbackScope, Step, StepState};
use switchback_testkit::plans::{gated, id, plan, roll, rule, step, switch, two_rolls};
use switchback_testkit::rig::FakeRig;

use super::{by_hand, ids, planned, scope};

fn published(step: Step, publishes: &[&str]) -> Step {
    Step {
        publishes: ids(publishes),
        after: step.after.iter().cloned().chain(ids(publishes)).collect(),
        ..step
    }
}

#[tokio::test]
async fn what_is_due_bars_what_comes_after_gates_and_skipping_but_no_way_back() {
    let mut plan = two_rolls();
    plan.phases.push(gated("later", vec![switch("end", "end")]));
    let mut fake = FakeRig::open(&plan).await;
    for step in ["profiles", "roll-profiles", "flag", "roll-flag", "waf"] {
        fake.desk.apply(step).await.unwrap();
    }
    let phase = PhaseId::new("later").unwrap();
    let obstacles = |fake: &FakeRig| {
        let run = fake.desk.run();
        let found =
            switchback_engine::gate::obstacles(run, run.plan.phase(&phase).unwrap(), fake.desk.clock.now());
        found.into_iter().map(|one| one.why).collect::<Vec<_>>()
    };
    assert_eq!(obstacles(&fake), Vec::<String>::new());
    // Taken back, and written anew.
    fake.desk.roll_back(scope("flag")).await.unwrap();
    fake.desk.ask(Command::Reopen { step: id("flag") }).await.unwrap();
    fake.desk.apply("flag").await.unwrap();
    fake.desk
        .ask(Command::Reopen {
            step: id("roll-flag"),
        })
        .await
        .unwrap();
    assert!(obstacles(&fake).iter().any(|why| why
        == "Step flag was changed, and step roll-flag (\"Step roll-flag\") has not published it since."));
    // Left out only by the name of what stays unseen.
    let skip = Command::Skip {
        step: id("roll-flag"),
    };
    let refused = fake.desk.ask(skip).await.unwrap_err();
    assert_eq!(refused.code, Code::Guard);
    let wrong = Command::SkipUnseen {
        step: id("roll-flag"),
        unseen: ids(&["flag", "profiles"]),
    };
    assert_eq!(fake.desk.ask(wrong).await.unwrap_err().code, Code::NotFound);
    let named = Command::SkipUnseen {
        step: id("roll-flag"),
        unseen: ids(&["flag"]),
    };
    fake.desk.ask(named).await.unwrap();
    // It is said all the same, and the way back publishes.
    assert!(is_due(fake.desk.run(), &id("roll-flag")));
    assert_eq!(
        planned(&fake, &scope("flag")).await,
        ["undo flag", "publish roll-flag"]
    );
}

#[tokio::test]
async fn a_person_publishes_where_the_console_can_not() {
    let words = "Empty the cache of the edge".to_owned();
    let steps = vec![
        by_hand("release"),
        published(
            Step {
                reversibility: Reversibility::Manual { words },
                ..step("empty", StepKind::Attest)
            },
            &["release"],
        ),
    ];
    let mut fake = FakeRig::open(&plan(steps)).await;
    fake.desk
        .ask(Command::Attest { step: id("release") })
        .await
        .unwrap();
    assert!(is_due(fake.desk.run(), &id("empty")));
    fake.desk
        .ask(Command::Attest { step: id("empty") })
        .await
        .unwrap();
    assert!(!is_due(fake.desk.run(), &id("empty")));
    assert_eq!(
        planned(&fake, &RollbackScope::All).await,
        ["by hand release", "by hand empty"]
    );
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    for item in ["release", "empty"] {
        fake.desk
            .ask(Command::RollbackDone {
                item: item.to_owned(),
            })
            .await
            .unwrap();
        fake.desk.settle_through().await.unwrap();
    }
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert!(due(fake.desk.run()).is_empty());
    assert!(!fake.desk.state("empty").may_have_effect());
}

#[tokio::test]
async fn a_publication_is_never_taken_over_nor_undone() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    fake.desk.apply("profiles").await.unwrap();
    let refused = fake
        .desk
        .ask(Command::Adopt {
            step: id("roll-profiles"),
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::NotNow);
    let mut plan: Plan = two_rolls();
    plan.rules = vec![rule("R", &["roll-profiles"], &[])];
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.apply("profiles").await.unwrap();
    // The rule names the roll alone; nothing was published, so there is nothing to take back by it.
    let by_rule = RollbackScope::Rule("R".parse().unwrap());
    let refused = fake.desk.driver.plan_rollback(&by_rule).await.unwrap_err();
    assert_eq!(refused.code, Code::NothingToUndo);
}

/// Who publishes a value that was changed stays in the plan: its way back would not be seen.
#[tokio::test]
async fn an_amendment_takes_no_publisher_from_a_value_that_was_changed() {
    let mut fake = FakeRig::open(&two_rolls()).await;
    fake.desk.apply("profiles").await.unwrap();
    let mut without = two_rolls();
    without.phases[0]
        .steps
        .retain(|step| step.id != id("roll-profiles"));
    for step in &mut without.phases[0].steps {
        step.needs.retain(|need| *need != id("roll-profiles"));
        step.after.retain(|need| *need != id("roll-profiles"));
    }
    let mut narrowed = two_rolls();
    narrowed.phases[0].steps[1].publishes = ids(&["flag"]);
    for (plan, words) in [
        (without, "it can't be taken out of the plan"),
        (narrowed, "publishes it can't be amended"),
    ] {
        let diff = switchback_model::PlanDiff::between(&fake.desk.run().plan, &plan);
        let refused = switchback_engine::amend::refusals(fake.desk.run(), &plan, &diff);
        assert!(
            refused.iter().any(|one| one.why.contains(words)),
            "{words}: {refused:?}"
        );
    }
    // One of a value that was not changed may go.
    let mut later = two_rolls();
    later.phases[0].steps.truncate(3);
    let diff = switchback_model::PlanDiff::between(&fake.desk.run().plan, &later);
    let refused = switchback_engine::amend::refusals(fake.desk.run(), &later, &diff);
    assert_eq!(
        refused.iter().filter(|one| one.why.contains("publishes")).count(),
        0,
        "{refused:?}"
    );
}

/// A step that was left out after it had been published once more stays left out when that happens again.
#[tokio::test]
async fn a_publication_leaves_its_step_as_it_was_each_time() {
    let shared = plan(vec![
        switch("one", "a"),
        switch("two", "b"),
        roll("roll", "api", &["one", "two"], &["a", "b"]),
    ]);
    let mut fake = FakeRig::open(&shared).await;
    fake.desk.apply("one").await.unwrap();
    fake.desk.apply("two").await.unwrap();
    fake.desk.roll_back(scope("one")).await.unwrap();
    assert_eq!(fake.desk.state("roll"), StepState::ToDo);
    fake.desk.ask(Command::Skip { step: id("roll") }).await.unwrap();
    fake.desk.ask(Command::Reopen { step: id("one") }).await.unwrap();
    fake.desk.apply("one").await.unwrap();
    fake.desk.roll_back(scope("one")).await.unwrap();
    assert_eq!(fake.desk.state("roll"), StepState::Skipped);
}
