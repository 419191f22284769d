//! A rollback whose item was made and is not proven: what no edge puts behind it goes on, the rest waits for a person who looks.

use switchback_engine::next::is_not_proven;
use switchback_engine::rollback::{ahead, is_made_unproven};
use switchback_engine::run::RollbackState;
use switchback_model::{Command, Plan, RollbackScope, Step, StepState, Verdict};
use switchback_testkit::plans::{check, id, plan, rule, switch, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::invariants;
use switchback_testkit::{Fault, Op};

pub(super) const UNDONE: StepState = StepState::Undone { accepted: false };

pub(super) fn edged(step: Step, needs: &[&str], after: &[&str]) -> Step {
    Step {
        needs: needs.iter().map(|text| id(text)).collect(),
        after: after.iter().map(|text| id(text)).collect(),
        ..step
    }
}

pub(super) fn looked_at(step: Step) -> Step {
    Step {
        undo_verify: vec![check("top-is-back", Some(60))],
        ..step
    }
}

/// `top` needs `base`, came after `early`, and has nothing to do with `aside`; `first` came before `base`.
pub(super) fn graph() -> Plan {
    let mut plan = plan(vec![
        switch("first", "a"),
        switch("early", "b"),
        edged(switch("base", "c"), &[], &["first"]),
        switch("aside", "d"),
        looked_at(edged(switch("top", "e"), &["base"], &["early"])),
    ]);
    plan.rules
        .push(rule("R4", &["first", "early", "base", "aside", "top"], &[]));
    plan
}

pub(super) async fn all_done(plan: &Plan) -> FakeRig {
    let mut fake = FakeRig::open(plan).await;
    for step in plan.steps() {
        let asked = fake
            .desk
            .ask(Command::Attest {
                step: step.id.clone(),
            })
            .await;
        if asked.is_err() {
            fake.desk.apply(step.id.as_str()).await.unwrap();
        }
    }
    fake
}

pub(super) async fn back_while_down(plan: &Plan, check: &str) -> FakeRig {
    let mut fake = all_done(plan).await;
    fake.fake.script(check, [Verdict::Fail]);
    let scope = RollbackScope::Rule("R4".parse().unwrap());
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    fake
}

#[tokio::test]
async fn what_does_not_rest_on_it_goes_on_and_the_rest_waits_for_a_person() {
    let mut fake = back_while_down(&graph(), "top-is-back").await;
    let state = |fake: &FakeRig, step: &str| fake.desk.state(step);
    assert_eq!(state(&fake, "top"), StepState::UndoUnverified);
    // Nothing binds it.
    assert_eq!(state(&fake, "aside"), UNDONE);
    // What it needs waits, so does what it came after, and what is ordered behind those.
    for waits in ["base", "first", "early"] {
        assert!(matches!(state(&fake, waits), StepState::Done { .. }), "{waits}");
    }
    let rollback = fake.desk.run().rollback.clone().unwrap();
    let RollbackState::Halted { why, .. } = &rollback.state else {
        panic!("{:?}", rollback.state)
    };
    assert!(is_not_proven(why), "{why}");
    assert_eq!(rollback.item().unwrap().id, "top");
    assert!(is_made_unproven(
        fake.desk.run(),
        &rollback,
        &rollback.plan.items[0]
    ));
    assert_eq!(ahead(fake.desk.run(), &rollback), None);
    invariants(&fake).unwrap();

    // It is read again when a person asks; while it does not hold, nothing is done twice.
    let calls = fake.faulty.count(Op::Call);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.faulty.count(Op::Call), calls);
    assert!(fake.desk.rollback_state().starts_with("halted"));

    // Once it holds, the rest goes back by itself.
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    for step in ["first", "early", "base", "aside", "top"] {
        assert_eq!(fake.desk.state(step), UNDONE, "{step}");
    }
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn a_person_who_looked_says_so_and_the_rest_goes_on() {
    let mut fake = back_while_down(&graph(), "top-is-back").await;
    let done = Command::RollbackDone {
        item: "top".to_owned(),
    };
    fake.desk.ask(done).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.desk.state("top"), StepState::Undone { accepted: true });
    assert_eq!(fake.desk.state("first"), UNDONE);
}

