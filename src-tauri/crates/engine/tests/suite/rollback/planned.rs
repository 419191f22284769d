//! The plan of a rollback: which steps, in which order, and what it may leave behind.

use std::collections::BTreeSet;

use switchback_engine::RejectionCode as Code;
use switchback_engine::rollback::{proposal, reverse_order, standing};
use switchback_model::{Command, EventKind, Reversibility, RollbackScope, StepId, StepState};
use switchback_testkit::plans::{dns_switch, id, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{complete, invariants};

use super::{UNDONE, done_up_to, order, planned, rule, step};

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
