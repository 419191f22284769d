//! Publishing: the orders of the way back, what is due, and what users see when a rollback is over.

use switchback_engine::RejectionCode as Code;
use switchback_engine::publish::{due, is_due, unseen};
use switchback_engine::rollback::{reverse_order, standing};
use switchback_model::plan::{Coherence, Gate, StepKind};
use switchback_model::rollback::ItemKind;
use switchback_model::{
    Command, DoneHow, Edges, Phase, PhaseId, Plan, Reversibility, RollbackScope, Step, StepId, StepState,
};
use switchback_testkit::desk::FakeDesk;
use switchback_testkit::plans::{id, name, plan, roll, rule, step, switch, two_rolls};
use switchback_testkit::store::SEEN;
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

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
fn seen(fake: &FakeDesk, label: &str) -> String {
    let records = fake.store.records();
    let sets = records.get(&(SEEN.to_owned(), name(label))).cloned();
    sets.unwrap_or_default().iter().map(|set| set.line()).collect()
}

fn is_new(words: &str) -> bool {
    words.contains("198.51.100.20")
}

async fn planned(fake: &FakeDesk, scope: &RollbackScope) -> Vec<String> {
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
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
        let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&shared).await;
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
    plan.phases.push(Phase {
        id: PhaseId::new("later").unwrap(),
        title: "Later".to_owned(),
        t0: false,
        gate: Some(Gate {
            title: "Go?".to_owned(),
            fresh_s: 60,
            people: Vec::new(),
            checks: Vec::new(),
        }),
        steps: vec![switch("end", "end")],
    });
    let mut fake = FakeDesk::open(&plan).await;
    for step in ["profiles", "roll-profiles", "flag", "roll-flag", "waf"] {
        fake.desk.apply(step).await.unwrap();
    }
    let phase = PhaseId::new("later").unwrap();
    let obstacles = |fake: &FakeDesk| {
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
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&plan(steps)).await;
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
    let mut fake = FakeDesk::open(&plan).await;
    fake.desk.apply("dns").await.unwrap();
    fake.desk.apply("look").await.unwrap();
    fake.desk.apply("profiles").await.unwrap();
    assert!(standing(fake.desk.run()).is_empty());
    let planned = planned(&fake, &scope("dns")).await;
    assert_eq!(planned, ["undo dns", "undo profiles", "publish roll-profiles"]);
}

#[tokio::test]
async fn a_publication_is_never_taken_over_nor_undone() {
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&plan).await;
    fake.desk.apply("profiles").await.unwrap();
    // The rule names the roll alone; nothing was published, so there is nothing to take back by it.
    let by_rule = RollbackScope::Rule("R".parse().unwrap());
    let refused = fake.desk.driver.plan_rollback(&by_rule).await.unwrap_err();
    assert_eq!(refused.code, Code::NothingToUndo);
}

/// A small source of numbers that is the same on every machine (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Values and rolls of two services in a random order with random edges, of which a reader would take each.
fn random_plan(numbers: &mut Numbers) -> Plan {
    loop {
        let plan = any_plan(numbers);
        if plan.steps().any(Step::is_publisher) && Edges::of(&plan).knot().is_empty() {
            return plan;
        }
    }
}

/// The same, and those that it would refuse.
fn any_plan(numbers: &mut Numbers) -> Plan {
    let count = 3 + numbers.below(6);
    let mut steps: Vec<Step> = Vec::new();
    let labels: Vec<String> = (0..count).map(|n| format!("n{n}")).collect();
    // Each service reads every name of its own, whoever publishes it.
    let of_service = |service: usize| -> Vec<&str> {
        labels
            .iter()
            .enumerate()
            .filter(|(n, _)| n % 2 == service)
            .map(|(_, label)| label.as_str())
            .collect()
    };
    for (n, label) in labels.iter().enumerate() {
        let values: Vec<String> = steps
            .iter()
            .filter(|step| step.carries_state())
            .map(|step| step.id.to_string())
            .collect();
        let service = numbers.below(2);
        let shown: Vec<&str> = values
            .iter()
            .filter(|id| {
                let of: usize = id[1..].parse().unwrap();
                of % 2 == service && numbers.below(3) < 2
            })
            .map(String::as_str)
            .collect();
        let step = match numbers.one_in(2) && !shown.is_empty() {
            true => roll(
                &format!("s{n}"),
                &format!("service-{service}"),
                &shown,
                &of_service(service),
            ),
            false => switch(&format!("s{n}"), label),
        };
        let mut step = step;
        if !step.is_publisher() && numbers.one_in(6) {
            // A look is done, and has no effect.
            step = switchback_testkit::plans::step(&format!("s{n}"), StepKind::Check);
        }
        for other in &steps {
            if numbers.one_in(4) {
                step.after.push(other.id.clone());
            } else if numbers.one_in(8) {
                step.needs.push(other.id.clone());
            }
        }
        steps.push(step);
    }
    plan(steps)
}