/// The rollback of the whole while Reval is down: DNS came before it, so it waits until a person has looked at Reval.
#[tokio::test]
async fn dns_goes_back_once_a_person_has_looked_at_reval_that_does_not_answer() {
    let mut plan = tis_like();
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        if step.id == id("mid.4") {
            step.undo_verify = vec![check("reval-answers", Some(60))];
        }
        if step.id == id("mid.5") || step.id == id("lift") || step.id == id("restore-ttl") {
            step.needs.clear();
            step.after.clear();
        }
    }
    let mut fake = FakeRig::open(&plan).await;
    for step in ["restrict", "ttl", "mid.3", "mid.4"] {
        if fake.desk.ask(Command::Attest { step: id(step) }).await.is_err() {
            fake.desk.apply(step).await.unwrap();
        }
    }
    fake.fake.script("reval-answers", [Verdict::Fail]);
    let scope = RollbackScope::Rule("R4".parse().unwrap());
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("mid.4"), StepState::UndoUnverified);
    assert!(matches!(fake.desk.state("mid.3"), StepState::Done { .. }));
    let done = Command::RollbackDone {
        item: "mid.4".to_owned(),
    };
    fake.desk.ask(done).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("mid.3"), UNDONE);
}

/// The graph with `other`, which nothing binds either and which goes back after `aside`.
fn with_other() -> Plan {
    let mut plan = graph();
    plan.phases[0].steps.insert(3, switch("other", "f"));
    plan.rules[0].undo.push(id("other"));
    plan
}

/// The way back of [`with_other`] while the site is down, and AWS refuses the second call, that of `aside`.
async fn aside_is_denied() -> (FakeRig, usize) {
    let mut fake = all_done(&with_other()).await;
    fake.fake.script("top-is-back", [Verdict::Fail]);
    let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied);
    let before = fake.faulty.count(Op::Call);
    fake.faulty.inject(Op::Call, 2, denied);
    let scope = RollbackScope::Rule("R4".parse().unwrap());
    fake.desk.confirm(scope, &[], &[]).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    (fake, before)
}

/// A call that failed beside it stops the whole there: nothing else is sent, it is said first, and nothing is tried twice
/// without being asked.
#[tokio::test]
async fn one_that_fails_beside_it_stops_the_whole() {
    let (mut fake, before) = aside_is_denied().await;
    assert_eq!(fake.desk.state("aside"), StepState::UndoFailed);
    for waits in ["other", "early"] {
        assert!(
            matches!(fake.desk.state(waits), StepState::Done { .. }),
            "{waits}"
        );
    }
    assert_eq!(
        fake.faulty.count(Op::Call),
        before + 2,
        "that of top, and the refused one"
    );
    let rollback = fake.desk.run().rollback.clone().unwrap();
    assert_eq!(rollback.stopped_at(), Some("aside"));
    assert_eq!(rollback.item().unwrap().id, "top", "its turn stays");
    let RollbackState::Halted { why, .. } = &rollback.state else {
        panic!("{:?}", rollback.state)
    };
    assert!(why.starts_with("The undo was not applied."), "{why}");
    assert!(why.contains("It went on beside top: The undo was made"), "{why}");
    assert!(!is_not_proven(why), "it is no person's look that is missing");
    fake.desk.idle().await;
    assert_eq!(fake.faulty.count(Op::Call), before + 2);

    // A click tries it anew, and what waited behind it goes on.
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.state("aside"), UNDONE);
    assert_eq!(fake.desk.state("other"), UNDONE);
    fake.fake.script("top-is-back", [Verdict::Pass]);
    fake.desk.ask(Command::RollbackRetry).await.unwrap();
    fake.desk.settle_through().await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    invariants(&fake).unwrap();
}

/// The word that `top` is done is a click as well: what failed beside it is tried by a call of its own, not told by the old
/// refusal.
#[tokio::test]
async fn the_word_of_a_person_tries_what_failed_beside_it_anew() {
    for again in [false, true] {
        let (mut fake, before) = aside_is_denied().await;
        if again {
            let denied = Fault::FailsBefore(switchback_engine::ports::ProviderErrorKind::Denied);
            fake.faulty.inject(Op::Call, 1, denied);
        }
        let done = Command::RollbackDone {
            item: "top".to_owned(),
        };
        fake.desk.ask(done).await.unwrap();
        fake.desk.settle_through().await.unwrap();
        if again {
            assert_eq!(fake.faulty.count(Op::Call), before + 3);
            assert_eq!(fake.desk.state("aside"), StepState::UndoFailed);
            assert!(
                fake.desk
                    .rollback_state()
                    .starts_with("halted: The undo was not applied.")
            );
        } else {
            assert_eq!(fake.desk.rollback_state(), "completed");
            assert_eq!(fake.desk.state("aside"), UNDONE);
        }
        invariants(&fake).unwrap();
    }
}
