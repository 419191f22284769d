//! An apply without a change, which is said of a reading of its own moment.

use switchback_engine::ports::ProviderErrorKind as Kind;
use switchback_model::{Command, DoneHow, EventKind, RollbackScope, StepState, Verdict};
use switchback_testkit::plans::{LOW_TTL, ZONE, address, dns_switch, id, name};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, Op};

use super::events;

/// The step's record as the step would leave it, so that its preview is empty.
async fn nothing_to_do() -> FakeRig {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let there = vec![address("apps", LOW_TTL, "192.0.2.10")];
    fake.store.put(ZONE, &name("apps"), there);
    fake.desk.check("lower-ttl").await.unwrap();
    fake
}

#[tokio::test]
async fn an_apply_without_a_change_reads_and_verifies_like_any_other() {
    let mut fake = nothing_to_do().await;
    let (reads, identities) = (fake.faulty.count(Op::Read), fake.faulty.count(Op::Identity));
    let served = fake.desk.run().history().served;
    fake.desk.approve("lower-ttl").await.unwrap();
    fake.desk.idle().await;
    let effectless = StepState::Done {
        how: DoneHow::WithoutEffect,
    };
    assert_eq!(fake.desk.state("lower-ttl"), effectless);
    assert_eq!(fake.faulty.count(Op::Call), 0);
    // Nothing was sent as anybody: who verifies is asked for again.
    assert_eq!(fake.faulty.count(Op::Identity), identities + 2);
    assert!(fake.faulty.count(Op::Read) >= reads + 2, "before, and to verify");
    let kinds = events(&fake);
    assert!(
        kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::NothingToChange { .. }))
    );
    assert!(
        kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::Verified { .. }))
    );
    assert!(fake.desk.run().t0.is_none() && fake.desk.run().history().served == served);
    let refused = fake.desk.roll_back(RollbackScope::All).await.unwrap_err();
    assert_eq!(refused.message, "There is nothing to undo.");
    fake.desk
        .ask(Command::Reopen {
            step: id("lower-ttl"),
        })
        .await
        .unwrap();
    invariants(&fake).unwrap();
}

#[tokio::test]
async fn an_apply_without_a_change_that_no_longer_holds_is_void_with_the_new_preview() {
    for found in [
        address("apps", 77, "192.0.2.10"),
        address("apps", LOW_TTL, "198.51.100.99"),
    ] {
        let changes = !matches!(&found, set if *set == address("apps", LOW_TTL, "198.51.100.99"));
        let mut fake = nothing_to_do().await;
        fake.store.put(ZONE, &name("apps"), vec![found]);
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        let state = &fake.desk.run().steps[&id("lower-ttl")];
        assert_eq!(state.state, StepState::Blocked);
        let why = state.voided.clone().unwrap();
        assert_eq!(why, "The record changed since you saw the preview.");
        let preview = state.checks.as_ref().unwrap().preview.clone().unwrap();
        assert_eq!(preview.is_empty(), !changes);
        assert_eq!(fake.faulty.count(Op::Call), 0);
    }
}

#[tokio::test]
async fn an_apply_without_a_change_is_not_done_unseen() {
    for (op, kind) in [
        (Op::Identity, Kind::Credentials),
        (Op::Identity, Kind::Connect),
        (Op::Read, Kind::Connect),
    ] {
        let mut fake = nothing_to_do().await;
        fake.faulty.inject(op, 1, Fault::FailsBefore(kind));
        fake.desk.approve("lower-ttl").await.unwrap();
        fake.desk.idle().await;
        assert_eq!(
            fake.desk.state("lower-ttl"),
            StepState::Blocked,
            "{op:?} {kind:?}"
        );
    }
    // Nor where what users see is not as it should be.
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    let there = vec![address("apps", LOW_TTL, "198.51.100.20")];
    fake.store.put(ZONE, &name("apps"), there);
    fake.desk.check("switch").await.unwrap();
    fake.fake.script("switched", [Verdict::Fail]);
    fake.desk.approve("switch").await.unwrap();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("switch"), StepState::Unverified);
    fake.fake.script("switched", [Verdict::Pass]);
    back(&mut fake.desk).await.unwrap();
}
