//! A clock that is set by an hour, and a laptop that sleeps in a wait: what was read is unknown, what was
//! approved is void, and nothing starts or is sent by itself.

use std::time::Duration;

use jiff::SignedDuration;
use switchback_engine::RejectionCode as Code;
use switchback_engine::driver::SubmitError;
use switchback_engine::gate::basis;
use switchback_engine::ports::Clock as _;
use switchback_model::plan::Gate;
use switchback_model::{Command, EventKind, StepState, Verdict};
use switchback_testkit::plans::{check, dns_switch, id};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::walk::invariants;

fn resumed(fake: &FakeRig) -> usize {
    let events = fake.desk.journal.events();
    let resumed = events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Resumed { .. }));
    resumed.count()
}

#[tokio::test]
async fn a_clock_that_is_set_by_an_hour_voids_an_approval_and_every_reading() {
    for hours in [1, -1] {
        let mut fake = FakeRig::open(&dns_switch()).await;
        let desk = &mut fake.desk;
        desk.check("lower-ttl").await.unwrap();
        desk.approve("lower-ttl").await.unwrap();
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        desk.idle().await;
        assert_eq!(resumed(&fake), 1, "{hours} h");
        assert!(fake.store.log().is_empty(), "{hours} h: nothing was sent");

        let desk = &mut fake.desk;
        desk.apply("lower-ttl").await.unwrap();
        desk.check("switch").await.unwrap();
        assert_eq!(desk.state("switch"), StepState::Ready);
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        let rejection = desk.approve("switch").await.unwrap_err();
        assert_eq!(rejection.code, Code::Unknown, "{hours} h: {rejection}");
        assert_eq!(fake.store.log().len(), 1, "{hours} h");
        invariants(&fake).unwrap();
    }
}

#[tokio::test]
async fn a_gate_does_not_believe_what_was_read_under_another_clock() {
    for hours in [1, -1] {
        let mut plan = dns_switch();
        plan.phases[0].gate = Some(Gate {
            title: "Go".to_owned(),
            fresh_s: 1800,
            people: Vec::new(),
            checks: vec![switchback_model::CheckSpec {
                believable_s: 1800,
                ..check("site", None)
            }],
        });
        let phase = plan.phases[0].id.clone();
        let mut fake = FakeRig::open(&plan).await;
        let desk = &mut fake.desk;
        desk.ask(Command::CheckGate { phase: phase.clone() })
            .await
            .unwrap();
        desk.idle().await;
        fake.clock.jump_wall(SignedDuration::from_hours(hours));
        let seen = basis(desk.run(), desk.run().plan.phase(&phase).unwrap());
        let go = Command::Gate {
            phase: phase.clone(),
            go: true,
            people: std::collections::BTreeMap::new(),
        };
        let Err(SubmitError::Rejected(rejection)) = desk.submit(go.clone(), Some(seen)).await else {
            panic!("{hours} h: go was taken");
        };
        assert_eq!(rejection.code, Code::Unknown, "{hours} h: {rejection}");
        desk.ask(Command::CheckGate { phase }).await.unwrap();
        desk.idle().await;
        desk.submit(go, Some(seen)).await.unwrap();
    }
}

#[tokio::test]
async fn a_laptop_that_sleeps_through_a_wait_starts_nothing_by_itself() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let desk = &mut fake.desk;
    desk.apply("lower-ttl").await.unwrap();
    desk.ask(Command::Check { step: id("switch") }).await.unwrap();
    desk.idle().await;
    let waits = |desk: &switchback_testkit::Rig| {
        let checks = desk.run().steps[&id("switch")].checks.as_ref().unwrap();
        checks
            .readings
            .iter()
            .any(|r| matches!(r.verdict, Verdict::Waiting { .. }))
    };
    assert!(waits(desk), "the long TTL has not run out");
    let refused = desk.approve("switch").await.unwrap_err();
    assert!(refused.message.starts_with("Ready in "), "{refused}");

    // Asleep for two hours: the time of day goes on, the monotonic clock does not.
    fake.clock.jump_wall(SignedDuration::from_hours(2));
    desk.idle().await;
    fake.clock.advance(Duration::from_secs(60));
    desk.idle().await;
    assert_eq!(fake.store.log().len(), 1, "nothing starts by itself");
    assert_eq!(desk.state("switch"), StepState::Blocked);
    let refused = desk.approve("switch").await.unwrap_err();
    assert_eq!(refused.code, Code::NotNow, "{refused}");
    // Looked at again, the wait has passed; it was counted in world time, not in turns.
    desk.check("switch").await.unwrap();
    assert_eq!(desk.state("switch"), StepState::Ready);
    assert!(!waits(desk));
    desk.approve("switch").await.unwrap();
    desk.idle().await;
    assert!(matches!(desk.state("switch"), StepState::Done { .. }));
    assert!(fake.clock.now() > fake.desk.run().opened_at);
    invariants(&fake).unwrap();
}