/// What the reader refuses is exactly what has no order: told from every pair of steps.
#[test]
fn a_knot_is_a_circle_of_what_goes_back_before_what() {
    let (mut knots, mut free) = (0, 0);
    for case in 0_u64..3_000 {
        let plan = any_plan(&mut Numbers(case.wrapping_mul(0xA076_1D64_78BD_642F) | 1));
        let edges = Edges::of(&plan);
        let mut left: Vec<&StepId> = plan
            .steps()
            .filter(|step| step.carries_state() || step.is_publisher())
            .map(|step| &step.id)
            .collect();
        let next = |left: &[&StepId]| {
            left.iter()
                .position(|id| left.iter().all(|other| !edges.back_after(other).contains(*id)))
        };
        while let Some(at) = next(&left) {
            left.remove(at);
        }
        assert_eq!(edges.knot().is_empty(), left.is_empty(), "case {case}: {plan:#?}");
        match left.is_empty() {
            true => free += 1,
            false => knots += 1,
        }
    }
    assert!(knots > 100 && free > 100, "{knots} {free}");
}

/// One random way there: steps that are done, refused, lost, left out or not reached, and tasks that die meanwhile.
async fn go(fake: &mut FakeDesk, plan: &Plan, numbers: &mut Numbers) {
    let steps: Vec<Step> = plan.steps().cloned().collect();
    for step in &steps {
        let word = step.id.as_str();
        if fake.desk.run().is_reopenable(&step.id) {
            let _ = fake
                .desk
                .ask(Command::Reopen {
                    step: step.id.clone(),
                })
                .await;
        }
        match numbers.below(10) {
            0 => {
                let unseen = unseen(fake.desk.run(), &step.id);
                let command = match unseen.is_empty() {
                    true => Command::Skip {
                        step: step.id.clone(),
                    },
                    false => Command::SkipUnseen {
                        step: step.id.clone(),
                        unseen,
                    },
                };
                let _ = fake.desk.ask(command).await;
            }
            1 => {}
            2 => {
                let kind = switchback_engine::ports::ProviderErrorKind::Denied;
                fake.faulty.inject(Op::Call, 1, Fault::FailsBefore(kind));
                let _ = fake.desk.apply(word).await;
                fake.faulty.mend();
            }
            3 => {
                fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
                let _ = fake.desk.apply(word).await;
                fake.faulty.mend();
            }
            4 => {
                fake.store.let_rolls_fail(true);
                let _ = fake.desk.apply(word).await;
                fake.store.let_rolls_fail(false);
            }
            _ => {
                let _ = fake.desk.apply(word).await;
            }
        }
        tasks_die(fake, plan, numbers);
    }
}

/// A task of a service dies now and then: the one in its place reads what is there.
fn tasks_die(fake: &FakeDesk, plan: &Plan, numbers: &mut Numbers) {
    for step in plan.steps() {
        if let Some(switchback_model::ActionSpec::RollService(roll)) = &step.action
            && numbers.one_in(6)
        {
            fake.store.start_tasks(&roll.reads);
        }
    }
}

/// What is wrong with what is there and what is seen after a rollback, against what was there before it.
fn breaches(
    plan: &Plan,
    rolled_back: &switchback_model::RollbackPlan,
    start: &switchback_testkit::store::Records,
    before: &switchback_testkit::store::Records,
    now: &switchback_testkit::store::Records,
) -> Vec<String> {
    let items = &rolled_back.items;
    let also: Vec<&StepId> = items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Publish { also, .. } => Some(also),
            _ => None,
        })
        .flatten()
        .collect();
    let mut wrong = Vec::new();
    for step in plan.steps().filter(|step| step.carries_state()) {
        let label = format!("n{}", &step.id.as_str()[1..]);
        let read = !Edges::of(plan).publishers_of(&step.id).is_empty();
        let undone = items.iter().any(|item| item.step.as_ref() == Some(&step.id));
        for zone in [switchback_testkit::plans::ZONE, SEEN] {
            // What no publisher names is not told of.
            if zone == SEEN && !read {
                continue;
            }
            let key = (zone.to_owned(), name(&label));
            let wanted = if undone { start.get(&key) } else { before.get(&key) };
            let shown = zone == SEEN && also.contains(&&step.id);
            if now.get(&key) != wanted && !shown {
                wrong.push(format!("{zone} {}: undone {undone}", step.id));
            }
        }
    }
    wrong
}

