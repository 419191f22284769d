//! The notice of a rule that is owed after its changes are back.

use switchback_engine::RejectionCode as Code;
use switchback_model::Command;
use switchback_testkit::plans::{dns_switch, id};
use switchback_testkit::rig::FakeRig;

use super::{order, planned, rule, step};

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
