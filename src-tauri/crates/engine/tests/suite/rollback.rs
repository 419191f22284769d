//! The rollback planner and what becomes of a confirmed plan.

use std::collections::BTreeSet;

use proptest::prelude::*;
use switchback_engine::RejectionCode as Code;
use switchback_engine::rollback::{proposal, reverse_order, standing};
use switchback_engine::run::Interrupted;
use switchback_model::rollback::ItemKind;
use switchback_model::{
    Command, DoneHow, EventKind, Plan, Reversibility, RollbackPlan, RollbackScope, StepId, StepState, Verdict,
};
use switchback_testkit::plans::{ZONE, address, dag, dns_switch, id, name, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

const UNDONE: StepState = StepState::Undone { accepted: false };

async fn done_up_to(plan: &Plan, last: &str) -> FakeRig {
    let mut part = FakeRig::open(plan).await;
    let ids: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
    for step in ids {
        let attest = Command::Attest { step: step.clone() };
        if part.desk.ask(attest).await.is_err() {
            part.desk.apply(step.as_str()).await.unwrap();
        }
        assert!(
            matches!(part.desk.state(step.as_str()), StepState::Done { .. }),
            "{step}"
        );
        if step.as_str() == last {
            break;
        }
    }
    part
}

fn order(plan: &RollbackPlan) -> Vec<&str> {
    plan.items.iter().map(|item| item.id.as_str()).collect()
}

async fn planned(fake: &FakeRig, scope: &RollbackScope) -> RollbackPlan {
    fake.desk.driver.plan_rollback(scope).await.unwrap().0
}

fn step(text: &str) -> RollbackScope {
    RollbackScope::Step(id(text))
}

fn rule(text: &str) -> RollbackScope {
    RollbackScope::Rule(text.parse().unwrap())
}

/// The window was opened anew during R3: that is said of R3 until somebody goes on with it, and of no later rollback.
#[tokio::test]
async fn an_interruption_is_of_the_rollback_that_it_broke_off() {
    let interrupted = |fake: &FakeRig| fake.desk.run().interrupted.clone();
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    fake.desk.confirm(rule("R3"), &[], &[]).await.unwrap();
    assert_eq!(interrupted(&fake), None);
    fake.desk.restart().await.unwrap();
    assert!(fake.desk.run().rollback_active());
    assert_eq!(interrupted(&fake), Some(Interrupted { step: None }));
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    assert_eq!(interrupted(&fake), None, "a person said so, and it goes on");

    // Given up without a call, the mark must not wait for the next one.
    fake.desk.restart().await.unwrap();
    assert_eq!(interrupted(&fake), Some(Interrupted { step: None }));
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    fake.desk.confirm(rule("R3"), &[], &[]).await.unwrap();
    assert!(fake.desk.run().rollback_active());
    assert_eq!(interrupted(&fake), None, "nothing interrupted this one");
}

#[tokio::test]
async fn sets_orders_and_breaches_of_the_tis_graph() {
    let table: [(&str, RollbackScope, &[&str], &[&str]); 8] = [
        // done up to, scope, items in order, breaches left
        ("mid.3", step("mid.3"), &["mid.3"], &[]),
        ("mid.3", step("ttl"), &["mid.3", "ttl"], &[]),
        ("mid.4", rule("R3"), &["mid.3"], &[]),
        ("mid.4", rule("R4"), &["mid.4", "mid.3"], &[]),
        ("mid.4", step("mid.4"), &["mid.4"], &[]),
        ("mid.5", rule("R3"), &["mid.5", "mid.3"], &[]),
        ("lift", rule("R3"), &["mid.3"], &["mixed"]),
        (
            "restore-ttl",
            RollbackScope::All,
            &[
                "restore-ttl",
                "lift",
                "mid.5",
                "mid.4",
                "mid.3",
                "ttl",
                "restrict",
            ],
            &[],
        ),
    ];
    for (last, scope, items, breaches) in table {
        let fake = done_up_to(&tis_like(), last).await;
        let plan = planned(&fake, &scope).await;
        assert_eq!(order(&plan), items, "up to {last}, {scope:?}");
        let left: Vec<&str> = plan.breaches.iter().map(|b| b.id.as_str()).collect();
        assert_eq!(left, breaches, "up to {last}, {scope:?}");
    }
}

/// What people take back comes last, except where the edges put it before what the console does.
#[test]
fn what_people_do_comes_after_what_the_console_does_where_the_edges_allow_it() {
    let by_hand = |text: &str| switchback_model::Step {
        reversibility: Reversibility::Manual {
            words: format!("Take {text} back"),
        },
        ..switchback_testkit::plans::step(text, switchback_model::StepKind::Attest)
    };
    let with = |step: switchback_model::Step, needs: &[&str]| switchback_model::Step {
        needs: needs.iter().map(|need| id(need)).collect(),
        ..step
    };
    let switch = switchback_testkit::plans::switch;
    let table: [(Vec<switchback_model::Step>, &[&str]); 4] = [
        // Nothing binds them: the console first, each kind in reverse.
        (
            vec![switch("c1", "a"), by_hand("p1"), switch("c2", "b"), by_hand("p2")],
            &["c2", "c1", "p2", "p1"],
        ),
        // A person's step that needs a switch is taken back before it.
        (
            vec![switch("c1", "a"), with(by_hand("p1"), &["c1"]), by_hand("p2")],
            &["p1", "c1", "p2"],
        ),
        // Of two people the one who holds the console up goes first.
        (
            vec![
                switch("c1", "a"),
                with(by_hand("p1"), &["c1"]),
                by_hand("p2"),
                switch("c2", "b"),
            ],
            &["c2", "p1", "c1", "p2"],
        ),
        // Through a chain of people down to the console.
        (
            vec![
                switch("c1", "a"),
                with(by_hand("p1"), &["c1"]),
                with(by_hand("p2"), &["p1"]),
                by_hand("p3"),
            ],
            &["p2", "p1", "c1", "p3"],
        ),
    ];
    for (steps, expected) in table {
        let plan = switchback_testkit::plans::plan(steps);
        let all = plan.steps().map(|step| step.id.clone()).collect();
        let found = reverse_order(&plan, &all);
        let found: Vec<&str> = found.iter().map(StepId::as_str).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_breach_is_accepted_by_name_or_not_at_all() {
    let mut fake = done_up_to(&tis_like(), "lift").await;
    let plan = planned(&fake, &rule("R3")).await;
    assert_eq!(plan.breaches[0].repair, [id("lift"), id("mid.5")]);
    assert!(!plan.breaches[0].repair_is_default, "it loses sign-ins");
    assert_eq!(
        fake.desk.confirm(rule("R3"), &[], &[]).await.unwrap_err().code,
        Code::Guard
    );
    assert!(standing(fake.desk.run()).is_empty());
    fake.desk.confirm(rule("R3"), &[], &["mixed"]).await.unwrap();
    fake.desk.idle().await;
    // Accepted or not, it is said for as long as it is so.
    assert_eq!(standing(fake.desk.run())[0].id, "mixed");
    assert_eq!(fake.desk.state("mid.3"), UNDONE);
    assert!(matches!(fake.desk.state("mid.5"), StepState::Done { .. }));
}

#[tokio::test]
async fn the_button_proposes_the_rule_that_fires_else_the_last_effect() {
    let fake = done_up_to(&dns_switch(), "switch").await;
    let firing = BTreeSet::from(["site".parse().unwrap()]);
    assert_eq!(proposal(fake.desk.run(), &firing), Some(rule("R3")));
    assert_eq!(proposal(fake.desk.run(), &BTreeSet::new()), Some(step("switch")));
    let fake = FakeRig::open(&dns_switch()).await;
    assert_eq!(proposal(fake.desk.run(), &firing), None);
}

#[tokio::test]
async fn a_failure_in_the_middle_stops_and_is_tried_again() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    let start_log = fake.store.log().len();
    fake.faulty.inject(
        Op::Call,
        1,
        Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied),
    );
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert!(
        fake.desk.rollback_state().starts_with("halted"),
        "{}",
        fake.desk.rollback_state()
    );
    assert_eq!(fake.desk.state("switch"), StepState::UndoFailed);
    assert_eq!(fake.store.log().len(), start_log, "the next item waits");
    // Clocks may be set back: what was tried is still not tried again without being asked.
    fake.clock.jump_wall(jiff::SignedDuration::from_hours(-2));
    fake.desk.idle().await;
    fake.faulty.inject(
        Op::Call,
        1,
        Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied),
    );
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.idle().await;
    assert!(
        fake.desk.rollback_state().starts_with("halted"),
        "one retry a click"
    );
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.desk.state("lower-ttl"), UNDONE);
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_failed_item_is_done_by_hand_or_given_up_in_its_true_state() {
    for by_hand in [true, false] {
        let mut fake = done_up_to(&dns_switch(), "switch").await;
        let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied);
        fake.faulty.inject(Op::Call, 1, denied);
        fake.desk.roll_back(RollbackScope::All).await.unwrap();
        if by_hand {
            fake.store
                .put(ZONE, &name("apps"), vec![address("apps", 60, "192.0.2.10")]);
            let wrong = Command::RollbackDone {
                item: "lower-ttl".to_owned(),
            };
            assert_eq!(fake.desk.ask(wrong).await.unwrap_err().code, Code::NotFound);
            fake.desk
                .ask(Command::RollbackDone {
                    item: "switch".to_owned(),
                })
                .await
                .unwrap();
            fake.desk.idle().await;
            assert_eq!(fake.desk.rollback_state(), "completed");
            assert_eq!(fake.desk.state("switch"), StepState::Undone { accepted: true });
            assert_eq!(fake.desk.state("lower-ttl"), UNDONE);
        } else {
            fake.desk.ask(Command::RollbackAbandon).await.unwrap();
            assert_eq!(fake.desk.state("switch"), StepState::UndoFailed);
            assert!(matches!(fake.desk.state("lower-ttl"), StepState::Done { .. }));
            back(&mut fake.desk).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_crash_halts_the_plan_and_the_same_click_goes_on() {
    for fault in [Fault::KilledBefore, Fault::KilledAfter] {
        let mut fake = done_up_to(&dns_switch(), "restore-ttl").await;
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.roll_back(RollbackScope::All).await.unwrap();
        assert!(
            fake.desk.rollback_state().starts_with("halted"),
            "{}",
            fake.desk.rollback_state()
        );
        assert!(!fake.desk.state("restore-ttl").is_in_flight(), "inspected");
        fake.desk.ask(Command::RollbackRetry).await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.desk.rollback_state(), "completed", "{fault:?}");
        assert!(fake.desk.run().steps.values().all(|step| step.state == UNDONE));
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn a_step_in_flight_is_resolved_first_by_the_same_confirm() {
    for (fault, landed) in [(Fault::ResponseLost, true), (Fault::RequestLost, false)] {
        let mut fake = done_up_to(&dns_switch(), "lower-ttl").await;
        let before = fake.store.records();
        fake.desk.check("switch").await.unwrap();
        fake.faulty.inject(Op::Call, 1, fault);
        fake.desk.approve("switch").await.unwrap();
        fake.desk.driver.turn().await.unwrap();
        assert!(fake.desk.state("switch").is_in_flight());
        let plan = fake.desk.roll_back(rule("R3")).await.unwrap();
        assert_eq!(plan.in_flight, [id("switch")]);
        assert_eq!(
            fake.desk.state("switch"),
            if landed { UNDONE } else { StepState::Failed }
        );
        assert_eq!(fake.store.records(), before);
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn drift_is_shown_and_restored_by_the_confirm_but_never_unseen() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    let foreign = address("apps", 77, "198.51.100.99");
    fake.store.put(ZONE, &name("apps"), vec![foreign.clone()]);
    let plan = planned(&fake, &step("switch")).await;
    let ItemKind::Undo {
        preview: Some(preview),
        ..
    } = &plan.items[0].kind
    else {
        panic!("{plan:?}")
    };
    assert_eq!(preview.changes[0].before, [foreign.line()]);
    let lost = format!("What was written outside Switchback: {}", foreign.line());
    assert_eq!(plan.items[0].loses, std::slice::from_ref(&lost));
    // It is lost once: the later items go on from what the first one leaves.
    let all = planned(&fake, &RollbackScope::All).await;
    let loses: Vec<_> = all.items.iter().map(|item| item.loses.clone()).collect();
    assert_eq!(loses, [vec![lost], vec![]]);
    fake.desk.confirm(step("switch"), &[], &[]).await.unwrap();
    // It changes once more after the confirm: nobody has seen that.
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 78, "198.51.100.98")]);
    fake.desk.idle().await;
    assert!(fake.desk.rollback_state().contains("changed since you confirmed"));
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    fake.desk.roll_back(step("switch")).await.unwrap();
    assert_eq!(fake.desk.state("switch"), UNDONE);
    assert_eq!(
        fake.store.image(ZONE, &name("apps")).lines(),
        [address("apps", 60, "192.0.2.10").line()]
    );
}

#[tokio::test]
async fn what_is_not_proven_is_shown_and_overridden_by_name() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    fake.fake.script("old-site", [Verdict::Fail]);
    let refused = fake.desk.confirm(rule("R3"), &[], &[]).await.unwrap_err();
    assert_eq!(refused.code, Code::CheckFailed);
    assert!(refused.message.contains("old-site"), "{}", refused.message);
    fake.desk.confirm(rule("R3"), &["old-site"], &[]).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), UNDONE);
}