/// Brute force: whatever was done, refused, left out or not reached, and whichever tasks died meanwhile, after a
/// completed rollback people see of what was taken back what they saw at the start, and of the rest what they saw
/// before the rollback, or it was named.
#[tokio::test]
async fn after_a_rollback_what_is_seen_is_what_was_seen_before() {
    // More of them in a campaign.
    let cases: u64 = if std::env::var_os("SWITCHBACK_PROVE").is_some() {
        4_000
    } else {
        150
    };
    let mut completed = 0;
    for case in 0..cases {
        let mut numbers = Numbers(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let plan = random_plan(&mut numbers);
        let mut fake = FakeDesk::open(&plan).await;
        let start = fake.store.records();
        for _ in 0..=numbers.below(2) {
            go(&mut fake, &plan, &mut numbers).await;
            let steps: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
            let scope = match numbers.below(3) {
                0 => RollbackScope::All,
                _ => RollbackScope::Step(steps[numbers.below(steps.len())].clone()),
            };
            let before = fake.store.records();
            let Ok(confirmed) = fake.desk.confirm(scope, &[], &[]).await else {
                continue;
            };
            fake.desk.settle_through().await.unwrap();
            assert_eq!(fake.desk.rollback_state(), "completed", "case {case}");
            completed += 1;
            let wrong = breaches(&plan, &confirmed, &start, &before, &fake.store.records());
            assert_eq!(wrong, Vec::<String>::new(), "case {case}: {confirmed:#?}");
        }
        back(&mut fake.desk)
            .await
            .unwrap_or_else(|why| panic!("case {case}: {why}"));
        // A name that no step publishes is read by tasks all the same; nobody answers for what they have read of it.
        let wrong: Vec<_> = fake
            .store
            .records()
            .into_iter()
            .filter(|(key, sets)| start.get(key) != Some(sets))
            .filter(|(key, _)| {
                let of = plan
                    .steps()
                    .find(|step| key.1 == name(&format!("n{}", &step.id.as_str()[1..])));
                key.0 != SEEN || of.is_some_and(|step| !Edges::of(&plan).publishers_of(&step.id).is_empty())
            })
            .map(|(key, _)| key)
            .collect();
        assert_eq!(
            wrong,
            Vec::new(),
            "case {case}: {:#?}",
            fake.desk.journal.events()
        );
        invariants(&fake).unwrap_or_else(|why| panic!("case {case}: {why}"));
    }
    assert!(completed > cases / 2, "{completed}");
    println!("{cases} graphs, {completed} rollbacks in part, {cases} in full; breaches 0");
}

/// What is seen at the end, where every step was done and these are taken back in this order: names that are seen as
/// they are not.
fn left_unseen(plan: &Plan, order: &[StepId]) -> usize {
    let edges = Edges::of(plan);
    let values = || plan.steps().filter(|step| step.carries_state());
    let mut there: std::collections::BTreeSet<&StepId> = values().map(|step| &step.id).collect();
    let mut seen = there.clone();
    for id in order {
        if !there.remove(id) {
            for shown in edges.published_by(id) {
                match there.contains(shown) {
                    true => seen.insert(shown),
                    false => seen.remove(shown),
                };
            }
        }
    }
    let read = |id: &&StepId| !edges.publishers_of(id).is_empty();
    let (there, seen): (Vec<_>, Vec<_>) = (
        there.into_iter().filter(read).collect(),
        seen.into_iter().filter(read).collect(),
    );
    seen.iter().filter(|id| !there.contains(id)).count()
}

/// Any set that is closed as a rollback closes it, in the planner's order and in the plain reverse one, which the
/// oracle must find wrong.
#[test]
fn no_order_of_the_planner_leaves_the_old_value_unread() {
    const GRAPHS: u64 = 4_000;
    let (mut sets, mut plain_is_wrong) = (0, 0);
    for graph in 0..GRAPHS {
        let mut numbers = Numbers(graph.wrapping_mul(0xD6E8_FEB8_6659_FD93) | 1);
        let plan = random_plan(&mut numbers);
        let edges = Edges::of(&plan);
        for _ in 0..3 {
            let mut set: std::collections::BTreeSet<StepId> = plan
                .steps()
                .filter(|step| step.carries_state() && numbers.one_in(2))
                .map(|step| step.id.clone())
                .collect();
            let publishers: Vec<StepId> = set
                .iter()
                .flat_map(|id| edges.publishers_of(id))
                .map(|step| step.id.clone())
                .collect();
            set.extend(publishers);
            let order = reverse_order(&plan, &set);
            assert_eq!(order.len(), set.len());
            assert_eq!(left_unseen(&plan, &order), 0, "graph {graph}: {order:?}");
            let mut plain: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
            plain.retain(|id| set.contains(id));
            plain.reverse();
            plain_is_wrong += usize::from(left_unseen(&plan, &plain) > 0);
            sets += 1;
        }
    }
    assert!(plain_is_wrong > sets / 4, "{plain_is_wrong} of {sets}");
    println!("{GRAPHS} graphs, {sets} sets: breaches 0; in plain reverse order {plain_is_wrong}");
}

/// Who publishes a value that was changed stays in the plan: its way back would not be seen.
#[tokio::test]
async fn an_amendment_takes_no_publisher_from_a_value_that_was_changed() {
    let mut fake = FakeDesk::open(&two_rolls()).await;
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
    let mut fake = FakeDesk::open(&shared).await;
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
    let mut fake = FakeDesk::open(&shared).await;
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
