//! Publishing: the orders of the way back, what is due, and what users see when a rollback is over.

use switchback_engine::RejectionCode as Code;
use switchback_engine::publish::{due, is_due, unseen};
use switchback_engine::rollback::{reverse_order, standing, undone_with};
use switchback_model::plan::{Coherence, StepKind};
use switchback_model::rollback::ItemKind;
use switchback_model::{
    Command, DoneHow, Edges, PhaseId, Plan, Reversibility, RollbackScope, Step, StepId, StepState,
};
use switchback_testkit::plans::{gated, id, name, plan, roll, rule, step, switch, two_rolls};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::SEEN;
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

mod oracle;

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};
const UNDONE: StepState = StepState::Undone { accepted: false };

fn ids(texts: &[&str]) -> Vec<StepId> {
    texts.iter().map(|text| id(text)).collect()
}

fn after(step: Step, after: &[&str]) -> Step {
    Step {
        after: step.after.iter().cloned().chain(ids(after)).collect(),
        ..step
    }
}

fn by_hand(text: &str) -> Step {
    Step {
        reversibility: Reversibility::Manual {
            words: format!("Take {text} back"),
        },
        ..step(text, StepKind::Attest)
    }
}

fn published(step: Step, publishes: &[&str]) -> Step {
    Step {
        publishes: ids(publishes),
        after: step.after.iter().cloned().chain(ids(publishes)).collect(),
        ..step
    }
}

/// What a person, or a task, reads of a name.
fn seen(fake: &FakeRig, label: &str) -> String {
    let records = fake.store.records();
    let sets = records.get(&(SEEN.to_owned(), name(label))).cloned();
    sets.unwrap_or_default().iter().map(|set| set.line()).collect()
}

fn is_new(words: &str) -> bool {
    words.contains("198.51.100.20")
}

async fn planned(fake: &FakeRig, scope: &RollbackScope) -> Vec<String> {
    let plan = fake.desk.driver.plan_rollback(scope).await.unwrap().0;
    let word = |kind: &ItemKind| match kind {
        ItemKind::Undo { .. } => "undo",
        ItemKind::Publish { .. } => "publish",
        ItemKind::Manual { .. } => "by hand",
        ItemKind::Notice { .. } => "notice",
    };
    let item = |item: &switchback_model::RollbackItem| format!("{} {}", word(&item.kind), item.id);
    plan.items.iter().map(item).collect()
}

fn scope(text: &str) -> RollbackScope {
    RollbackScope::Step(id(text))
}

/// The orders that the design names, whatever else the steps are.
#[test]
fn what_is_published_goes_back_before_who_publishes_it_and_as_soon_as_that_permits() {
    // R4: DNS, the authoriser, a deployment of it, the stage's pointer, the flush of cached verdicts, the release of
    // the window by hand, the invalidation.
    let reval = vec![
        switch("dns", "dns"),
        after(switch("authoriser", "authoriser"), &["dns"]),
        after(step("snapshot", StepKind::Check), &["authoriser"]),
        after(switch("stage", "stage"), &["snapshot"]),
        roll("flush", "gateway", &["stage"], &["stage"]),
        after(by_hand("ui"), &["flush"]),
        roll("invalidate", "edge", &["ui"], &[]),
    ];
    let r4: &[&str] = &["ui", "invalidate", "stage", "flush", "authoriser", "dns"];
    // R5: profiles and their roll, the flag and its roll, the firewall.
    let r5: &[&str] = &["waf", "flag", "roll-flag", "profiles", "roll-profiles"];
    let alone = vec![
        switch("parameter", "a"),
        roll("roll", "api", &["parameter"], &["a"]),
    ];
    let shared = vec![
        switch("one", "a"),
        switch("two", "b"),
        roll("roll", "api", &["one", "two"], &["a", "b"]),
    ];
    let chain = vec![
        switch("value", "a"),
        roll("first", "api", &["value"], &["a"]),
        roll("second", "edge", &["first"], &["a"]),
        after(switch("later", "b"), &["second"]),
    ];
    // Nothing binds the last one, and it goes first because the plan's order says so: not what it delays.
    let apart = vec![
        switch("value", "a"),
        roll("roll", "api", &["value"], &["a"]),
        switch("other", "b"),
    ];
    for (steps, expected) in [
        (reval, r4),
        (two_rolls().phases.remove(0).steps, r5),
        (alone, &["parameter", "roll"]),
        (shared, &["two", "one", "roll"]),
        (chain, &["later", "value", "first", "second"]),
        (apart, &["other", "value", "roll"]),
    ] {
        let plan = plan(steps);
        assert_eq!(Edges::of(&plan).knot(), Vec::<&StepId>::new());
        let all = plan
            .steps()
            .filter(|step| step.carries_state() || step.is_publisher())
            .map(|step| step.id.clone())
            .collect();
        let found = reverse_order(&plan, &all);
        let found: Vec<&str> = found.iter().map(StepId::as_str).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_lies_between_a_value_and_who_publishes_it_leaves_no_way_back() {
    let plan = plan(vec![
        switch("value", "a"),
        after(switch("between", "b"), &["value"]),
        after(roll("roll", "api", &["value"], &["a"]), &["between"]),
    ]);
    assert_eq!(
        Edges::of(&plan).knot(),
        [&id("value"), &id("between"), &id("roll")]
    );
}

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

/// A look that is done, or a roll that failed, does not silence the rule.
#[tokio::test]
async fn a_forbidden_combination_is_judged_by_what_carries_state() {
    let mut plan = two_rolls();
    plan.phases[0].steps.push(switch("dns", "dns"));
    plan.phases[0].steps.push(step("look", StepKind::Check));
    plan.coherence = vec![Coherence {
        id: "mixed".to_owned(),
        undone: ids(&["dns", "roll-flag", "look"]),
        done: ids(&["profiles", "roll-profiles", "look"]),
        because: "users would meet both pools".to_owned(),
        repair: ids(&["profiles"]),
    }];
    let mut fake = FakeRig::open(&plan).await;
    fake.desk.apply("dns").await.unwrap();
    fake.desk.apply("look").await.unwrap();
    fake.desk.apply("profiles").await.unwrap();
    assert!(standing(fake.desk.run()).is_empty());
    let planned = planned(&fake, &scope("dns")).await;
    assert_eq!(planned, ["undo dns", "undo profiles", "publish roll-profiles"]);
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