/// What proves the way back afterwards and can't be looked at from here is said before the confirm, not in the middle.
#[tokio::test]
async fn what_this_computer_lacks_to_prove_the_way_back_is_said_before_it() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    fake.fake.lack("switched-back", true);
    let scope = RollbackScope::Step(id("switch"));
    let refused = fake.desk.confirm(scope.clone(), &[], &[]).await.unwrap_err();
    assert!(refused.to_string().contains("switched-back"), "{refused}");
    let (_, preconditions) = fake.desk.driver.plan_rollback(&scope).await.unwrap();
    let lacking = preconditions
        .iter()
        .find(|one| one.reading.check.as_str() == "switched-back");
    assert_eq!(lacking.unwrap().reading.observed, "nobody is known here");
    // A person may go back all the same.
    fake.desk.confirm(scope, &["switched-back"], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
}

#[tokio::test]
async fn blindness_never_takes_the_way_back_away() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Connect);
    for n in 1..=2 {
        fake.faulty.inject(Op::Read, n, denied);
    }
    let (_, open) = fake.desk.driver.plan_rollback(&rule("R3")).await.unwrap();
    assert_eq!(open[0].reading.check.as_str(), "read-switch");
    fake.faulty.mend();
    for n in 1..=4 {
        fake.faulty.inject(Op::Read, n, denied);
    }
    fake.desk
        .confirm(rule("R3"), &["read-switch"], &[])
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(
        fake.desk.state("switch"),
        UNDONE,
        "{}",
        fake.desk.rollback_state()
    );
}

