//! What a review tried in order to lose the way back, or to make the run say what is not so.

use jiff::SignedDuration;
use switchback_engine::Turn;
use switchback_engine::ports::{Clock, ProviderErrorKind};
use switchback_model::plan::StepKind;
use switchback_model::{
    Command, DoneHow, Event, EventKind, Plan, RollbackPlan, RollbackScope, RunState, Step, StepState, Verdict,
};
use switchback_testkit::plans::{
    LONG_TTL, LOW_TTL, ZONE, address, check, dns_switch, id, name, plan, set_ttl, step, switch,
};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::{CallPoint, Fault, Op};

const DONE: StepState = StepState::Done {
    how: DoneHow::Verified,
};
const UNDONE: StepState = StepState::Undone { accepted: false };

fn order(plan: &RollbackPlan) -> Vec<&str> {
    plan.items.iter().map(|item| item.id.as_str()).collect()
}

/// Every call of this kind on this object fails from now on.
fn always(fake: &FakeRig, op: Op, label: &str, kind: ProviderErrorKind) {
    fake.faulty.phase("broken");
    for nth in 1..1200 {
        let place = CallPoint {
            label: format!("broken {}", name(label).host()),
            op,
            nth,
        };
        fake.faulty.inject_at(place, Fault::FailsBefore(kind));
    }
}

#[tokio::test]
async fn a_ttl_that_somebody_raised_again_is_waited_for() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    // A pipeline puts its own value back: caches hold the old answer for as long as it says.
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LONG_TTL, "192.0.2.10")]);
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Blocked);
    // And lowered by hand: it runs anew.
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
    let lowered = fake.clock.now();
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    let waited = fake.clock.now().duration_since(lowered);
    assert!(
        waited >= SignedDuration::from_secs(i64::from(LONG_TTL)),
        "{waited}"
    );
}

#[tokio::test]
async fn a_ttl_that_was_seen_and_lowered_by_hand_is_waited_for() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.check("lower-ttl").await.unwrap();
    fake.store
        .put(ZONE, &name("apps"), vec![address("apps", LOW_TTL, "192.0.2.10")]);
    let lowered = fake.clock.now();
    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(
        fake.desk.state("lower-ttl"),
        StepState::Done {
            how: DoneHow::WithoutEffect
        }
    );
    fake.desk.apply("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), DONE);
    let waited = fake.store.log()[0].at.duration_since(lowered);
    assert!(
        waited >= SignedDuration::from_secs(i64::from(LONG_TTL)),
        "{waited}"
    );
}

#[tokio::test]
async fn what_comes_to_stand_beside_the_records_does_not_halt_the_way_back() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    let start = fake.store.records();
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    fake.store.stand_beside(&["TXT"]);
    fake.desk.roll_back(RollbackScope::All).await.unwrap();
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(fake.store.records(), start);
}

#[tokio::test]
async fn the_later_change_of_the_same_records_goes_first() {
    // Nothing says that the two have to do with each other, but they touch the same records.
    let both = || plan(vec![set_ttl("low", "apps", LOW_TTL), switch("new", "apps")]);
    for (first, second) in [("low", "new"), ("new", "low")] {
        let mut plan = both();
        if let Some(switch_record) = plan.phases[0].steps[1].action.as_mut() {
            let switchback_model::ActionSpec::SwitchRecord(spec) = switch_record else {
                unreachable!()
            };
            spec.to = vec![address("apps", 300, "198.51.100.20")];
        }
        let mut fake = FakeRig::open(&plan).await;
        let start = fake.store.records();
        fake.desk.apply(first).await.unwrap();
        fake.desk.apply(second).await.unwrap();
        let one = fake
            .desk
            .driver
            .plan_rollback(&RollbackScope::Step(id(first)))
            .await
            .unwrap()
            .0;
        assert_eq!(order(&one), [second, first]);
        let all = fake.desk.roll_back(RollbackScope::All).await.unwrap();
        assert_eq!(order(&all), [second, first]);
        assert_eq!(fake.desk.rollback_state(), "completed");
        assert_eq!(fake.store.records(), start, "{first} then {second}");
    }
}

#[tokio::test]
async fn needs_reach_through_a_step_without_an_effect() {
    let plan = plan(vec![
        switch("a", "a"),
        Step {
            needs: vec![id("a")],
            ..step("look", StepKind::Check)
        },
        Step {
            needs: vec![id("look")],
            ..switch("c", "c")
        },
    ]);
    let mut fake = FakeRig::open(&plan).await;
    for step in ["a", "look", "c"] {
        fake.desk.apply(step).await.unwrap();
    }
    let rollback = fake.desk.roll_back(RollbackScope::Step(id("a"))).await.unwrap();
    assert_eq!(order(&rollback), ["c", "a"]);
}

fn two_apart(within_s: u32) -> Plan {
    plan(vec![
        Step {
            verify: vec![check("slow", Some(within_s))],
            ..switch("a", "a")
        },
        Step {
            verify: vec![check("quick", Some(60))],
            ..switch("b", "b")
        },
    ])
}

