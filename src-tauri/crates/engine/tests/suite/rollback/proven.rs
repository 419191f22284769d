//! What is seen before the confirm, and what is not proven: it is shown, and passed over by name.

use switchback_engine::RejectionCode as Code;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, RollbackScope, Verdict};
use switchback_testkit::plans::{ZONE, address, dns_switch, id, name};
use switchback_testkit::{Fault, Op};

use super::{UNDONE, done_up_to, planned, rule, step};

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