#[tokio::test]
async fn already_as_before_is_undone_without_a_call() {
    let mut fake = done_up_to(&dns_switch(), "lower-ttl").await;
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", 900, "192.0.2.10")]);
    let calls = fake.faulty.count(Op::Call);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), UNDONE);
    assert_eq!(fake.faulty.count(Op::Call), calls);
}

#[tokio::test]
async fn the_whole_tis_graph_goes_there_and_back() {
    let mut fake = FakeRig::open(&tis_like()).await;
    let start = fake.store.records();
    complete(&mut fake.desk).await.unwrap();
    assert_eq!(
        fake.desk.state("lift"),
        StepState::Done {
            how: DoneHow::Attested
        }
    );
    back(&mut fake.desk).await.unwrap();
    assert_eq!(fake.store.records(), start);
    invariants(&fake).unwrap();
}

fn cases() -> ProptestConfig {
    let cases = if std::env::var_os("SWITCHBACK_PROVE").is_some() {
        1024
    } else {
        64
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn never_out_of_order(
        (needs, after) in (1_usize..9).prop_flat_map(|n| {
            (proptest::collection::vec(any::<u32>(), n), proptest::collection::vec(any::<u32>(), n))
        }),
        picked in any::<u32>(),
    ) {
        let plan = dag(&needs, &after);
        let set: BTreeSet<StepId> = (0..needs.len())
            .filter(|node| picked >> node & 1 == 1)
            .map(|node| id(&format!("s{node}")))
            .collect();
        let order = reverse_order(&plan, &set);
        prop_assert_eq!(order.iter().cloned().collect::<BTreeSet<_>>(), set.clone());
        prop_assert_eq!(order.len(), set.len());
        in_order(&plan, &order)?;
    }

    #[test]
    fn every_set_is_closed_under_needs_and_comes_back(
        (needs, after) in (1_usize..6).prop_flat_map(|n| {
            (proptest::collection::vec(any::<u32>(), n), proptest::collection::vec(any::<u32>(), n))
        }),
        named in any::<prop::sample::Index>(),
    ) {
        let plan = dag(&needs, &after);
        let named = id(&format!("s{}", named.index(needs.len())));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fake = FakeRig::open(&plan).await;
            let start = fake.store.records();
            complete(&mut fake.desk).await.map_err(TestCaseError::fail)?;
            let rollback = fake.desk.roll_back(RollbackScope::Step(named.clone())).await.unwrap();
            let order: Vec<StepId> = rollback.items.iter().filter_map(|item| item.step.clone()).collect();
            prop_assert!(order.contains(&named));
            in_order(&plan, &order)?;
            for step in plan.steps() {
                let left = matches!(fake.desk.state(step.id.as_str()), StepState::Done { .. });
                prop_assert_eq!(left, !order.contains(&step.id));
                prop_assert!(!left || step.needs.iter().all(|need| !order.contains(need)), "{} is left", step.id);
            }
            back(&mut fake.desk).await.map_err(TestCaseError::fail)?;
            prop_assert_eq!(fake.store.records(), start);
            invariants(&fake).map_err(TestCaseError::fail)
        })?;
    }
}