#[tokio::test]
async fn a_long_verification_holds_up_nothing_else() {
    let mut fake = FakeRig::open(&two_apart(3600)).await;
    fake.fake.script("slow", [Verdict::Fail]);
    fake.desk.check("a").await.unwrap();
    fake.desk.approve("a").await.unwrap();
    fake.desk.some_turns(10).await.unwrap();
    assert_eq!(fake.desk.state("a"), StepState::Verifying { n: 1 });
    fake.desk.ask(Command::Check { step: id("b") }).await.unwrap();
    fake.desk.some_turns(5).await.unwrap();
    assert_eq!(fake.desk.state("b"), StepState::Ready);
    fake.desk.approve("b").await.unwrap();
    fake.desk.some_turns(30).await.unwrap();
    assert_eq!(fake.desk.state("b"), DONE);
    fake.desk.ask(Command::Stop).await.unwrap();
    fake.desk.some_turns(5).await.unwrap();
    assert_eq!(fake.desk.run().state, RunState::Stopped, "no call is in flight");
    assert_eq!(fake.desk.state("a"), StepState::Verifying { n: 1 });
}

#[tokio::test]
async fn a_doubt_that_cannot_be_settled_does_not_bar_another_steps_way_back() {
    let mut fake = FakeRig::open(&two_apart(60)).await;
    fake.desk.apply("a").await.unwrap();
    fake.desk.check("b").await.unwrap();
    fake.faulty.inject(Op::Call, 1, Fault::RequestLost);
    fake.desk.approve("b").await.unwrap();
    fake.desk.driver.turn().await.unwrap();
    assert_eq!(fake.desk.state("b"), StepState::InDoubt { n: 1 });
    always(&fake, Op::Read, "b", ProviderErrorKind::Denied);
    let confirmed = fake
        .desk
        .confirm(RollbackScope::Step(id("a")), &[], &[])
        .await
        .unwrap();
    assert_eq!(confirmed.in_doubt, [id("b")], "named");
    fake.desk.some_turns(60).await.unwrap();
    assert_eq!(fake.desk.state("a"), UNDONE);
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert_eq!(
        fake.desk.state("b"),
        StepState::InDoubt { n: 1 },
        "still looked at"
    );
    // Once it can be read again it is settled as ever.
    fake.faulty.mend();
    fake.desk.idle().await;
    assert_eq!(fake.desk.state("b"), StepState::Failed);
}

#[tokio::test]
async fn a_change_that_may_not_be_asked_for_is_proven_otherwise() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    always(&fake, Op::Sync, "apps", ProviderErrorKind::Denied);
    fake.desk.apply("lower-ttl").await.unwrap();
    assert_eq!(fake.desk.state("lower-ttl"), DONE);
    fake.desk.check("switch").await.unwrap();
    assert_eq!(fake.desk.state("switch"), StepState::Ready);
    assert!(matches!(fake.desk.driver.turn().await.unwrap(), Turn::Idle));
}

#[tokio::test]
async fn an_undo_that_cannot_be_built_is_named_before_the_emergency() {
    let mut fake = FakeRig::open(&dns_switch()).await;
    fake.desk.apply("lower-ttl").await.unwrap();
    fake.desk.apply("switch").await.unwrap();
    let scope = RollbackScope::Step(id("switch"));
    let open = |fake: &FakeRig| {
        let (run, world) = (fake.desk.run().clone(), fake.fake.clone());
        let (now, scope) = (fake.clock.now(), scope.clone());
        async move {
            let planned = switchback_engine::driver::plan_rollback(&run, &*world, now, &scope).await;
            let open = planned.unwrap().1.into_iter().map(|p| p.reading);
            open.filter(|reading| !reading.verdict.lets_through())
                .map(|reading| reading.check.to_string())
                .collect::<Vec<_>>()
        }
    };
    assert!(open(&fake).await.is_empty());
    fake.fake.refuse_to_restore();
    assert_eq!(open(&fake).await, ["undo-switch"]);
    let refused = fake.desk.confirm(scope.clone(), &[], &[]).await.unwrap_err();
    assert!(refused.message.contains("undo-switch"), "{refused}");
    fake.desk
        .confirm(scope.clone(), &["undo-switch"], &[])
        .await
        .unwrap();
    fake.desk.idle().await;
    assert!(fake.desk.rollback_state().starts_with("halted"));
    assert_eq!(fake.desk.state("switch"), DONE, "left in its true state");
}
#[tokio::test]
async fn after_a_takeover_an_object_that_cannot_be_read_does_not_bar_another_steps_way_back() {
    let mut fake = FakeRig::open(&two_apart(60)).await;
    fake.desk.apply("a").await.unwrap();
    let mut events = fake.desk.journal.events();
    let taken_over = EventKind::TakenOver {
        by: switchback_testkit::journal::operator(),
        reason: "the laptop is gone".to_owned(),
        from_seq: events.len() as u64,
        vouched: None,
    };
    events.push(Event {
        seq: events.len() as u64 + 1,
        at: fake.clock.now(),
        kind: taken_over,
    });
    let journal = switchback_testkit::MemoryJournal::from_events(events, true);
    let mut fake = FakeRig::over(fake.clock.clone(), journal, fake.store.clone()).await;
    always(&fake, Op::Read, "b", ProviderErrorKind::Denied);
    fake.desk.some_turns(5).await.unwrap();
    fake.desk
        .confirm(RollbackScope::Step(id("a")), &[], &[])
        .await
        .unwrap();
    fake.desk.some_turns(60).await.unwrap();
    assert_eq!(fake.desk.state("a"), UNDONE);
    assert_eq!(fake.desk.rollback_state(), "completed");
    assert!(fake.desk.run().steps[&id("b")].reinspect, "still looked at");
}
