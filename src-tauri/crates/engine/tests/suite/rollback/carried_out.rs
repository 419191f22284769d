//! What becomes of a confirmed plan: failures, crashes, and what people do by hand.

use switchback_engine::RejectionCode as Code;
use switchback_engine::run::Interrupted;
use switchback_model::{Command, DoneHow, RollbackScope, StepState, Verdict};
use switchback_testkit::plans::{ZONE, address, dns_switch, id, name, tis_like};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, complete, invariants};
use switchback_testkit::{Fault, Op};

use super::{UNDONE, done_up_to, rule};

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