/// No step is undone while one of the set that came after it, through any number of steps, is not.
fn in_order(plan: &Plan, order: &[StepId]) -> Result<(), TestCaseError> {
    fn above(plan: &Plan, step: &StepId, found: &mut BTreeSet<StepId>) {
        let step = plan.step(step).unwrap();
        for edge in step.needs.iter().chain(&step.after) {
            if found.insert(edge.clone()) {
                above(plan, edge, found);
            }
        }
    }
    for (at, step) in order.iter().enumerate() {
        let mut earlier = BTreeSet::new();
        above(plan, step, &mut earlier);
        for undone in &order[..at] {
            prop_assert!(!earlier.contains(undone), "{undone} before {step}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_point_of_no_return_stays_by_its_name_and_the_rest_is_taken_back() {
    let mut plan = tis_like();
    let lift = plan.phases[0]
        .steps
        .iter_mut()
        .find(|step| step.id == id("lift"))
        .unwrap();
    lift.reversibility = Reversibility::PointOfNoReturn;
    let mut fake = FakeRig::open(&plan).await;
    complete(&mut fake.desk).await.unwrap();
    let failing = BTreeSet::new();
    let proposed = proposal(fake.desk.run(), &failing);
    assert_eq!(
        proposed,
        Some(RollbackScope::Step(id("restore-ttl"))),
        "what can be taken back"
    );

    // mid.5 is needed by what can't be taken back: that is shown, and accepted by its name.
    let refused = fake.desk.confirm(RollbackScope::All, &[], &[]).await.unwrap_err();
    assert_eq!(
        refused.message,
        "It would leave a breach: stays-lift: Step lift stays: it was declared a point of no return."
    );
    let plan = fake
        .desk
        .confirm(RollbackScope::All, &[], &["stays-lift"])
        .await
        .unwrap();
    let items: Vec<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(
        items,
        ["restore-ttl", "mid.5", "mid.4", "mid.3", "ttl", "restrict"]
    );
    fake.desk.idle().await;
    fake.desk
        .ask(Command::RollbackDone {
            item: "restrict".to_owned(),
        })
        .await
        .unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert!(
        matches!(fake.desk.state("lift"), StepState::Done { .. }),
        "its true state"
    );
    assert!(matches!(fake.desk.state("mid.5"), StepState::Undone { .. }));
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn what_somebody_took_back_by_hand_is_verified_before_it_counts_as_undone() {
    for passes in [true, false] {
        let mut fake = done_up_to(&dns_switch(), "switch").await;
        let calls = fake.store.log().len();
        fake.store
            .put(ZONE, &name("apps"), vec![address("apps", 60, "192.0.2.10")]);
        let verdict = if passes { Verdict::Pass } else { Verdict::Fail };
        fake.fake.script("switched-back", [verdict]);
        let rule = RollbackScope::Step(id("switch"));
        fake.desk.confirm(rule, &[], &[]).await.unwrap();
        fake.desk.idle().await;
        assert_eq!(fake.store.log().len(), calls, "nothing was sent");
        if passes {
            assert_eq!(fake.desk.state("switch"), UNDONE);
            assert_eq!(fake.desk.rollback_state(), "completed");
        } else {
            assert_eq!(fake.desk.state("switch"), StepState::UndoUnverified);
            assert!(fake.desk.rollback_state().starts_with("halted"));
            // It is said after all: retried, and seen from outside.
            fake.fake.script("switched-back", [Verdict::Pass]);
            fake.desk.ask(Command::RollbackRetry).await.unwrap();
            fake.desk.idle().await;
            assert_eq!(fake.desk.state("switch"), UNDONE);
        }
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn only_what_is_in_the_way_can_be_passed_over() {
    let mut fake = done_up_to(&dns_switch(), "switch").await;
    let calls = fake.store.log().len();
    let all = || RollbackScope::All;
    for (overrides, accepted, what) in [
        (&["no-such-check"][..], &[][..], "no precondition no-such-check"),
        (&[][..], &["no-such-breach"][..], "no breach no-such-breach"),
    ] {
        let refused = fake.desk.confirm(all(), overrides, accepted).await.unwrap_err();
        assert_eq!(refused.code, Code::NotFound);
        assert!(refused.message.contains(what), "{refused:?}");
    }
    assert_eq!(fake.store.log().len(), calls, "nothing was sent");
    fake.desk.confirm(all(), &[], &[]).await.unwrap();

    // A breach that the plan knows and that would not come about: one word too many, and not a decision.
    let mut fake = done_up_to(&tis_like(), "mid.3").await;
    fake.desk.confirm(step("mid.3"), &[], &["mixed"]).await.unwrap();
    let kinds = fake.desk.journal.events().into_iter().map(|event| event.kind);
    let accepted: Vec<Vec<String>> = kinds
        .filter_map(|kind| match kind {
            EventKind::RollbackConfirmed { accept_breaches, .. } => Some(accept_breaches),
            _ => None,
        })
        .collect();
    assert_eq!(accepted, [Vec::<String>::new()]);
}

/// Its changes are back, and nobody was told: the rule owes that, and no more than that, until it is done or there is
/// something of it to take back again.
#[tokio::test]
async fn a_rule_that_was_given_up_at_its_notice_still_owes_the_notice() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    for step in ["lower-ttl", "switch"] {
        fake.desk.apply(step).await.unwrap();
    }
    let rule = rule("R3");
    let plan = fake.desk.roll_back(rule.clone()).await.unwrap();
    assert_eq!(order(&plan), ["switch", "notice-1"]);
    // Twice, because giving the notice up once more makes it no less owed.
    for _ in 0..2 {
        assert!(fake.desk.rollback_state().contains("Send this notice"));
        let early = fake.desk.driver.plan_rollback(&rule).await.unwrap_err();
        assert_eq!(
            early.code,
            Code::NothingToUndo,
            "not while it is under way: {early:?}"
        );
        fake.desk.ask(Command::RollbackAbandon).await.unwrap();
        assert_eq!(order(&planned(&fake, &rule).await), ["notice-1"]);
        let other = fake.desk.driver.plan_rollback(&step("switch")).await.unwrap_err();
        assert_eq!(other.code, Code::NothingToUndo, "a step has no notice");
        let plan = fake.desk.roll_back(rule.clone()).await.unwrap();
        assert_eq!(order(&plan), ["notice-1"]);
    }
    let item = "notice-1".to_owned();
    fake.desk.ask(Command::RollbackDone { item }).await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.rollback_state(), "completed");
    let told = fake.desk.driver.plan_rollback(&rule).await.unwrap_err();
    assert_eq!(told.code, Code::NothingToUndo);
}

/// What was applied since has a way back, and a notice, of its own: an old one is not told after that.
#[tokio::test]
async fn an_owed_notice_is_not_owed_once_a_step_of_its_rule_was_applied_since() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    for step in ["lower-ttl", "switch"] {
        fake.desk.apply(step).await.unwrap();
    }
    fake.desk.roll_back(rule("R3")).await.unwrap();
    fake.desk.ask(Command::RollbackAbandon).await.unwrap();
    let switch = id("switch");
    fake.desk.ask(Command::Reopen { step: switch }).await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    let plan = planned(&fake, &rule("R3")).await;
    assert_eq!(order(&plan), ["switch", "notice-1"]);
    fake.desk.roll_back(step("switch")).await.unwrap();
    let gone = fake.desk.driver.plan_rollback(&rule("R3")).await.unwrap_err();
    assert_eq!(gone.code, Code::NothingToUndo);
}
